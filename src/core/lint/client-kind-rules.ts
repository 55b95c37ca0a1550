/** Public and confidential clients: who can keep a secret, and who authenticates (RFC 6749 section 2.1). */

import type { Client } from '../client.ts'
import type { LintRule } from './rule.ts'

/** Kinds of applications whose code is in the hands of users, in the words of the providers. */
const IN_USERS_HANDS = ['spa', 'native']
/** Kinds that run on a server. */
const ON_A_SERVER = ['regular_web', 'non_interactive']

const isInUsersHands = ({ appType }: Client) => IN_USERS_HANDS.includes(appType ?? '')

/** Of a client that authenticates: private keys are each installation's own, also in the hands of a user (RFC 7523, RFC 8705). */
const hasKey = ({ tokenEndpointAuthMethod: method }: Client) =>
  method !== null && !method.startsWith('client_secret')

/** Whether the client cannot keep a secret, or does not use one. */
export const isPublic = (client: Client) =>
  client.tokenEndpointAuthMethod === 'none' || (isInUsersHands(client) && !hasKey(client))

const isOnAServer = ({ appType, grantTypes }: Client) =>
  ON_A_SERVER.includes(appType ?? '') || grantTypes.includes('client_credentials')

export const CLIENT_KIND_RULES: readonly LintRule[] = [
  {
    id: 'public_with_secret',
    severity: 'warning',
    says: 'a single-page or native app that authenticates with a secret',
    source: 'RFC 8252 section 8.5; RFC 6749 section 2.1',
    find: ({ client }) =>
      isInUsersHands(client) && client.tokenEndpointAuthMethod?.startsWith('client_secret')
        ? [
            {
              field: 'client.tokenEndpointAuthMethod',
              message:
                'client.tokenEndpointAuthMethod requires a secret, but the code of the application is in the hands of its users: anyone who has the code has the secret. Use none, with PKCE.',
              mend: { tokenEndpointAuthMethod: 'none' },
            },
          ]
        : [],
  },
  {
    id: 'confidential_without_secret',
    severity: 'warning',
    says: 'an application on a server that does not authenticate',
    source: 'RFC 9700 section 2.5',
    find: ({ client }) =>
      client.tokenEndpointAuthMethod === 'none' && isOnAServer(client)
        ? [
            {
              field: 'client.tokenEndpointAuthMethod',
              message:
                'client.tokenEndpointAuthMethod is none, but the application runs on a server and could keep a secret: anyone who knows its id can act as it.',
              mend: { tokenEndpointAuthMethod: 'client_secret_basic' },
            },
          ]
        : [],
  },
  {
    id: 'symmetric_id_token',
    severity: 'error',
    says: 'a public client whose ID tokens are signed with its secret (HS256)',
    source: 'OpenID Connect Core 1.0 section 10.1',
    find: ({ client }) =>
      isPublic(client) && client.idTokenSignedResponseAlg?.startsWith('HS')
        ? [
            {
              field: 'client.idTokenSignedResponseAlg',
              message:
                'client.idTokenSignedResponseAlg signs with the client secret, which a public client cannot keep: anyone who has it can forge ID tokens.',
              mend: { idTokenSignedResponseAlg: 'RS256' },
            },
          ]
        : [],
  },
]
