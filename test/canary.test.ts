/**
 * Canary secrets (guarantee G10): every secret there is, in every place where one can be, through some
 * hundred requests of every kind; then every byte that left the process, or that lies in its store, is
 * searched for each of them in each spelling.
 */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../src/core/json/json.ts'
import { PERMISSIONS } from '../src/core/rights/permissions.ts'
import type { FaultKind } from '../src/emulators/faults.ts'
import type { HttpRequest } from '../src/http/wire/message.ts'
import { SCOPE_EACH, SHORT_WAITS, startWorld, type World } from './contract/world.ts'
import { fullAuth0Client } from './fixtures/auth0.ts'
import { fullCognitoClient, POOL_ID } from './fixtures/cognito.ts'
import { fullLocalClient } from './fixtures/local.ts'

const REQUESTS = 500
/** At once; the order in which they end is no one's. */
const LANES = 5

const CLIENT = '/clients/exampleClientId'
const canary = (name: string) => `canary ${name} "7%/+é" 0123456789`
/** What a caller may set a secret to; only what a header or a token endpoint takes. */
const plainCanary = (name: string) => `canary-${name}-0123456789-abcdefghij+/`

/** Secrets of clients, which anyone who may read secrets gets to see. */
const CLIENT_SECRETS = [
  plainCanary('auth0'),
  plainCanary('cognito-client').replace(/\W/g, '_'),
  plainCanary('local'),
  plainCanary('patched-1'),
  plainCanary('patched-2'),
  plainCanary('foreign'),
]
const [AUTH0 = '', COGNITO = '', LOCAL = '', PATCHED_1 = '', PATCHED_2 = '', FOREIGN = ''] =
  CLIENT_SECRETS
/** Secrets of add-ons; `providerSettings` shows none of them to anyone. */
const ADDONS: JsonObject = {
  firebase: { secret: canary('firebase'), lifetime_in_seconds: 60 },
  layer: { providerId: 'p', privateKey: canary('layer') },
  azure_sb: { namespace: 'n', sasKey: canary('azure') },
  // No list knows these.
  custom: { apiKey: canary('custom'), url: 'https://custom.example.com' },
  noted: { text: `-----BEGIN PRIVATE KEY-----\n${canary('noted')}` },
}
const PATCHED_ADDON = canary('patched add-on')
const KEYS = [1, 2, 3].map((one) => plainCanary(`idempotency-${one}`))

/** Secrets that no one may ever see. */
let hidden: readonly string[]
let folder: string
let world: World
/** What left: answers by whether their caller may read secrets. */
const answers: { readonly mayRead: boolean; readonly text: string }[] = []
/** Values that rotations have made, and what those who may not read secrets were shown beside them. */
const rotated = new Set<string>()
/** An id of a second secret at each provider, as it was listed last. */
const listed = new Map<string, string>()

/** Numbers by chance that are the same each time (a linear congruential generator). */
let state = 42
const chance = (below: number) => {
  state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
  return Math.floor((state / 2 ** 32) * below)
}
const oneOf = <T>(list: readonly T[]): T => list[chance(list.length)] as T

