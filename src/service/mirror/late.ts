/**
 * Results of changes go into the mirror after they are answered. The log says which are still missing there
 * (`Mirror.behind`), so that a reader of the mirror, and a server after a crash, takes them from it.
 */

import type { Native } from '../../core/mapping/row.ts'
import type { ClientRef } from '../../providers/call.ts'
import type { Provider } from '../../providers/provider.ts'
import type { Standing } from '../../store/log/standing.ts'
import type { Service } from '../base/service.ts'
import { sightOf } from './mirror.ts'

/** What an outcome left. */
interface Result {
  readonly provider: Provider
  readonly ref: ClientRef
  /** The log of the outcome, and its time. */
  readonly resource: string
  readonly at: number
  /** `undefined`: the client is gone. */
  readonly native: Native | undefined
  readonly standing: Standing | undefined
}

/** Stores a result soon. Whether it can be stored is not part of the change: until it is, the log has it. */
export function keepSoon(service: Service, result: Result): void {
  const { mirror } = service.store
  if (mirror === undefined) return
  const { provider, ref, resource, at, native, standing } = result
  service.late.put(resource, async () => {
    if (native === undefined) return mirror.remove(ref, at, resource)
    const observation = { client: ref, native, at, standing }
    return mirror.put(sightOf(service, provider.mapping, observation), true, resource)
  })
}
