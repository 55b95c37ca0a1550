/** A route: the row of an operation in the contract, with what handles it. */

import type { Operation, OperationName } from '../contract/operations.ts'
import type { Answer } from './answer.ts'
import type { Exchange } from './exchange.ts'

export type Handler = (exchange: Exchange) => Answer | Promise<Answer>

/** A table of handlers that does not compile where an operation has none. */
export type Handlers<Name extends OperationName> = { readonly [N in Name]: Handler }

export interface Route extends Operation {
  readonly operationId: OperationName
  readonly handle: Handler
}
