/**
 * Giving back an application that was removed: for 30 days it is among the deleted items, with its ids (Microsoft Graph,
 * "Restore deleted item"). What comes back is what was removed, secrets included.
 */

import { ClientError, isClientError } from '../../../core/errors.ts'
import { isRecord } from '../../../core/json/json.ts'
import type { Native } from '../../../core/mapping/row.ts'
import type { Call, ClientRef, Step } from '../../call.ts'
import type { Restorable, Restoration } from '../../restoration.ts'
import { recordOf } from '../calls/records.ts'
import { afterWrite, type Seeing } from '../calls/seen.ts'
import { isPersonal } from '../rules.ts'

const pathOf = ({ id }: Native) => `/directory/deletedItems/${encodeURIComponent(String(id))}`

const LOST = [
  'the service principal with its consents and assignments, where Entra ID does not give it back as well',
  'tokens and sessions of the client',
]

/** Restoration in one tenant. */
export const createRestoration = (seeing: Seeing, version: string): Restoration => ({
  plan: (_, removed, call) => planned(seeing, removed, call),
  step: (ref, next) => restoringStep(seeing, version, ref, next),
  isIt: (next, native) => next.id === native.id,
})

/** @throws ClientError `not_restorable` for one that is no longer kept */
async function planned({ send }: Seeing, removed: Native, call: Call): Promise<Restorable> {
  const operation = 'GET /directory/deletedItems/{id}'
  const { body = null } = await send({ operation, path: pathOf(removed) }, call).catch(purged)
  if (!isRecord(body) || body.id !== removed.id) {
    const says = 'Microsoft Graph answered with something else than the removed application.'
    throw new ClientError('provider_unavailable', says)
  }
  return { next: { ...recordOf(body), deletedDateTime: null }, lost: LOST }
}

function purged(cause: unknown): never {
  if (!isClientError(cause, 'not_found')) throw cause
  throw new ClientError(
    'not_restorable',
    'Entra ID no longer keeps this application: it was purged, or was removed more than 30 days ago. A copy of its last record is a client anew.',
    { cause },
  )
}

function restoringStep(seeing: Seeing, version: string, ref: ClientRef, next: Native): Step {
  const path = `${pathOf(next)}/restore`
  return {
    request: { method: 'POST', target: `${version}${path}`, body: {} },
    send: async (call) => {
      const operation = 'POST /directory/deletedItems/{id}/restore'
      await seeing.send({ operation, path, isPersonal: isPersonal(next) }, call)
      return afterWrite(seeing, ref.id, call, () => true)
    },
  }
}
