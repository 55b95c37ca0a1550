/** Ory Hydra itself in the contract suites, behind a front that counts calls and spoils them. */

import type { JsonObject } from '../../src/core/json/json.ts'
import { isRecord, withoutMembers } from '../../src/core/json/json.ts'
import { startFront } from '../peers/front.ts'
import { HYDRA_KIND } from '../providers/hydra/subject.ts'
import { only, type Subject, type SubjectKind } from '../providers/subject.ts'
import { CHOSEN } from './chosen.ts'
import { type Hydra, startHydra } from './hydra.ts'
import { once } from './once.ts'
import { startSyncClient } from './synchronous.ts'

const ID = 'exampleClientId'
const CLIENTS = '/admin/clients'

/** The operation and the client of a call of the admin API. */
export function operationOf(method: string, path: string) {
  const [id, rest] = path.slice(CLIENTS.length + 1).split('/')
  if (id === undefined || id === '') return { operation: `${method} ${CLIENTS}` }
  const operation = `${method} ${CLIENTS}/{id}${rest === undefined ? '' : `/${rest}`}`
  return { operation, id: decodeURIComponent(id) }
}

/** The server as a subject, in a run about it. */
export async function hydraKinds(): Promise<readonly SubjectKind[]> {
  if (CHOSEN !== 'hydra') return []
  const hydra = once(
    () => startHydra(),
    ({ stop }) => stop(),
  )
  return [
    {
      ...HYDRA_KIND,
      name: 'hydra itself',
      server: 'hydra',
      start: async () => subjectAt(await hydra()),
    },
  ]
}

async function subjectAt({ adminUrl, publicUrl }: Hydra): Promise<Subject> {
  const { send, close } = startSyncClient()
  const at = (id: string) => `${adminUrl}${CLIENTS}/${encodeURIComponent(id)}`
  /** Values of which one may be the secret; the server shows a hash to no one. */
  const secrets = new Set<string>()

  const put = (record: JsonObject) => {
    const id = String(record.client_id)
    if (typeof record.client_secret === 'string') secrets.add(record.client_secret)
    const body = forPut(record)
    const { status } = send('GET', at(id))
    const answer =
      status === 200 ? send('PUT', at(id), body) : send('POST', `${adminUrl}${CLIENTS}`, body)
    if (answer.status >= 400) throw new Error(`not stored: ${JSON.stringify(answer.body)}`)
  }

  /** Whether a secret is accepted, by the endpoint of revocations, for a token that is none. */
  function isSecret(value: string, method: unknown): boolean {
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    const basic = { authorization: `Basic ${Buffer.from(`${ID}:${value}`).toString('base64')}` }
    const inBody = method === 'client_secret_post'
    const body = new URLSearchParams({
      token: 'none',
      ...(inBody ? { client_id: ID, client_secret: value } : {}),
    })
    const url = `${publicUrl}/oauth2/revoke`
    return send('POST', url, String(body), { ...form, ...(inBody ? {} : basic) }).status === 200
  }

  const stored = (): JsonObject => {
    const { body } = send('GET', at(ID))
    const method = body.token_endpoint_auth_method
    const secret = [...secrets].reverse().find((one) => isSecret(one, method))
    return { ...body, client_secret: secret ?? 'another one' }
  }

  send('DELETE', at(ID))
  put(HYDRA_KIND.full)
  const front = await startFront({
    url: () => adminUrl,
    change: (id, members) => put({ ...send('GET', at(id)).body, ...(members as JsonObject) }),
    nameOf: operationOf,
  })
  return {
    provider: await only({ type: 'hydra', baseUrl: front.url, pace: { perSecond: 10_000 } }),
    ref: { provider: 'it', id: ID },
    stored: () => {
      for (const { body } of front.calls) for (const one of secretsIn(body)) secrets.add(one)
      return stored()
    },
    put,
    emulator: front,
    operations: { read: `GET ${CLIENTS}/{id}`, write: `PATCH ${CLIENTS}/{id}` },
    close: async () => {
      await front.close()
      await close()
    },
  }
}

/** What a PUT takes of a record: times are the server's, and an empty jwks is refused beside jwks_uri. */
function forPut(record: JsonObject): JsonObject {
  const { jwks } = record
  const none = !isRecord(jwks) || Object.keys(jwks).length === 0 ? ['jwks'] : []
  return withoutMembers(record, ['created_at', 'updated_at', 'client_secret_expires_at', ...none])
}

/** Secrets that a patch sets. */
const secretsIn = (body: unknown): readonly string[] =>
  Array.isArray(body)
    ? body.flatMap((one) => (one?.path === '/client_secret' ? [String(one.value)] : []))
    : []
