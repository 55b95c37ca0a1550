/**
 * Sends the recorded traffic of one file to an emulated tenant, call by call, and says where the
 * answers differ. A client that the file did not create is put in place when it is first seen.
 */

import {
  type Auth0Emulator,
  DEFAULT_CREDENTIAL,
  startAuth0Emulator,
} from '../../src/emulators/auth0/index.ts'
import { differences, type Json, type JsonObject } from './auth0-compare.ts'
import { CONTROL_HEADERS } from './control-headers.ts'

export interface Recorded {
  readonly source: 'deploy-cli' | 'terraform' | 'go-auth0' | 'clientry'
  readonly file: string
  readonly index: number
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly request?: Json
  readonly status: number
  readonly response?: Json
}

/** One comparison: no differences when the emulator did what Auth0 did. */
export interface Compared {
  readonly file: string
  readonly index: number
  readonly kind: string
  /** Sorted names of the members that differ; `status` with what came. */
  readonly differences: readonly string[]
}

export interface Replay {
  readonly compared: readonly Compared[]
  /** Calls that only showed the state before, or that the emulator does not serve, by kind. */
  readonly uncompared: Readonly<Record<string, number>>
  /** Calls that were neither compared nor counted as not comparable: there must be none. */
  readonly silent: readonly number[]
}

