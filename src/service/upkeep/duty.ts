/** What is done for a client by itself, and in whose turn. */

import type { ClientRef } from '../../providers/call.ts'
import type { Provider } from '../../providers/provider.ts'
import type { Standing } from '../../store/log/standing.ts'
import type { Service } from '../base/service.ts'

/** What is done by itself takes its turns apart from the callers in whose name it is done. */
export const DUE = 'due'

/** A client for which something is due. */
export interface Due {
  readonly ref: ClientRef
  readonly provider: Provider
  /** As it was when it was looked at; a duty looks again in the turn of the client. */
  readonly standing: Standing
  /** Epoch milliseconds. */
  readonly deadline: number
}

/** Does what is due of its kind, if anything, as one change or several; rejects with what is in the way. */
export type Duty = (service: Service, due: Due) => Promise<void>
