/**
 * Sends the recorded traffic of one file to an emulated tenant, call by call, and says where the answers differ. What Entra ID
 * makes by chance or by its clock (ids, secrets, times) is given to the emulator from the recorded answer.
 */

import { isDeepStrictEqual } from 'node:util'
import { isRecord, type Json, type JsonObject } from '../../src/core/json/json.ts'
import {
  ENTRA_ACCOUNT,
  type EntraEmulator,
  startEntraEmulator,
} from '../../src/emulators/entra/index.ts'

export interface Recorded {
  readonly source: string
  readonly file: string
  readonly version: string
  readonly index: number
  readonly method: string
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly request?: Json
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly response?: JsonObject
}

export interface Compared {
  readonly index: number
  readonly kind: string
  readonly differences: readonly string[]
}

export interface Replay {
  readonly compared: readonly Compared[]
  /** Calls that only showed the state before. */
  readonly told: readonly number[]
}

/** What of an answer is not compared, or only in part, each with its reason. */
export const LEFT_OUT: readonly { readonly what: string; readonly why: string }[] = [
  {
    what: 'serviceManagementReference, where a recording lacks it',
    why: 'the recording of 2021 is older than that member',
  },
  {
    what: 'decimals of times below a millisecond',
    why: 'the clock of the emulator has milliseconds; how many decimals there are is compared',
  },
  { what: 'innerError, but for its members', why: 'made by chance for each answer' },
  {
    what: 'ids, values of secrets and the moment of a creation',
    why: 'given to the emulator from the recorded answer; where they stand, and in which form, is compared',
  },
]

/** What the emulator makes next. */
interface Next {
  now: number
  id: string
  appId: string
  keyId: string
  principal: string
  secret: string
}

/** Who may not do anything. */
const STRANGER = {
  clientId: 'stranger',
  clientSecret: 'the-secret-of-a-stranger',
  objectId: '00000000-0000-4000-8000-000000000000',
  permission: 'none',
} as const

/** Replays the calls of one recorded file, in order. */
export async function replay(calls: readonly Recorded[]): Promise<Replay> {
  const next: Next = { now: 0, id: '', appId: '', keyId: '', principal: '', secret: '' }
  const people = ownersIn(calls)
  const [owner = { id: ENTRA_ACCOUNT.objectId }] = people
  const emulator = await startEntraEmulator({
    accounts: [{ ...ENTRA_ACCOUNT, objectId: String(owner.id) }, STRANGER],
    tenantId: tenantIn(calls),
    publisherDomain: 'ContosoTests.onmicrosoft.com',
    people,
    now: () => next.now,
    newId: (what) => next[what],
    newSecret: () => next.secret,
  })
  try {
    const compared: Compared[] = []
    const told: number[] = []
    for (const call of calls) {
      expectMade(next, call)
      if (tells(emulator, call)) told.push(call.index)
      else compared.push(await compare(emulator, call))
    }
    return { compared, told }
  } finally {
    await emulator.close()
  }
}

function expectMade(next: Next, { method, path, response = {}, headers }: Recorded): void {
  next.now = Date.parse(headers.date ?? '')
  if (method !== 'POST') return
  const { createdDateTime: created, endDateTime: end, startDateTime: start } = response
  if (path.endsWith('/applications')) {
    next.id = String(response.id)
    next.appId = String(response.appId)
    next.now = Date.parse(String(created))
  }
  if (path.endsWith('/servicePrincipals')) {
    next.principal = String(response.id)
    next.now = Date.parse(String(created))
  }
  if (path.endsWith('ddPassword')) {
    next.keyId = String(response.keyId)
    next.secret = String(response.secretText)
    // Without an end in the request it is the moment of the call and two years (recorded).
    const moment = new Date(String(end ?? start))
    moment.setUTCFullYear(moment.getUTCFullYear() - 2)
    next.now = moment.getTime()
  }
}

