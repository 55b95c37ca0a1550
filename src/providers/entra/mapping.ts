/**
 * Applications of Microsoft Entra ID as Microsoft Graph v1.0 holds them. An update keeps what it leaves out and replaces
 * lists whole (recorded); complex members are sent whole (`update.ts`).
 */

import { isRecord, type Json, withoutMembers } from '../../core/json/json.ts'
import {
  fixed,
  flag,
  inner,
  key,
  missing,
  required,
  shown,
  view,
} from '../../core/mapping/lenses.ts'
import type { Mapping } from '../../core/mapping/mapping.ts'
import { listsOf, normalBy } from '../../core/mapping/members.ts'
import type { Native } from '../../core/mapping/row.ts'
import type { Secret } from '../../core/secrecy/secret.ts'
import {
  authMethodOf,
  createdAt,
  credentialsIn,
  FLOWS,
  grantTypes,
  innerText,
  responseTypesOf,
} from './lenses.ts'
import { lint } from './lint.ts'
import { COMPLEX, MEMBERS } from './members.ts'
import { appTypeOf, callbacks } from './platforms.ts'
import { rules } from './rules.ts'
import { warnings } from './warnings.ts'

const MAX_URI = 256

const ordered = normalBy(MEMBERS, { isDisabled: false })

/** Null and absent are one, an empty list of a complex member too; order means nothing in a list of texts. */
function normal(native: Native): Native {
  const present = Object.entries(native).filter(([, value]) => value !== null)
  const complex = COMPLEX.flatMap((name): [string, Json][] =>
    isRecord(native[name] ?? null) ? [[name, settled(withoutShown(name, native))]] : [],
  )
  const keys = credentialsIn(native, 'keyCredentials').map(({ key: _, ...one }) =>
    withoutNulls(one),
  )
  const whole = { ...Object.fromEntries(present), ...Object.fromEntries(complex) }
  return ordered(Array.isArray(native.keyCredentials) ? { ...whole, keyCredentials: keys } : whole)
}

/** What is only shown in a complex member: the address of a picture, indexes of URIs. */
const SHOWN: Readonly<Record<string, string>> = { info: 'logoUrl', web: 'redirectUriSettings' }

const withoutShown = (name: string, native: Native): Json =>
  withoutMembers(inner(native, name), [SHOWN[name] ?? ''])

const withoutNulls = (record: Native): Native =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null))

function settled(value: Json): Json {
  if (Array.isArray(value)) return value.every(isText) ? [...value].sort() : value
  if (!isRecord(value)) return value
  const members = Object.entries(value).map(([name, one]) => [name, settled(one)] as const)
  return Object.fromEntries(members.filter(([, one]) => one !== null && !isEmpty(one)))
}

const isText = (value: Json): value is string => typeof value === 'string'

const isEmpty = (value: Json) => Array.isArray(value) && value.length === 0

const TOKENS =
  'it is decided by token lifetime policies of the tenant, which are no settings of a client'

/** A view that follows from flows and credentials. */
const follow = <V>(...parts: Parameters<typeof view<V>>) => ({ ...view(...parts), follows: FLOWS })

export const mapping: Mapping = {
  fields: {
    id: shown('appId', 'Entra ID gives it'),
    name: required('displayName', {
      limits: {
        maxLength: 120,
        pattern: {
          expression: /^\S(?:.*\S)?$/s,
          says: 'must not begin or end with white space: a creation whose answer is lost is looked for by it',
        },
      },
    }),
    secret: view<Secret | null>(
      [],
      () => null,
      'Entra ID makes the values of secrets and shows each once. Rotate the secret instead',
    ),
    callbacks,
    allowedLogoutUrls: missing(
      'Entra ID sends users back to redirect URIs only after a logout; add the URL to client.callbacks',
    ),
    grantTypes,
    tokenEndpointAuthMethod: follow(
      [],
      authMethodOf,
      'it follows from the platform of the redirect URIs and from the credentials of the client',
    ),
    supportedIdp: missing('who may sign in is one setting, providerSettings.signInAudience'),
    description: key<string>('description', { limits: { maxLength: 1_024 } }),
    webOrigins: missing('a redirect URI of the platform spa lets its origin ask for tokens'),
    appType: follow(
      [],
      appTypeOf,
      'it follows from the platform that has the redirect URIs. Move them in Entra ID',
    ),
    clientMetadata: missing(
      'Entra ID has no free key-value pairs; providerSettings.tags has words',
    ),
    disabled: flag('isDisabled', false),
    oidcConformant: fixed<boolean>(true, 'Entra ID follows OpenID Connect always'),
    auth0Id: missing('the client is not held by Auth0'),
    allowedOrigins: missing('a redirect URI of the platform spa lets its origin ask for tokens'),
    defaultCallback: missing('OpenID Connect has every request name its redirect_uri'),
    initiateLoginUri: missing('it is a setting of the service principal (loginUrl)'),
    logoUri: view(
      ['info.logoUrl'],
      (native) => inner(native, 'info').logoUrl as string | undefined,
      'Entra ID serves the picture that was uploaded to it',
    ),
    clientUri: innerText('web', 'homePageUrl', { maxLength: MAX_URI }),
    policyUri: innerText('info', 'privacyStatementUrl', { maxLength: MAX_URI }),
    tosUri: innerText('info', 'termsOfServiceUrl', { maxLength: MAX_URI }),
    jwksUri: missing('Entra ID keeps certificates, in providerSettings.keyCredentials'),
    contacts: missing('they belong to the service principal (notificationEmailAddresses)'),
    scopes: missing(
      'permissions are named by ids and granted by an administrator; they are in providerSettings.requiredResourceAccess',
    ),
    responseTypes: follow(
      [],
      responseTypesOf,
      'they follow from client.grantTypes and providerSettings.web.implicitGrantSettings',
    ),
    accessTokenLifetime: missing(TOKENS),
    idTokenLifetime: missing(TOKENS),
    refreshTokenLifetime: missing(
      'Entra ID decides it: 24 hours for the platform spa, else 90 days',
    ),
    refreshTokenIdleLifetime: missing('Entra ID decides it'),
    refreshTokenRotation: missing('Entra ID decides it'),
    idTokenSignedResponseAlg: missing('Entra ID signs ID tokens with RS256'),
    requirePushedAuthorizationRequests: missing('Entra ID has no pushed authorization requests'),
    dpopBoundAccessTokens: missing('Entra ID has no setting for it'),
    firstParty: fixed<boolean>(true, 'consent is granted in the tenant and no setting of a client'),
    createdAt,
    updatedAt: missing('Microsoft Graph does not show it'),
  },
  omitted: 'keep',
  ...listsOf(MEMBERS),
  rules,
  uris: { maxLength: MAX_URI, wildcards: false, placeholders: [], customSchemes: true },
  normal,
  warnings,
  suspension: {
    doesNotStop: ['access tokens and ID tokens that were issued, until they end'],
  },
  lint,
}
