/** Work that is done for a client without a request, and its turns. */

import type { ClientRef } from '../../providers/call.ts'
import type { Provider } from '../../providers/provider.ts'
import type { Standing } from '../../store/log/standing.ts'
import type { Service } from '../base/service.ts'

/** Such work takes turns of its own, separate from those of the callers in whose name it is done. */
export const DUE = 'due'

/** A client with due work. */
export interface Due {
  readonly ref: ClientRef
  readonly provider: Provider
  /** The standing when it was read; a duty reads it again in the turn of the client. */
  readonly standing: Standing
  /** Epoch milliseconds. */
  readonly deadline: number
}

/** Does the due work of its kind, if any, as one change or several; rejects with the reason if that fails. */
export type Duty = (service: Service, due: Due) => Promise<void>
