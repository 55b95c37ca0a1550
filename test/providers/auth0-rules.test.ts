/**
 * The rules between settings at Auth0: no recorded client that Auth0 took breaks one, and what it refuses is refused
 * before it is sent, with what is allowed.
 */

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { texts } from '../../src/core/mapping/lenses.ts'
import { isWithin } from '../../src/core/mapping/limits.ts'
import { mapping } from '../../src/providers/auth0/mapping.ts'
import { checkEditable, rules } from '../../src/providers/auth0/rules.ts'
import { APP_TYPES, GRANT_TYPES } from '../../src/providers/auth0/values.ts'
import { fullAuth0Client as full } from '../fixtures/auth0.ts'
import { planOf } from '../plan.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const FOLDER = process.env.CLIENTRY_RECORDINGS ?? join(ROOT, '../shared/recordings')
const FILE = join(FOLDER, 'auth0-clients.jsonl')

interface Recorded {
  readonly method: string
  readonly status: number
  readonly path: string
  readonly request?: Json
  readonly response?: Json
}

const CALLS: readonly Recorded[] = (existsSync(FILE) ? readFileSync(FILE, 'utf8') : '')
  .split('\n')
  .filter(Boolean)
  .map((line) => JSON.parse(line) as Recorded)

/** Clients as Auth0 answered them to a write that it took. */
const TAKEN = CALLS.filter(
  ({ method, status, response }) =>
    ['POST', 'PATCH'].includes(method) &&
    status < 300 &&
    typeof (response as JsonObject | null)?.client_id === 'string',
)

it.skipIf(CALLS.length === 0)('no rule and no limit refuses what Auth0 took', () => {
  expect(TAKEN.length).toBeGreaterThan(200)
  for (const { response, path } of TAKEN) {
    const record = response as JsonObject
    const broken = rules.filter(({ holds }) => !holds(record)).map(({ says }) => says)
    // An answer to a creation shows whole credentials in the place of their ids.
    const real = broken.filter((says) => !says.includes('by their ids'))
    expect({ path, real }).toEqual({ path, real: [] })
    expect(isWithin(record.app_type ?? 'spa', APP_TYPES)).toBe(true)
    for (const grant of texts(record.grant_types)) {
      expect({ grant, within: isWithin(grant, GRANT_TYPES) }).toEqual({ grant, within: true })
    }
  }
})

it.skipIf(CALLS.length === 0)(
  'every update of a client of a metadata document that Auth0 took is allowed',
  () => {
    const documents = new Map<string, JsonObject>()
    for (const { response } of CALLS) {
      const record = response as JsonObject | null
      if (typeof record?.external_client_id === 'string')
        documents.set(String(record.client_id), record)
    }
    const updates = CALLS.filter(({ method, status, path }) => {
      const [id = ''] = path.split('/').slice(4)
      return method === 'PATCH' && status === 200 && documents.has(id)
    })
    expect(updates.length).toBeGreaterThan(0)
    for (const { path, request } of updates) {
      const held = documents.get(path.split('/')[4] ?? '') as JsonObject
      checkEditable(mapping, held, request as JsonObject)
    }
  },
)

const refused: readonly (readonly [string, JsonObject, RegExp])[] = [
  ['a type that Auth0 does not have', { appType: 'website' }, /must be one of .*regular_web/],
  [
    'a grant that is no grant',
    { grantTypes: ['authorization-code'] },
    /must be one of authorization_code/,
  ],
  [
    'a method that is none',
    { tokenEndpointAuthMethod: 'client_secret_jwt' },
    /must be one of none, client_secret_post/,
  ],
  [
    'two ways to prove a key',
    {
      tokenEndpointAuthMethod: null,
      providerSettings: {
        client_authentication_methods: {
          private_key_jwt: { credentials: [{ id: 'cred_1' }] },
          tls_client_auth: { credentials: [{ id: 'cred_1' }] },
        },
      },
    },
    /exactly one of private_key_jwt/,
  ],
  [
    'a key itself for a client that exists',
    {
      providerSettings: {
        signed_request_object: {
          required: true,
          credentials: [{ credential_type: 'public_key', pem: 'x' }],
        },
      },
    },
    /by their ids/,
  ],
]

it.each(refused)('%s is refused with what is allowed', (_, client, says) => {
  expect(() => planOf(mapping, full, client)).toThrowError(says)
})

it('an extension grant is taken', () => {
  const grantTypes = ['urn:ietf:params:oauth:grant-type:device_code']
  expect(planOf(mapping, full, { grantTypes }).next.grant_types).toEqual(grantTypes)
})

it('what a metadata document has is refused with what may change', () => {
  const held = { ...full, external_client_id: 'https://client.example.com/metadata.json' }
  expect(() => checkEditable(mapping, held, { callbacks: [] })).toThrowError(
    /client.callbacks cannot/,
  )
  expect(() => checkEditable(mapping, held, { description: 'x' })).not.toThrowError()
})