/** A read of an application that no call has made shows its state. */
function tells(emulator: EntraEmulator, { method, path, status, response = {} }: Recorded) {
  const [, , noun, id] = path.split('/')
  const isRead = method === 'GET' && noun === 'applications' && id !== undefined && status === 200
  if (!isRead || typeof response.appId !== 'string') return false
  if (emulator.application(response.appId) !== undefined) return false
  const { '@odata.context': _, ...record } = response
  emulator.put(record)
  return true
}

async function compare(emulator: EntraEmulator, call: Recorded): Promise<Compared> {
  const { index, method, path, query = {}, request } = call
  const token = await tokenOf(emulator, call.status === 403 ? STRANGER : ENTRA_ACCOUNT)
  const search = new URLSearchParams(query).toString()
  const answer = await fetch(`${emulator.url}${path}${search === '' ? '' : `?${search}`}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(request === undefined ? {} : { body: JSON.stringify(request) }),
  })
  const text = await answer.text()
  const body = text === '' ? undefined : (JSON.parse(text) as JsonObject)
  const { pathname } = new URL(answer.headers.get('location') ?? 'x:/', 'https://x.example')
  const differences = [
    ...(answer.status === call.status ? [] : [`status ${answer.status}`]),
    ...(answer.headers.get('x-ms-resource-unit') === call.headers['x-ms-resource-unit']
      ? []
      : ['x-ms-resource-unit']),
    ...(call.headers.location === undefined || pathname === call.headers.location
      ? []
      : ['location']),
    ...namesOf(settled(call.response), settled(body, call)),
  ]
  const kind = `${method} ${path.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '{id}')}`
  return { index, kind, differences }
}

/** Members that differ; `order` where they are the same in another order. */
function namesOf(recorded: Json | undefined, answered: Json | undefined): readonly string[] {
  if (isDeepStrictEqual(recorded, answered)) {
    return JSON.stringify(recorded) === JSON.stringify(answered) ? [] : ['order']
  }
  if (!isRecord(recorded ?? null) || !isRecord(answered ?? null)) return ['body']
  const [one, other] = [recorded as JsonObject, answered as JsonObject]
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].filter(
    (name) => !isDeepStrictEqual(one[name], other[name]),
  )
}

const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?Z$/

/** Without what the emulator cannot have; `recording`: what is newer than it is left out. */
function settled(value: Json | undefined, recording?: Recorded): Json | undefined {
  if (Array.isArray(value)) return value.map((one) => settled(one, recording) as Json)
  if (typeof value === 'string') {
    const [, seconds = '', decimals = ''] = TIME.exec(value) ?? []
    return seconds === '' ? value : `${seconds}${decimals.slice(0, 4)} (${decimals.length})`
  }
  if (!isRecord(value ?? null)) return value
  const isOld = recording?.source === 'azure-powershell'
  return Object.fromEntries(
    Object.entries(value as JsonObject)
      .filter(([name]) => !(isOld && name === 'serviceManagementReference'))
      .map(([name, one]) => [
        name,
        name === 'innerError'
          ? Object.keys(one as JsonObject).sort()
          : (settled(one, recording) as Json),
      ]),
  )
}

function ownersIn(calls: readonly Recorded[]): readonly JsonObject[] {
  const lists = calls.filter(({ path }) => path.endsWith('/owners'))
  return lists.flatMap(({ response = {} }) => (response.value ?? []) as JsonObject[]).slice(0, 1)
}

function tenantIn(calls: readonly Recorded[]): string {
  const [, tenant = 'none'] =
    calls.map(({ headers }) => /^\/v2\/([^/]+)/.exec(headers.location ?? '')).find(Boolean) ?? []
  return tenant
}

async function tokenOf(emulator: EntraEmulator, account: typeof ENTRA_ACCOUNT | typeof STRANGER) {
  const response = await fetch(`${emulator.url}/tenant/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: account.clientId,
      client_secret: account.clientSecret,
    }),
  })
  return String(((await response.json()) as JsonObject).access_token)
}
