/**
 * What can be tried of app clients: that an update replaces everything, and to what. Sources: API reference of
 * UpdateUserPoolClient ("If you don't provide a value for an attribute, Amazon Cognito sets it to its default value");
 * terraform-provider-aws, TestAccCognitoIDPUserPoolClient_basic, which runs against AWS.
 */

import { type JsonObject, withoutMembers } from '../../../core/json/json.ts'
import type { Native } from '../../../core/mapping/row.ts'
import type { ClientRef, Step } from '../../call.ts'
import type { Proof } from '../../proof/proof.ts'
import { newSecretValue } from '../../secrets.ts'
import { address, type Invoke, recordOf } from './call.ts'

/** What the service shows and an update does not take. */
const SHOWN = ['ClientSecret', 'ClientSecrets', 'CreationDate', 'LastModifiedDate', 'ClientType']
/** What stays of a client whatever an update says. */
const IDENTITY = ['UserPoolId', 'ClientId', 'ClientName', ...SHOWN]

/** What a client has of which an update says nothing. */
const UNSAID: JsonObject = {
  RefreshTokenValidity: 30,
  TokenValidityUnits: {},
  AllowedOAuthFlowsUserPoolClient: false,
  EnableTokenRevocation: true,
  EnablePropagateAdditionalUserContextData: false,
  AuthSessionValidity: 3,
}

/** The rules of the pools of one account. */
export function createProof(invoke: Invoke): Proof {
  const update = (ref: ClientRef, settings: JsonObject): readonly Step[] => {
    const body = { ...settings, ...address(ref) }
    return [
      {
        request: { method: 'POST', target: 'UpdateUserPoolClient', body },
        send: async (call) =>
          recordOf(await invoke('UpdateUserPoolClient', ref, body, call), 'outcome_unknown'),
      },
    ]
  }
  const whole = (base: Native) => withoutMembers(base, SHOWN)
  return {
    ofAccount: [],
    unrecorded: [],
    probes: [
      {
        kind: 'merge',
        rule: 'TokenValidityUnits is replaced: a member that is not sent is gone.',
        attempt: (ref, base) => {
          const units = { AccessToken: 'minutes', RefreshToken: 'days' }
          const changed = { AccessTokenValidity: 30, TokenValidityUnits: units }
          const later = { TokenValidityUnits: { AccessToken: 'minutes' } }
          return {
            steps: [
              ...update(ref, { ...whole(base), ...changed }),
              ...update(ref, { ...whole(base), ...changed, ...later }),
            ],
            expected: { ...base, ...changed, ...later },
          }
        },
      },
      {
        kind: 'clear',
        rule: 'A RefreshTokenValidity of 0 becomes 30, and an empty list of attributes is none.',
        attempt: (ref, base) => ({
          steps: update(ref, { ...whole(base), RefreshTokenValidity: 0, WriteAttributes: [] }),
          expected: { ...withoutMembers(base, ['WriteAttributes']), RefreshTokenValidity: 30 },
        }),
      },
      {
        kind: 'secret',
        rule: 'A second secret is added beside the first, which is the one that a record shows.',
        attempt: (ref, base) => {
          const body = { ...address(ref), ClientSecret: newSecretValue() }
          const send: Step['send'] = async (call) => {
            await invoke('AddUserPoolClientSecret', ref, body, call)
            return undefined
          }
          const request = { method: 'POST', target: 'AddUserPoolClientSecret', body }
          return { steps: [{ request, send }], expected: base }
        },
      },
      {
        kind: 'reset',
        rule: 'An update without a setting sets it to its default; the name stays.',
        attempt: (ref, base) => ({
          steps: update(ref, {}),
          expected: {
            ...Object.fromEntries(Object.entries(base).filter(([name]) => IDENTITY.includes(name))),
            ...UNSAID,
          },
        }),
      },
    ],
  }
}
