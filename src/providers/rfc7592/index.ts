/**
 * Any authorization server with Dynamic Client Registration Management (RFC 7591, RFC 7592). Each client
 * is opened by a token of its own, which the server gave out once: `custody.ts` keeps them. In what
 * servers differ is data: `dialects.ts`.
 */

import { isClientError } from '../../core/errors.ts'
import type { Secret } from '../../core/secrecy/secret.ts'
import type { Seal } from '../../store/seal.ts'
import type { Store } from '../../store/store.ts'
import type { ProviderSurroundings } from '../definition.ts'
import type { Budget } from '../pace/pace-budget.ts'
import type { Provider } from '../provider.ts'
import { registrationKeys } from '../registration/registration-keys.ts'
import { createAdoption } from './adoption.ts'
import { authorizationBy } from './calls/authorization.ts'
import { createCaller } from './calls/call.ts'
import type { EndpointSettings } from './calls/endpoints.ts'
import { createRegistrationPace, type RegistrationPace } from './calls/pace.ts'
import { createProof } from './calls/proof.ts'
import { createCreation } from './creation.ts'
import { createCustody } from './custody.ts'
import type { Dialect, Switches } from './dialects/dialect.ts'
import type { DialectName } from './dialects/dialect-names.ts'
import { DIALECTS, dialectOf } from './dialects/dialects.ts'
import { listClients } from './list.ts'
import { createMapping } from './mapping.ts'
import { readWhole } from './records.ts'
import { removalStep } from './removal.ts'
import { SOON_MS, secretExpiry } from './secret-expiry.ts'
import { updateSteps } from './update.ts'

export interface Rfc7592Options {
  readonly endpoints: EndpointSettings
  /** What lets this server register clients; absent: anyone may. */
  readonly initialAccessToken?: Secret | undefined
  readonly dialect: Dialect
  readonly pace?: RegistrationPace | undefined
  readonly store: Store
  readonly seal: Seal
  /** The provider's name in the configuration. */
  readonly name: string
  now(): number
  readonly budget?: Budget | undefined
}

/** Of a server that does what the RFCs say. */
export const mapping = createMapping(DIALECTS.standard)

/** What the settings of a server mean. */
export interface Rfc7592Settings {
  readonly endpoints: EndpointSettings
  /** Lets this server register clients. */
  readonly initialAccessToken?: Secret
  readonly dialect: DialectName
  /** What the server does otherwise than its dialect says. */
  readonly switches?: Switches | undefined
  readonly pace?: RegistrationPace | undefined
}

/** The provider of a configuration. */
export function create(
  { dialect, switches, ...settings }: Rfc7592Settings,
  { now, budget, store, seal }: ProviderSurroundings,
  name: string,
): Provider {
  if (store === undefined || seal === undefined) {
    throw new TypeError('A provider of registered clients needs a store and a seal.')
  }
  return createRfc7592Provider({
    ...settings,
    dialect: dialectOf(dialect, switches),
    store,
    seal,
    name,
    now,
    budget,
  })
}

/** One authorization server. */
export function createRfc7592Provider(options: Rfc7592Options): Provider {
  const { dialect, now, budget } = options
  const mapping = createMapping(dialect)
  const custody = createCustody(options)
  const pace = createRegistrationPace(options.pace ?? {}, { now, budget })
  const caller = createCaller({ ...options, custody, mapping, pace })
  const parts = { caller, dialect, mapping, custody }
  return {
    type: 'rfc7592',
    mapping,
    pace: pace.state,
    read: (ref, call) => readWhole(caller, dialect, ref, call),
    steps: (ref, base, next) => updateSteps(parts, ref, base, next),
    list: (_, __, cursor) => listClients(custody, cursor),
    creation: createCreation(parts),
    removal: (ref, base) => removalStep(parts, ref, base),
    lostWithRemoval: [
      'the client id: a new client gets another one',
      'the secret: a new client gets a new one',
      'tokens and consents that were given to it',
    ],
    keys: registrationKeys,
    isShut: async ({ id }) => (await custody.condition(id)) === 'refused',
    notice: async (ref, call) => {
      const native = await readWhole(caller, dialect, ref, call).catch(shut)
      const at = native && secretExpiry(native)
      const isSoon = at !== undefined && at - SOON_MS <= now()
      await custody.noticed(ref.id, call.operationId)
      if (native === undefined) return { code: 'client_gone' }
      return isSoon ? { code: 'secret_expires', at } : undefined
    },
    adoption: createAdoption(parts),
    proof: createProof(parts),
    authorization: authorizationBy(caller.endpoints),
  }
}

/** A client that can be managed no more. */
function shut(error: unknown): undefined {
  if (!isClientError(error, 'client_gone', 'not_found')) throw error
}
