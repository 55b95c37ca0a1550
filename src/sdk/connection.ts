/** Everything that a connection can do, put together: the routes, and what is made of several calls. */

import type { Api, ChangeOf, ClientArgument, ReadOptions, Routes } from './api.ts'
import { ClientryError } from './error.ts'
import { type Connection, methodsOf } from './methods.ts'
import { itemsOf } from './pages.ts'
import { updateByFunction } from './update.ts'
import { watch } from './watch.ts'

/** The methods over a connection. */
export function apiOf(connection: Connection): Api {
  const routes = methodsOf(connection) as unknown as Routes
  const updateClient = (client: ClientArgument, patch: object | ChangeOf, options: ReadOptions) =>
    typeof patch === 'function'
      ? updateByFunction(routes, client, patch as ChangeOf, options)
      : routes.updateClient(client, patch, options as object)
  return {
    ...routes,
    updateClient: updateClient as Routes['updateClient'],
    clients: (query = {}) =>
      itemsOf(async (page: typeof query) => {
        const { body, ...answer } = await routes.listClients(page)
        for (const { provider, id, error } of body.unreadable ?? []) {
          throw new ClientryError(
            'provider_unavailable',
            `${provider}/${id} cannot be read: ${error}`,
          )
        }
        return { ...answer, body: { ...body, items: body.clients } }
      }, query),
    history: (query = {}) => itemsOf(routes.searchHistory, query),
    job: (jobId, options = {}) => watch(connection, routes.getJob, jobId, options),
    jobResults: (jobId, query = {}) =>
      itemsOf((page: typeof query) => routes.getJobResults(jobId, page), query),
    clientHistory: (client, query = {}) =>
      itemsOf((page: typeof query) => routes.getClientHistory(client, page), query),
  }
}
