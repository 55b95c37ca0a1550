/** The body of `POST /jobs`: which clients, what of them, and how to go about it. */

import { ClientError, isClientError } from '../../core/errors.ts'
import { isRecord, type Json, type JsonObject } from '../../core/json/json.ts'
import { type Patch, parseJsonPatch, parseMergePatch } from '../../core/patch/patch.ts'
import { checkPatch, checkValues } from '../../core/plan/plan.ts'
import { type JobItem, nameOf } from '../../service/jobs/items.ts'
import type { JobOptions } from '../../service/jobs/log.ts'
import { MAX_CLIENTS } from '../../service/jobs/submit.ts'
import { stateOfTag } from '../conditions.ts'
import { canaryRequest, jobClient, jobRequest } from '../schemas/jobs.ts'
import { checkedId, checkReading, type Site } from '../target.ts'
import { checkMembers, memberOf } from '../wire/members.ts'

/** Where a body may say that clients are; gives the place once its caller may change clients there. */
export type SiteOf = (place: JsonObject) => Site

/**
 * The clients that a body lists.
 * @throws ClientError `invalid_field`, `unknown_field`, `too_large`, and as `SiteOf` and `checkPatch` do
 */
export function itemsOf(clients: Json, common: Patch | undefined, siteOf: SiteOf): JobItem[] {
  if (!Array.isArray(clients) || clients.length === 0) {
    throw invalid('clients', 'must be a list of one client or more')
  }
  checkNumber(clients.length)
  const there = new Map<string, number>()
  const checked = new Set<string>()
  return clients.map((client: Json, index) => {
    const at = `clients[${index}]`
    const { item, site } = within(at, () => itemOf(client, common, siteOf))
    // Reported once, and with the path of where it stands.
    if (item.patch === undefined && common !== undefined && !checked.has(item.ref.provider)) {
      checkCommon(site, common)
      checked.add(item.ref.provider)
    }
    const name = nameOf(item)
    const twin = there.get(name)
    if (twin !== undefined) throw invalid(at, `must not name the client of clients[${twin}] again`)
    there.set(name, index)
    return item
  })
}

function itemOf(
  client: Json,
  common: Patch | undefined,
  siteOf: SiteOf,
): { readonly item: JobItem; readonly site: Site } {
  if (!isRecord(client)) {
    throw new ClientError('invalid_field', 'It must be an object with the id of a client.')
  }
  checkMembers(jobClient, client)
  const { id, ifMatch, patch: own } = client
  const site = siteOf(client)
  const patch = own === undefined ? undefined : patchOf(own)
  if (patch === undefined && common === undefined) {
    throw invalid('patch', 'must be present, or in the body for all clients')
  }
  if (patch !== undefined) check(site, patch)
  if (ifMatch !== undefined && !isTag(ifMatch)) {
    throw invalid('ifMatch', 'must be the ETag of the client, with or without its double quotes')
  }
  const item = {
    ref: { ...site.place, id: checkedId(id, 'id', site.provider) },
    ...(patch === undefined ? {} : { patch }),
    ...(ifMatch === undefined ? {} : { ifMatch: stateOfTag(ifMatch) }),
  }
  return { item, site }
}

const isTag = (value: Json): value is string =>
  typeof value === 'string' && /^("[\x21\x23-\x7e]{1,100}"|[\x21\x23-\x7e]{1,100})$/.test(value)

/**
 * A patch that a job may carry out.
 * @throws ClientError `invalid_field`, `unknown_field`, `invalid_request`
 */
export function patchOf(value: Json): Patch {
  return asPatch(() => {
    const patch = Array.isArray(value) ? parseJsonPatch(value) : parseMergePatch(value)
    const names =
      patch.kind === 'merge'
        ? Object.entries(patch.fields).flatMap(([name, member]) => (member === null ? [] : [name]))
        : patch.operations.map(({ path: [name] }) => name)
    if (!names.includes('secret')) return patch
    throw invalid('client.secret', 'must be absent or null: a job sets no secrets')
  })
}

/** Refuses what the provider cannot do, before anything begins. */
export function check(site: Site, patch: Patch): void {
  asPatch(() => {
    checkReading(site, patch)
    checkPatch(site.provider.mapping, patch)
  })
}

/** The same of a patch for many clients, whose values are refused at once and not by each of them. */
export function checkCommon(site: Site, patch: Patch): void {
  check(site, patch)
  asPatch(() => checkValues(site.provider.mapping, patch))
}

/** @throws ClientError `too_large` */
export function checkNumber(clients: number): void {
  if (clients <= MAX_CLIENTS) return
  throw new ClientError(
    'too_large',
    `A job can have at most ${MAX_CLIENTS} clients. Split it into several jobs.`,
  )
}

/**
 * How it is to go about it.
 * @throws ClientError `invalid_field`
 */
export function optionsOf(body: JsonObject): JobOptions {
  const autoStart = memberOf(jobRequest, body, 'autoStart') ?? false
  const maxFailures = memberOf(jobRequest, body, 'maxFailures')
  const reserve = memberOf(jobRequest, body, 'reserve')
  const options = {
    autoStart,
    maxFailures: maxFailures === undefined ? 0 : maxFailures,
    ...(reserve === undefined ? {} : { reserve }),
  }
  return body.canary === undefined ? options : { ...options, canary: canaryOf(body.canary) }
}

function canaryOf(canary: Json): NonNullable<JobOptions['canary']> {
  if (!isRecord(canary)) throw invalid('canary', 'must be an object with a member "share"')
  return within('canary', () => {
    checkMembers(canaryRequest, canary)
    const share = memberOf(canaryRequest, canary, 'share')
    return { share, thenPause: memberOf(canaryRequest, canary, 'thenPause') ?? false }
  })
}

export const invalid = (field: string, says: string) =>
  new ClientError('invalid_field', `${field} ${says}.`, { field })

/** Reads a part of the body; a fault there is reported with the path of the part. */
export function within<T>(at: string, read: () => T): T {
  return withRenamedPaths(read, (path) => (path === '' ? at : `${at}.${path}`))
}

/** Patches speak of a client, and here they are called what they are. */
export const asPatch = <T>(read: () => T): T =>
  withRenamedPaths(read, (path) => path.replace(/^client\b/, 'patch'))

function withRenamedPaths<T>(read: () => T, rename: (path: string) => string): T {
  try {
    return read()
  } catch (error) {
    if (!isClientError(error)) throw error
    const { code, message, details, field: path = '' } = error
    const field = rename(path)
    const says = message.startsWith(path) && path !== '' ? message.slice(path.length) : undefined
    const sentence = says === undefined ? `${field}: ${message}` : `${field}${says}`
    throw new ClientError(code, field === '' ? message : sentence, { ...details, field })
  }
}
