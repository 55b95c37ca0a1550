/**
 * Taking in clients that were registered elsewhere: the token is proven by a read before it is kept.
 * Some servers end a token that is shown for another client, so the id has to be the right one.
 */

import { ClientError, isClientError } from '../../core/errors.ts'
import type { Adoption, ClientRegistration } from '../adoption.ts'
import type { Call, ClientRef } from '../call.ts'
import type { CreationParts } from './creation.ts'
import type { Custody, CustodyRecord, Opening } from './custody.ts'
import { metadataOf, readWhole } from './records.ts'

/** Adoption at one server. */
export function createAdoption({ caller, custody, dialect }: CreationParts): Adoption {
  async function proven(ref: ClientRef, registration: ClientRegistration, call: Call) {
    const { id } = ref
    const opening = openingOf(registration, await heldOf(custody, ref))
    // Judged first: nothing goes to an address that is not.
    const url = await caller.endpoints.client(id, opening.uri, call).catch(badUri)
    const body = await caller.tryToken({ token: opening.token, url }, call)
    const { registration_access_token: renewed } = body
    const token = typeof renewed === 'string' && renewed !== '' ? renewed : opening.token
    const native = metadataOf(body, dialect, id, 'provider_refused')
    return { opening: { ...opening, token }, native }
  }

  /** What the caller brings; an address that it leaves out is the one that its token came with. */
  function openingOf(
    { token, uri }: ClientRegistration,
    custodyRecord: CustodyRecord | undefined,
  ): Opening {
    const present = custodyRecord?.openings.find((one) => one.token === token.reveal())
    const clientUri = dialect.clientUri === 'derived' ? undefined : (uri ?? present?.uri)
    return { token: token.reveal(), uri: clientUri }
  }

  return {
    replaces: async (ref, registration, call) => {
      const custodyRecord = await heldOf(custody, ref)
      if (custodyRecord === undefined || custodyRecord.condition === 'refused') return false
      const { token, uri } = openingOf(registration, custodyRecord)
      const url = await caller.endpoints.client(ref.id, uri, call).catch(badUri)
      for (const one of custodyRecord.openings.filter((opening) => opening.token === token)) {
        const at = caller.endpoints.client(ref.id, one.uri, call)
        if ((await at.catch(() => undefined)) === url) return false
      }
      await readWhole(caller, dialect, ref, call).catch((error) => {
        // Whatever else is wrong, it has not been shown that the registration is.
        if (!isClientError(error, 'provider_misconfigured', 'client_gone', 'not_found')) throw error
      })
      const after = await heldOf(custody, ref)
      return after !== undefined && after.condition !== 'refused'
    },
    look: async (ref, registration, call) => {
      if (dialect.renewsToken === 'always') {
        throw new ClientError(
          'unsupported_operation',
          'A dry run is not possible here, because this server renews the token with every read.',
        )
      }
      return (await proven(ref, registration, call)).native
    },
    take: async (ref, registration, call) => {
      const { opening } = await proven(ref, registration, call)
      await custody.keep(ref.id, opening, call.operationId)
      return readWhole(caller, dialect, ref, call)
    },
  }
}

/** What is known to open a client. */
async function heldOf(custody: Custody, { id }: ClientRef): Promise<CustodyRecord | undefined> {
  try {
    return await custody.find(id)
  } catch (error) {
    if (isClientError(error, 'not_found')) return undefined
    throw error
  }
}

function badUri(error: unknown): never {
  if (!isClientError(error, 'provider_misconfigured')) throw error
  throw new ClientError(
    'invalid_field',
    'registrationClientUri must be below the registration endpoint, or below a URL that clientUris of the provider names in the configuration.',
    { field: 'registrationClientUri' },
  )
}