const FAULTS: readonly FaultKind[] = [
  'error_before_apply',
  'error_after_apply',
  'reset_before_apply',
  'reset_after_apply',
  'cut_answer',
  'garbage_answer',
  'redirect',
  'expired_credentials',
]

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clientry-canary-'))
  const path = join(folder, 'clientry.db')
  world = await startWorld({
    path,
    permissions: SCOPE_EACH,
    level: 'debug',
    metrics: true,
    limits: SHORT_WAITS,
  })
  world.auth0.put({ ...fullAuth0Client, client_secret: AUTH0, addons: ADDONS })
  world.cognito.put(POOL_ID, { ...fullCognitoClient, ClientSecret: COGNITO })
  const { putLocalClient } = await import('../src/providers/local/index.ts')
  await putLocalClient(world.documents, { ...fullLocalClient, client_secret: LOCAL })
  const every = [...PERMISSIONS]
  const tokens = [
    { mayRead: true, token: await world.token(every) },
    { mayRead: false, token: await world.token(every.filter((one) => one !== 'secrets:read')) },
  ]
  hidden = [
    ...Object.values(ADDONS).flatMap((addon) =>
      Object.values(addon as JsonObject).filter((text) => String(text).includes('canary')),
    ),
    PATCHED_ADDON,
    ...KEYS,
    'management-secret',
    'emulator-secret',
    Buffer.from(world.key).toString('base64'),
    Buffer.from(world.key).toString('latin1'),
    ...tokens.flatMap(({ token }) => [token, token.split('.')[2] ?? '']),
  ].map(String)
  // The first secrets may soon have been rotated away.
  for (const address of ADDRESSES) {
    await ask(tokens[0] as Caller, { query: new URLSearchParams(address).toString() })
  }
  let left = REQUESTS
  const lane = async () => {
    while (left > 0) {
      left -= 1
      await send(oneOf(tokens))
      if (left % 50 === 0) await world.clientry.sweep()
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane))
}, 180_000)
afterAll(async () => {
  await world.close()
  rmSync(folder, { recursive: true, force: true })
})

interface Caller {
  readonly mayRead: boolean
  readonly token: string
}

async function send(caller: Caller): Promise<void> {
  if (chance(3) === 0) disturb()
  await ask(caller, requestByChance())
}

async function ask({ mayRead, token }: Caller, asked: Partial<HttpRequest>): Promise<void> {
  const { method = 'GET', headers = {}, body, ...more } = asked
  const response = await world.clientry.app({
    method,
    path: CLIENT,
    query: '',
    deadline: Date.now() + 2_000,
    ...more,
    body,
    headers: {
      authorization: [chance(20) === 0 ? `Bearer ${token}x` : `Bearer ${token}`],
      ...(body === undefined ? {} : { 'content-type': ['application/json'] }),
      ...headers,
    },
  })
  const text = JSON.stringify(response.headers) + response.body
  answers.push({ mayRead, text: more.path?.endsWith('/rotate-secret') ? withoutNew(text) : text })
  const { secrets = [] } = asRecord(response.body)
  // The first one is to be there to be found.
  for (const { id } of (secrets as { id: string }[]).slice(1)) listed.set(more.query ?? '', id)
}

/** The answer to a rotation without the one value that it has to show. */
function withoutNew(text: string): string {
  const [shown, value] = /"secret":\{[^}]*"value":"([^"]+)"/.exec(text) ?? []
  if (shown === undefined || value === undefined) return text
  rotated.add(value)
  return text.replace(shown, '')
}

function asRecord(text: string): JsonObject {
  try {
    return JSON.parse(text) as JsonObject
  } catch {
    return {}
  }
}

/** The provider fails at one of the next calls, or someone else writes a secret. */
function disturb(): void {
  if (chance(2) === 0)
    return oneOf([world.auth0, world.cognito]).inject({ kind: oneOf(FAULTS), times: 3 })
  const change = {
    client_secret: FOREIGN,
    addons: { ...ADDONS, wams: { masterkey: PATCHED_ADDON } },
  }
  world.auth0.inject({ kind: 'foreign_write', operation: 'PATCH /clients/{id}', change })
}

const ADDRESSES = [{}, { provider: 'cognito-client', userPoolId: POOL_ID }, { provider: 'local' }]

