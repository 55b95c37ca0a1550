/**
 * Records of applications as reads give them, and pages of the list. Paths take the id of the application, which is the
 * client id unless that was chosen when it was made (recorded); nothing filters by client id, so that the others are
 * looked for in the list, and then remembered.
 */

import { ClientError, isClientError } from '../../../core/errors.ts'
import { isRecord, type Json, type JsonObject, withoutMembers } from '../../../core/json/json.ts'
import { opened } from '../../../core/mapping/opened.ts'
import type { Native } from '../../../core/mapping/row.ts'
import type { Call, ClientRef } from '../../call.ts'
import type { Listed, ListPage } from '../../provider.ts'
import { checkSize } from '../../unreadable.ts'
import { isManaged } from '../lenses.ts'
import { CLIENT_ID, OPENED, SECRET } from '../members.ts'
import { READ, type Send } from './call.ts'

/** Ids of applications by client id, where the two differ. */
export type AppIds = Map<string, string>

/** The path of an application below `/api/v1`, by its record, or by the client id where that could not be read. */
export const appPathAt = (ids: AppIds, { id }: Pick<ClientRef, 'id'>, base: Native) =>
  appPath(typeof base.id === 'string' ? base : { id: ids.get(id) ?? id })

/** The path of an application below `/api/v1`. */
export const appPath = ({ id }: Native) => `/apps/${encodeURIComponent(String(id))}`

/** An application as a read gives it: answers to writes show its secret too. */
export function recordOf(app: JsonObject): Native {
  return withoutMembers(opened(app, OPENED), [SECRET, '_links', '_embedded'])
}

/**
 * The record in the answer to a write.
 * @throws ClientError `outcome_unknown`
 */
export function writtenRecord(body: Json | undefined): Native {
  if (isRecord(body) && typeof body.id === 'string' && isManaged(body)) return recordOf(body)
  const says = 'Okta answered with something else than an application.'
  throw new ClientError('outcome_unknown', says)
}

/** Ids of applications (recorded; every other client id was chosen). */
const APP_ID = /^0oa[A-Za-z0-9]{17}$/

/** Reads one application by its client id. */
export async function readApp(
  send: Send,
  ids: AppIds,
  clientId: string,
  call: Call,
): Promise<Native> {
  const record = await findApp(send, ids, clientId, call)
  checkSize(record, 'provider_unavailable')
  return record
}

async function findApp(send: Send, ids: AppIds, clientId: string, call: Call): Promise<Native> {
  const id = ids.get(clientId) ?? (APP_ID.test(clientId) ? clientId : undefined)
  if (id !== undefined) {
    const app = await readById(send, id, call).catch(noneIfAbsent)
    if (app?.[CLIENT_ID] === clientId) return app
    if (app === undefined && id === clientId) throw notFound()
    ids.delete(clientId)
  }
  for (let cursor: string | undefined; ; ) {
    const { items, next } = await listApps(send, ids, call, cursor)
    const match = items.find((one) => one.id === clientId)?.native
    if (match !== undefined) return match
    if (next === undefined) throw notFound()
    cursor = next
  }
}

async function readById(send: Send, id: string, call: Call): Promise<Native> {
  const { body } = await send({ operation: READ, path: appPath({ id }) }, call)
  if (!isRecord(body)) {
    const says = 'Okta answered with something else than an application.'
    throw new ClientError('provider_unavailable', says, { found: body ?? null })
  }
  if (isManaged(body)) return recordOf(body)
  throw new ClientError(
    'not_found',
    'There is no such client: the application is none of OpenID Connect that was made in this org, and only those are managed here.',
  )
}

const notFound = () => new ClientError('not_found', 'There is no such client.')

function noneIfAbsent(error: unknown): undefined {
  if (!isClientError(error, 'not_found')) throw error
}

/** The most that Okta gives at once. */
const PAGE_SIZE = 200

/** One page of the applications that are managed here; catalogue applications and Okta's own are left out. */
export async function listApps(
  send: Send,
  ids: AppIds,
  call: Call,
  cursor?: string,
): Promise<ListPage> {
  const query = new URLSearchParams({
    ...(cursor === undefined ? {} : { after: cursor }),
    limit: String(PAGE_SIZE),
  })
  const { body, headers } = await send({ operation: 'GET /apps', path: `/apps?${query}` }, call)
  if (!Array.isArray(body)) {
    const says = 'Okta answered with something else than a list.'
    throw new ClientError('provider_unavailable', says, { found: body ?? null })
  }
  const items = (body as readonly Json[]).flatMap((one) => listed(ids, one))
  const next = nextOf(headers.link)
  return next === undefined ? { items } : { items, next }
}

function listed(ids: AppIds, app: Json): readonly Listed[] {
  if (!isRecord(app) || !isManaged(app)) return []
  const native = recordOf(app)
  const { [CLIENT_ID]: clientId, id, label, created } = native
  if (typeof clientId !== 'string' || typeof id !== 'string') return []
  if (clientId !== id) ids.set(clientId, id)
  const createdAt = createdBy(created)
  return [
    {
      id: clientId,
      ...(typeof label === 'string' && label !== '' ? { name: label } : {}),
      ...(createdAt === undefined ? {} : { createdAt }),
      native,
    },
  ]
}

const LAST_OF_SECOND_MS = 999

/** When an application was made at the latest (epoch milliseconds): Okta shows whole seconds (recorded). */
export function createdBy(created: Json | undefined): number | undefined {
  const at = typeof created === 'string' ? Date.parse(created) : Number.NaN
  return Number.isFinite(at) ? at + LAST_OF_SECOND_MS : undefined
}

/** What `after` must be for the page after this one: the links are the documented way on, wherever they lead. */
export function nextOf(link: string | readonly string[] | undefined): string | undefined {
  const text = link === undefined ? '' : String(link)
  const [, target] = /<([^>]*)>;\s*rel="next"/.exec(text) ?? []
  if (target === undefined) return undefined
  return new URLSearchParams(target.slice(target.indexOf('?') + 1)).get('after') ?? undefined
}
