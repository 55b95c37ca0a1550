/**
 * Settings that Cognito keeps by the client, outside of UpdateUserPoolClient (cognito-idp 2016-04-18 of botocore 1.44.8):
 * the length of single sign-on, the style of the login pages and the answers to risks.
 */

import { isClientError } from '../../../core/errors.ts'
import { isRecord, type Json, type JsonObject } from '../../../core/json/json.ts'
import { doubleOf } from '../../../core/json/json-number.ts'
import type { Call, ClientRef } from '../../call.ts'
import type { Elsewhere, KeptElsewhere } from '../../elsewhere.ts'
import { address, type Invoke } from './call.ts'

interface Kind {
  readonly name: string
  readonly operation:
    | 'GetUserPoolClientSessionConfiguration'
    | 'DescribeManagedLoginBrandingByClient'
    | 'DescribeRiskConfiguration'
  /** What of the answer is the client's own: `undefined` where that is nothing. */
  own(body: JsonObject, id: string): { readonly value?: Json } | undefined
}

/** What the service answers where it was never set (GetUserPoolClientSessionConfiguration). */
const DEFAULT_MINUTES = 60

const KINDS: readonly Kind[] = [
  {
    name: 'SSOSession',
    operation: 'GetUserPoolClientSessionConfiguration',
    own: ({ SSOSession: session = {} }) => {
      const minutes = isRecord(session) ? doubleOf(session.MaxValidityMinutes) : undefined
      return minutes === undefined || minutes === DEFAULT_MINUTES ? undefined : { value: session }
    },
  },
  {
    name: 'ManagedLoginBranding',
    operation: 'DescribeManagedLoginBrandingByClient',
    own: ({ ManagedLoginBranding: style }) => (isRecord(style) ? {} : undefined),
  },
  {
    name: 'RiskConfiguration',
    operation: 'DescribeRiskConfiguration',
    // One without a client is that of the pool, which holds for every client.
    own: ({ RiskConfiguration: risk }, id) =>
      isRecord(risk) && risk.ClientId === id ? {} : undefined,
  },
]

/** They are read where a client is copied. */
export const createElsewhere = (invoke: Invoke): Elsewhere => ({
  names: KINDS.map(({ name }) => name),
  read: async (ref, call) =>
    (await Promise.all(KINDS.map((kind) => readOne(invoke, kind, ref, call)))).flat(),
})

async function readOne(
  invoke: Invoke,
  { name, operation, own }: Kind,
  ref: ClientRef,
  call: Call,
): Promise<readonly KeptElsewhere[]> {
  try {
    const content = own(await invoke(operation, ref, address(ref), call), ref.id)
    return content === undefined ? [] : [{ name, state: 'set', ...content }]
  } catch (error) {
    if (isClientError(error, 'not_found')) return []
    // The rights are optional, and other tiers and older services do not know the call.
    if (isClientError(error, 'provider_misconfigured', 'provider_refused')) {
      return [{ name, state: 'unread' }]
    }
    throw error
  }
}
