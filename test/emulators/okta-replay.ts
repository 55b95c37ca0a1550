/**
 * Sends the recorded traffic of one file to an emulated org, call by call, and says where the answers differ. What the org
 * has is read off the first application of the file; one that the file did not create is put in place when it is first seen.
 */

import {
  OKTA_API_TOKEN,
  type OktaEmulator,
  type OrgFeatures,
  startOktaEmulator,
} from '../../src/emulators/okta/index.ts'
import { NO_LIMITS } from '../providers/okta/subject.ts'
import { differences, isObject } from './okta-compare.ts'

export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [member: string]: Json | undefined
}

export interface Recorded {
  readonly source: string
  readonly file: string
  readonly index: number
  readonly method: string
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly request?: Json
  readonly status: number
  readonly response?: Json
  readonly headers?: { readonly link?: string | readonly string[] }
}

export interface Compared {
  readonly index: number
  readonly kind: string
  readonly differences: readonly string[]
}

export interface Replay {
  readonly compared: readonly Compared[]
  /** Calls that only showed the state before, or that the emulator does not serve, by reason. */
  readonly uncompared: Readonly<Record<string, number>>
}

interface Session {
  readonly emulator: OktaEmulator
  readonly calls: readonly Recorded[]
  readonly next: { app: string; secret: string; value: string; at: number }
  readonly compared: Compared[]
  readonly uncompared: Record<string, number>
}

/** Replays the calls of one recorded file, in order. */
export async function replay(calls: readonly Recorded[]): Promise<Replay> {
  const next = { app: '', secret: '', value: '', at: Date.parse('2026-01-01T00:00:00Z') }
  const emulator = await startOktaEmulator({
    features: featuresOf(calls),
    limits: NO_LIMITS,
    now: () => next.at,
    nextId: (kind) => next[kind],
    nextSecret: () => next.value,
  })
  const session: Session = { emulator, calls, next, compared: [], uncompared: {} }
  try {
    for (const call of calls) await step(session, call)
    const { compared, uncompared } = session
    return { compared, uncompared }
  } finally {
    await emulator.close()
  }
}

const appsIn = ({ response }: Recorded): readonly JsonObject[] =>
  (Array.isArray(response) ? response : [response]).filter(
    (one): one is JsonObject => isObject(one) && isObject(one.settings) && isObject(one._links),
  )
const isOurs = ({ name, settings }: JsonObject) =>
  name === 'oidc_client' && isObject(settings) && isObject(settings.oauthClient)
const isActive = ({ status }: JsonObject) => status === 'ACTIVE'

/** What distinguishes the org of a file from others. */
function featuresOf(calls: readonly Recorded[]): OrgFeatures {
  const full = calls.some(
    ({ method, path, status }) => method === 'POST' && path === '/api/v1/apps' && status === 200,
  )
  const apps = calls.flatMap(appsIn).filter(isOurs)
  const created = calls
    .filter(({ method, path }) => method === 'POST' && path === '/api/v1/apps')
    .flatMap(appsIn)
    .filter(isOurs)
  const app = created[0] ?? apps.find(isActive) ?? apps[0]
  if (app === undefined) return full ? {} : { maxApps: 0 }
  const { orn, settings, credentials, visibility, _links } = app as Record<string, JsonObject>
  const { oauthClient = {}, emOptInStatus } = settings as Record<string, JsonObject>
  const { signing } = credentials as Record<string, JsonObject>
  return {
    orn: orn === undefined ? undefined : String(orn).split(':apps:')[0],
    consent: 'consent_method' in oauthClient,
    singleLogout: 'participate_slo' in oauthClient,
    emOptInStatus: emOptInStatus === undefined ? undefined : String(emOptInStatus),
    universalLogout: app.universalLogout,
    autoLaunch: isObject(visibility) && 'autoLaunch' in visibility,
    policies: isObject(_links) && 'policies' in _links,
    kid: String(signing?.kid),
    ...(full ? {} : { maxApps: 0 }),
  }
}

async function step(session: Session, call: Recorded): Promise<unknown> {
  const [, api = '', , noun = '', id = '', ...below] = call.path.split('/')
  if (api !== 'api' || noun !== 'apps') return skip(session, 'a call of another API')
  const rest = below.join('/').replace(/ocs\w{17}|rst\w+/g, '{id}')
  const kind = `${call.method} /apps${id && '/{id}'}${rest && `/${rest}`}`
  if (!isServed(rest))
    return skip(session, `not a call of the emulator: ${call.method} /${below[0]}`)
  if (id === '' && call.method === 'POST') {
    const { name } = isObject(call.request) ? call.request : {}
    if (name !== 'oidc_client') return skip(session, 'an application of another kind')
    expectMade(session, call)
  } else if (id === '') prepareList(session, call)
  else if (!prepare(session, call, id, rest)) return
  await compare(session, call, kind)
}

