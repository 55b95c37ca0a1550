/**
 * All routes: each operation of the contract with its handler. Reading and changing one client is what a function that
 * starts cold is mostly called for; the handlers of all other operations are loaded together, at the first request to one.
 */

import { OPERATIONS, type Operation, type OperationName } from '../contract/operations.ts'
import { lazy } from '../core/lazy.ts'
import type { Handler, Route } from './route.ts'
import { CLIENT_HANDLERS } from './routes/clients.ts'

const others = lazy(async () => (await import('./routes/others.ts')).OTHER_HANDLERS)

const NAMES = Object.keys(OPERATIONS) as readonly OperationName[]

export const ROUTES: readonly Route[] = NAMES.map((operationId) => {
  const operation: Operation = OPERATIONS[operationId]
  return { operationId, ...operation, handle: handlerOf(operationId) }
})

function handlerOf(name: OperationName): Handler {
  if (isOfClient(name)) return CLIENT_HANDLERS[name]
  return async (exchange) => (await others())[name](exchange)
}

function isOfClient(name: OperationName): name is keyof typeof CLIENT_HANDLERS {
  return Object.hasOwn(CLIENT_HANDLERS, name)
}
