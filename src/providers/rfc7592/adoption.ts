/**
 * Taking in clients that were registered elsewhere: the token is proven by a read before it is kept.
 * Some servers end a token that is shown for another client, so the id has to be the right one.
 */

import { ClientError, isClientError } from '../../core/errors.ts'
import type { Adoption, ClientRegistration } from '../adoption.ts'
import type { Call, ClientRef } from '../provider.ts'
import type { CreationParts } from './creation.ts'
import { metadataOf, readWhole } from './records.ts'

/** Adoption at one server. */
export function createAdoption({ caller, custody, dialect }: CreationParts): Adoption {
  async function proven({ id }: ClientRef, { token, uri: told }: ClientRegistration, call: Call) {
    const url = await caller.endpoints.client(id, told, call).catch(badUri)
    const body = await caller.tryToken({ token: token.reveal(), url }, call)
    const { registration_access_token: renewed } = body
    return {
      uri: told,
      token: typeof renewed === 'string' && renewed !== '' ? renewed : token.reveal(),
      native: metadataOf(body, dialect, id, 'provider_refused'),
    }
  }
  return {
    look: async (ref, registration, call) => {
      if (dialect.renewsToken === 'always') {
        throw new ClientError(
          'unsupported_operation',
          'A dry run is not possible here: this server renews the token with every read.',
        )
      }
      return (await proven(ref, registration, call)).native
    },
    take: async (ref, registration, call) => {
      const { uri, token } = await proven(ref, registration, call)
      await custody.keep(ref.id, { token, uri }, call.operationId)
      return readWhole(caller, dialect, ref, call)
    },
  }
}

function badUri(error: unknown): never {
  if (!isClientError(error, 'provider_misconfigured')) throw error
  throw new ClientError(
    'invalid_field',
    'registrationClientUri must be at the origin of the registration endpoint, or at one that the configuration names.',
    { field: 'registrationClientUri' },
  )
}