const isServed = (rest: string) =>
  /^(|lifecycle\/\w+|policies\/\w+|credentials\/secrets(\/\{id\}(\/lifecycle\/\w+)?)?)$/.test(
    rest.replace(/policies\/.*/, 'policies/x'),
  )

async function compare(session: Session, call: Recorded, kind: string): Promise<void> {
  const answer = await send(session, call)
  const found = differences(call, answer)
  const named = kind.replace(/policies\/.*/, 'policies/{id}')
  session.compared.push({ index: call.index, kind: named, differences: found })
  if (found.length > 0) settle(session, call)
}

/** After a difference the recorded state is put in place, so that it is reported once. */
function settle({ emulator }: Session, call: Recorded): void {
  for (const app of appsIn(call)) emulator.put(withoutSecret(app))
}

/** The ids and the secret that Okta made. */
function expectMade({ next, calls }: Session, call: Recorded): void {
  const [app] = appsIn(call)
  if (app === undefined) return
  next.app = String(app.id)
  next.at = Date.parse(String(app.created))
  const { oauthClient } = (app.credentials ?? {}) as Record<string, JsonObject>
  next.value = String(oauthClient?.client_secret)
  const listed = calls.find(
    ({ method, path }) =>
      method === 'GET' && path === `/api/v1/apps/${next.app}/credentials/secrets`,
  )
  const [first] = Array.isArray(listed?.response) ? listed.response : []
  next.secret = isObject(first) ? String(first.id) : 'ocs00000000000000000'
}

/** Whether the call can be compared; a read of an application never seen only shows its state. */
function prepare(session: Session, call: Recorded, id: string, rest: string): boolean {
  const { emulator, next } = session
  const [app] = appsIn(call)
  if (emulator.app(id) === undefined && call.status < 300) {
    if (call.method !== 'GET' || app === undefined) return skip(session, 'state before unknown')
    emulator.put(app)
    return skip(session, 'state before the first call')
  }
  // Refused although the file has not shown it before.
  if (emulator.app(id) === undefined && call.status === 403) {
    emulator.put({ id, name: 'oidc_client', status: 'ACTIVE' })
  }
  if (app !== undefined) next.at = Date.parse(String(app.lastUpdated))
  const { response } = call
  if (rest.startsWith('credentials') && isObject(response)) {
    next.at = Date.parse(String(response.lastUpdated))
    next.secret = String(response.id)
    next.value = String(response.client_secret)
  }
  return true
}

const FILLER = '0oazzzzzzzzzzzzzzzzz'

/** The org has what a list shows, and more where there is a next page. */
function prepareList({ emulator }: Session, call: Recorded): void {
  for (const app of appsIn(call)) {
    if (emulator.app(String(app.id)) === undefined) emulator.put(app)
  }
  const links = [call.headers?.link ?? []].flat().join()
  if (links.includes('rel="next"')) {
    emulator.put({ id: FILLER, label: 'filler', name: 'filler', status: 'DELETED' })
  }
}

const withoutSecret = (app: JsonObject): JsonObject => {
  const { oauthClient, ...credentials } = (app.credentials ?? {}) as Record<string, JsonObject>
  const { client_secret: _, ...client } = oauthClient ?? {}
  return { ...app, credentials: { ...credentials, oauthClient: client } }
}

async function send({ emulator }: Session, call: Recorded) {
  const query = new URLSearchParams(call.query).toString()
  const text = call.request == null ? undefined : JSON.stringify(call.request)
  const response = await fetch(`${emulator.url}${call.path}${query && `?${query}`}`, {
    method: call.method,
    headers: { authorization: `SSWS ${OKTA_API_TOKEN}`, 'content-type': 'application/json' },
    ...(text === undefined ? {} : { body: text }),
  })
  const answer = await response.text()
  return {
    status: response.status,
    body: answer === '' ? undefined : (JSON.parse(answer) as Json),
    link: response.headers.get('link') ?? undefined,
  }
}

function skip({ uncompared }: Session, why: string): false {
  uncompared[why] = (uncompared[why] ?? 0) + 1
  return false
}