function requestByChance(): Partial<HttpRequest> {
  const address = oneOf(ADDRESSES)
  const where = (path: string, more: object = {}): Partial<HttpRequest> => {
    const query = new URLSearchParams({ ...address, ...more }).toString()
    return { path, query }
  }
  const write = (body: object): Partial<HttpRequest> => ({
    method: 'PATCH',
    query: chance(4) === 0 ? 'dryRun=true' : '',
    body: Buffer.from(JSON.stringify({ ...address, ...body })),
    headers: {
      ...(chance(6) === 0 ? { 'idempotency-key': [oneOf(KEYS.slice(0, 2))] } : {}),
      ...(chance(8) === 0 ? { 'if-match': [`"${AUTH0}"`] } : {}),
      ...(chance(8) === 0 ? { accept: ['application/problem+json'] } : {}),
    },
  })
  const patch = (client: object) => write({ client })
  return oneOf<() => Partial<HttpRequest>>([
    () => where(CLIENT),
    () => where(`${CLIENT}/history`, { limit: '100' }),
    () => ({
      path: '/history',
      query: `limit=100&outcome=${oneOf(['applied', 'outside_change'])}`,
    }),
    () => ({ path: oneOf(['/metrics', '/readyz', '/providers', '/operations/none']) }),
    () => rotation(address),
    () => where(`${CLIENT}/secrets`),
    () => {
      const { path, query = '' } = where(`${CLIENT}/secrets`)
      return {
        path: `${path}/${encodeURIComponent(listed.get(query) ?? 'none')}`,
        query,
        method: 'DELETE',
      }
    },
    () => patch({ name: `Name ${chance(1_000)}` }),
    () => patch({ secret: oneOf([PATCHED_1, PATCHED_2]), description: `Text ${chance(1_000)}` }),
    () => patch({ providerSettings: { addons: { firebase: { secret: PATCHED_ADDON } } } }),
    () => patch({ providerSettings: { client_secret: PATCHED_1, ClientSecret: PATCHED_1 } }),
    // The same request with the same key, so that it is answered again with what became of it.
    () => ({
      method: 'PATCH',
      body: Buffer.from(JSON.stringify({ client: { secret: PATCHED_2, name: 'Keyed' } })),
      headers: { 'idempotency-key': [KEYS[2] ?? ''] },
    }),
    () => patch({ secret: 7, [PATCHED_1.slice(0, 6)]: 1 }),
    () => patch({ callbacks: [`https://${chance(100)}.example.com/cb`, 'javascript:alert(1)'] }),
    () => patch({ callbacks: { add: [`https://${chance(100)}.example.com/cb`] } }),
    () => ({
      ...write({ client: [{ op: oneOf(['test', 'add']), path: '/secret', value: PATCHED_1 }] }),
      headers: { 'content-type': ['application/json-patch+json'] },
    }),
    () => ({
      ...write({ to: oneOf([0, 2, 4, 999]), allowPartial: chance(2) === 0 }),
      method: 'POST',
      path: `${CLIENT}/rollback`,
    }),
  ])()
}

/** Where there can be one secret, it is replaced; some are sent again with their key. */
function rotation(address: object): Partial<HttpRequest> {
  const cutOver = Object.keys(address).length === 0
  const key = chance(2) === 0 ? { 'idempotency-key': [`${KEYS[0]}-${chance(9)}`] } : {}
  return {
    method: 'POST',
    path: `${CLIENT}/rotate-secret`,
    body: Buffer.from(JSON.stringify({ ...address, ...(cutOver ? { cutOver } : {}) })),
    headers: key,
  }
}

/** Every way in which a text may stand in bytes. */
function spellingsOf(text: string): readonly string[] {
  const bytes = Buffer.from(text)
  const json = JSON.stringify(text).slice(1, -1)
  // Inside of a longer text, base64 has one of three phases; its first and last characters may differ.
  const phases = [0, 1, 2].map((phase) =>
    Buffer.concat([Buffer.alloc(phase), bytes])
      .toString('base64')
      .replace(/=+$/, '')
      .slice(phase === 0 ? 0 : phase + 1, -2),
  )
  return [
    text,
    json,
    JSON.stringify(json).slice(1, -1),
    encodeURIComponent(text),
    encodeURIComponent(text).replaceAll('%20', '+'),
    new URLSearchParams({ x: text }).toString().slice(2),
    ...phases,
    ...phases.map((one) => one.replaceAll('+', '-').replaceAll('/', '_')),
    bytes.toString('hex'),
  ]
}

