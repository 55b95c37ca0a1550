/** The clients that a selection finds, all of them, at the time when a job is submitted. */

import { ClientError } from '../../core/errors.ts'
import type { Call, ClientRef, Place, Provider } from '../../providers/provider.ts'

export interface Selection {
  readonly place: Place
  readonly provider: Provider
  /** A part of the name or the id, in any case of letters; absent: all. */
  readonly q?: string
}

/** @throws ClientError `unsupported_operation`, and as the provider does */
export async function selectClients(
  { place, provider, q = '' }: Selection,
  call: Call,
): Promise<readonly ClientRef[]> {
  if (provider.list === undefined) {
    throw new ClientError(
      'unsupported_operation',
      'select is not possible here: the provider lists no clients. Name them in "clients".',
      { field: 'select' },
    )
  }
  const wanted = q.toLowerCase()
  const found: ClientRef[] = []
  for (let cursor: string | undefined; ; ) {
    const { items, next } = await provider.list(place.userPoolId, call, cursor)
    for (const { id, name = '' } of items) {
      const fits = id.toLowerCase().includes(wanted) || name.toLowerCase().includes(wanted)
      if (fits) found.push({ ...place, id })
    }
    if (next === undefined) return found
    cursor = next
  }
}