/** A certificate in place of the redacted ones; made for this test, its key thrown away. */
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBhDCCASmgAwIBAgIUNJ0l5riIfC4nIW4HtWsPMymeGPIwCgYIKoZIzj0EAwIw
FjEUMBIGA1UEAwwLcmVwbGF5LnRlc3QwIBcNMjYxMTIzMDgzNjMxWhgPMjEyNjEw
MzAwODM2MzFaMBYxFDASBgNVBAMMC3JlcGxheS50ZXN0MFkwEwYHKoZIzj0CAQYI
KoZIzj0DAQcDQgAE87PrB6gTD1OmKBHkQcRZ/43AAEgIKkW3t0E7W0VHHFAVRVfj
AnajxFDjX2ZGmvH8Ri+TBkQD0XdK5g4YWjzBA6NTMFEwHQYDVR0OBBYEFH+k3gI+
uXKYKflHVvkENrQOTzB8MB8GA1UdIwQYMBaAFH+k3gI+uXKYKflHVvkENrQOTzB8
MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSQAwRgIhALNfvXe2xsY/C/Px
EhVTS18svFeVmwVwDNY69mlSEw63AiEAnVjcnbARjymlpbLHPjFXh4xderNYOv/y
VHouT/VP6UI=
-----END CERTIFICATE-----
`

interface Session {
  readonly emulator: Auth0Emulator
  readonly token: string
  readonly ids: { client: string; credentials: string[] }
  /** Credentials that a call has created or shown. */
  readonly seen: Set<string>
  readonly compared: Compared[]
  readonly uncompared: Record<string, number>
  readonly silent: number[]
}

/** Replays the calls of one recorded file, in order. */
export async function replay(calls: readonly Recorded[]): Promise<Replay> {
  const ids = { client: '', credentials: [] as string[] }
  const emulator = await startAuth0Emulator({
    enableClientConnections: false,
    nextClientId: () => ids.client,
    nextCredentialId: () => ids.credentials.shift() ?? 'cred_unexpected',
  })
  try {
    const token = await tokenOf(emulator)
    const session: Session = {
      emulator,
      token,
      ids,
      seen: new Set<string>(),
      compared: [],
      uncompared: {},
      silent: [],
    }
    for (const call of calls) {
      const before = seenIn(session)
      await step(session, call)
      if (seenIn(session) === before) session.silent.push(call.index)
    }
    const { compared, uncompared, silent } = session
    return { compared, uncompared, silent }
  } finally {
    await emulator.close()
  }
}

/** How many calls and parts of calls have been accounted for. */
const seenIn = ({ compared, uncompared }: Session) =>
  compared.length + Object.values(uncompared).reduce((sum, count) => sum + count, 0)

async function step(session: Session, call: Recorded): Promise<void> {
  const [, , , noun = '', id = '', below = '', last = ''] = call.path.split('/')
  const kind = `${call.method} ${noun}${id && '/{id}'}${below && `/${below}`}${last && '/{id}'}`
  if (id === 'cimd') return skip(session, 'not a call of the emulator')
  if (noun === 'clients' && id === '' && call.method === 'GET') return seeList(session, call)
  if (noun === 'connections') await prepareConnection(session, call, id)
  else if (id !== '' && !(await prepareClient(session, call, id, below))) return
  expectIds(session, call)
  const answer = await send(session, call)
  const found = differences(call, answer)
  session.compared.push({ file: call.file, index: call.index, kind, differences: found })
  if (found.length > 0) settle(session, call)
}

/** After a difference the recorded state is put in place, so that it is reported once. */
function settle({ emulator }: Session, call: Recorded): void {
  const { response } = call
  if (!isFull(response)) return
  const held = emulator.client(response.client_id)
  const methods = held?.client_authentication_methods
  const kept = methods === undefined ? {} : { client_authentication_methods: methods }
  emulator.put({ ...held, ...response, ...kept })
}

/** Says whether the call can be compared; a read of a client never seen only shows its state. */
async function prepareClient(
  session: Session,
  call: Recorded,
  id: string,
  below: string,
): Promise<boolean> {
  const { emulator } = session
  if (emulator.client(id) === undefined && call.status < 300) {
    if (call.method === 'GET' && below === '' && isFull(call.response)) {
      emulator.put(call.response)
      skip(session, 'state before the first call')
      return false
    }
    if (call.method === 'DELETE' && below === '') return true
    emulator.put(isFull(call.response) ? call.response : { client_id: id, name: id })
    if (below === '') {
      skip(session, 'state before the call unknown')
      return false
    }
  }
  if (prepareCredentials(session, call, id, below)) {
    skip(session, 'state before the first call')
    return false
  }
  if (below === 'connections') prepareListed(session, call)
  return true
}

/** Puts credentials in place that no call has created; says whether the call only shows them. */
function prepareCredentials(session: Session, call: Recorded, id: string, below: string): boolean {
  const telling = below === 'credentials' && call.method === 'GET' ? call.response : undefined
  const told = (Array.isArray(telling) ? telling : [telling ?? null]).filter(isObject)
  const fresh = told.filter((credential) => !session.seen.has(String(credential.id)))
  for (const credential of fresh)
    session.emulator.putCredential(id, { ...credential, id: String(credential.id) })
  const named = [call.path.split('/')[6] ?? '', ...credentialIds(call.request)]
  for (const missing of named.filter((one) => one.startsWith('cred_') && !session.seen.has(one))) {
    session.emulator.putCredential(id, { id: missing, credential_type: 'public_key' })
    session.seen.add(missing)
  }
  for (const credential of fresh) session.seen.add(String(credential.id))
  return fresh.length > 0
}

async function prepareConnection(session: Session, call: Recorded, id: string): Promise<void> {
  const { emulator } = session
  const control = await fetch(`${emulator.url}/_emulator/connections/${id}`, {
    headers: CONTROL_HEADERS,
  })
  const listed = isObject(call.response) ? call.response.clients : undefined
  const clients = Array.isArray(listed)
    ? listed.map((one) => String((one as JsonObject).client_id))
    : []
  if (!control.ok) {
    emulator.putConnection({ id, name: id, strategy: 'auth0', enabledClients: clients })
  }
  for (const change of Array.isArray(call.request) ? call.request : []) {
    const client_id = String((change as JsonObject).client_id)
    if (emulator.client(client_id) === undefined) emulator.put({ client_id, name: client_id })
  }
}

/** The connections of a client as listed; what they are besides is not the emulator's own. */
function prepareListed({ emulator }: Session, call: Recorded): void {
  const listed = isObject(call.response) ? call.response.connections : undefined
  for (const connection of Array.isArray(listed) ? listed : []) {
    const record = connection as JsonObject & { id: string; name: string; strategy: string }
    emulator.putConnection(record)
  }
}

/** Each client of a list is compared with the emulator's, or put in place when it is new. */
async function seeList(session: Session, call: Recorded): Promise<void> {
  const { response } = call
  const items = Array.isArray(response) ? response : isObject(response) ? response.clients : []
  if (!Array.isArray(items) || items.length === 0) return skip(session, 'a list without clients')
  for (const item of items) {
    if (!isFull(item) || 'fields' in call.query) {
      skip(session, 'an item of a list that shows a part of its client')
      continue
    }
    if (session.emulator.client(item.client_id) === undefined) {
      session.emulator.put(item)
      skip(session, 'state before the first call')
      continue
    }
    const path = `/api/v2/clients/${item.client_id}`
    const single = { ...call, ...READ, path, response: item }
    const found = differences(single, await send(session, single))
    session.compared.push({
      file: call.file,
      index: call.index,
      kind: 'list item',
      differences: found,
    })
    if (found.length > 0) settle(session, single)
  }
}

const READ = { method: 'GET', query: {}, request: null } as const

function expectIds({ ids, seen }: Session, call: Recorded): void {
  if (call.method !== 'POST' || !isObject(call.response)) return
  ids.client = String(call.response.client_id)
  ids.credentials = credentialIds(call.response)
  for (const id of ids.credentials) seen.add(id)
}

function credentialIds(value: Json | undefined): string[] {
  return JSON.stringify(value ?? null).match(/cred_\w+/g) ?? []
}

async function send({ emulator, token }: Session, call: Recorded) {
  const query = new URLSearchParams(call.query).toString()
  const text = call.request == null ? undefined : JSON.stringify(call.request)
  const response = await fetch(`${emulator.url}${call.path}${query && `?${query}`}`, {
    method: call.method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(text === undefined ? {} : { body: withCertificates(text) }),
  })
  const answer = await response.text()
  return { status: response.status, body: answer === '' ? undefined : (JSON.parse(answer) as Json) }
}

function withCertificates(text: string): string {
  return text.replaceAll('"pem":"[REDACTED]"', `"pem":${JSON.stringify(CERTIFICATE)}`)
}

async function tokenOf(emulator: Auth0Emulator): Promise<string> {
  const response = await fetch(`${emulator.url}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: DEFAULT_CREDENTIAL.clientId,
      client_secret: DEFAULT_CREDENTIAL.clientSecret,
      audience: `${emulator.url}/api/v2/`,
    }),
  })
  return String(((await response.json()) as JsonObject).access_token)
}

function skip({ uncompared }: Session, why: string): void {
  uncompared[why] = (uncompared[why] ?? 0) + 1
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isFull(value: unknown): value is JsonObject & { client_id: string } {
  return isObject(value) && typeof value.client_id === 'string' && 'refresh_token' in value
}