/** The canaries that stand in some bytes in some spelling. */
function found(bytes: Buffer, canaries: readonly string[]): readonly string[] {
  return canaries.filter((one) => spellingsOf(one).some((spelling) => bytes.includes(spelling)))
}

const everything = () => [...hidden, ...CLIENT_SECRETS, ...rotated]
const stored = () =>
  readdirSync(folder).map((name) => ({ name, bytes: readFileSync(join(folder, name)) }))
const answered = (mayRead: boolean) =>
  Buffer.from(
    answers
      .filter((one) => one.mayRead === mayRead)
      .map(({ text }) => text)
      .join('\n'),
  )

describe(`after ${REQUESTS} requests of every kind`, () => {
  it('there were such: changes, refusals, failures, replays, rollbacks, foreign writes', async () => {
    expect(answers).toHaveLength(REQUESTS + ADDRESSES.length)
    const counted = world.log.filter(({ message }) => message === 'request')
    const statuses = new Set(counted.map(({ status }) => status))
    expect([...statuses]).toEqual(expect.arrayContaining([200, 400, 401, 404, 409, 412, 422, 500]))
    const outcomes = new Set(counted.map(({ outcome }) => outcome))
    expect([...outcomes]).toEqual(expect.arrayContaining(['applied', 'planned', 'unchanged']))
    const texts = answers.map(({ text }) => text).join()
    const words = ['idempotent-replayed', 'outside_change', 'rollbackTo']
    expect(words.filter((word) => !texts.includes(word))).toEqual([])
    expect(world.log.filter(({ level }) => level === 'debug').length).toBeGreaterThan(200)
  })

  it('no answer shows a secret to a caller who may not read it', () => {
    expect(found(answered(false), everything())).toEqual([])
  })

  it('no answer shows a rotated one, but that of its rotation and to those who may read secrets', () => {
    expect(rotated.size).toBeGreaterThan(3)
    expect(found(answered(false), [...rotated])).toEqual([])
    // One that is the only one, or has become the oldest, is the client's own.
    expect(found(answered(true), [...rotated]).length).toBeGreaterThan(0)
  })

  it('no answer shows to anyone what is no one’s', () => {
    expect(found(answered(true), hidden)).toEqual([])
  })

  it('no line of the log holds one', () => {
    const lines = Buffer.from(world.log.map((line) => JSON.stringify(line)).join('\n'))
    expect(lines.length).toBeGreaterThan(100_000)
    expect(found(lines, everything())).toEqual([])
  })

  it('no byte of the database or of its write-ahead log holds one', () => {
    const files = stored()
    expect(files.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['clientry.db', 'clientry.db-wal']),
    )
    for (const { name, bytes } of files) {
      expect(bytes.length, name).toBeGreaterThan(0)
      expect(found(bytes, everything()), name).toEqual([])
    }
  })

  it('and the search finds each of them, in each spelling, where one is planted', () => {
    // Secrets of clients stand in the answers of those who may read them.
    expect(found(answered(true), CLIENT_SECRETS)).toEqual(
      expect.arrayContaining([COGNITO, LOCAL, PATCHED_1, PATCHED_2, FOREIGN]),
    )
    const [file] = stored()
    for (const one of everything()) {
      const json = JSON.stringify(one)
      const planted = [
        one,
        json,
        JSON.stringify(json),
        encodeURIComponent(one),
        ...['', 'a', 'ab'].flatMap((before) =>
          (['base64', 'base64url', 'hex'] as const).map((how) =>
            Buffer.from(`${before}${one} after`).toString(how),
          ),
        ),
      ]
      for (const text of planted) {
        const copy = Buffer.concat([file?.bytes ?? Buffer.alloc(0), Buffer.from(text)])
        expect(found(copy, [one]), text).toEqual([one])
      }
    }
  })
})
