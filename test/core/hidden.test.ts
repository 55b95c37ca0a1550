/**
 * G10: what is hidden. The samples are kept by hand, from what real services and libraries write and from the
 * recordings of real tenants, and know nothing of the rules of the program.
 */

import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { numberOfLiteral } from '../../src/core/json/json-number.ts'
import { showClient } from '../../src/core/mapping/mapping.ts'
import { createFingerprints } from '../../src/core/secrecy/fingerprint.ts'
import { hiddenPaths, replaceHidden } from '../../src/core/secrecy/hidden.ts'
import { mapping as auth0 } from '../../src/providers/auth0/mapping.ts'
import { mapping as cognito } from '../../src/providers/cognito/mapping.ts'
import { mapping as local } from '../../src/providers/local/mapping.ts'
import { DIALECTS } from '../../src/providers/rfc7592/dialects/dialects.ts'
import { createMapping } from '../../src/providers/rfc7592/mapping.ts'
import { runs } from '../property.ts'

const registered = createMapping(DIALECTS.standard)
const MAPPINGS = [
  ['auth0', auth0],
  ['cognito', cognito],
  ['local', local],
  ['rfc7592', registered],
] as const

/** A value that stands for a secret; each sample holds it, and no answer may. */
const CANARY = 'canary-7f3a9c'

/** Members that hold a secret, by the name of what has them. */
const NAMED: Readonly<Record<string, JsonObject>> = {
  'a secret that was rotated': { client_secret_previous: CANARY },
  'the same in camel case': { clientSecretPrevious: CANARY },
  'the same in capitals': { CLIENT_SECRET_OLD: CANARY },
  'an add-on that no one knows': { addons: { custom: { apiKey: CANARY } } },
  'an API key': { 'api-key': CANARY },
  'one written together': { apikey: CANARY },
  'a numbered one': { apiKey2: CANARY },
  'a password (Okta apps)': { settings: { app: { password: CANARY } } },
  'a secret key (Okta apps)': { settings: { app: { secretKey: CANARY } } },
  'an access key (Okta apps)': { settings: { app: { accessKey: CANARY } } },
  'a token (Okta apps)': { settings: { app: { authToken: CANARY } } },
  'an encrypted token (Okta apps)': { settings: { app: { encryptedAuthToken: CANARY } } },
  'the hash of a secret (Okta apps)': { secret_hash: CANARY },
  'credentials (Entra)': { passwordCredentials: [{ keyId: 'k', secretText: CANARY }] },
  'a registration access token (RFC 7592)': { registration_access_token: CANARY },
  'a private key': { private_key: CANARY },
  'a passphrase': { key_passphrase: CANARY },
  'a one-time password seed': { totp_seed: CANARY },
  'a number': { pin: 1234 },
  'a number that no double holds': { pin: numberOfLiteral('12345678901234567890') },
  'a list': { live_tokens: [CANARY] },
  'deep inside': { a: { b: { c: { webhookSecret: CANARY } } } },
  'a key shared before (IEEE 802.11)': { psk: CANARY },
  passcodes: { passcodes: [CANARY] },
  'below a name that says it, beside the type of a key': {
    credentials: { kty: 'x', value: CANARY },
  },
  'below a name that says it': { credentials: { web: { value: CANARY } } },
}

const PEM = (label: string) => `-----BEGIN ${label}-----\nMIIE${CANARY}\n-----END ${label}-----`

/** Values that are secrets by their shape, under a name that says nothing. */
const SHAPED: Readonly<Record<string, Json>> = {
  'a private key (PKCS #8)': PEM('PRIVATE KEY'),
  'a private key (PKCS #1)': PEM('RSA PRIVATE KEY'),
  'a private key (SEC 1)': PEM('EC PRIVATE KEY'),
  'a private key (encrypted)': PEM('ENCRYPTED PRIVATE KEY'),
  'a private key (OpenSSH)': PEM('OPENSSH PRIVATE KEY'),
  'a private key (OpenPGP)': PEM('PGP PRIVATE KEY BLOCK'),
  'a symmetric JWK': { kty: 'oct', kid: 'one', k: CANARY },
  'a private JWK (RSA)': { kty: 'RSA', n: 'x', e: 'AQAB', d: CANARY },
  'a private JWK (EC)': { kty: 'EC', crv: 'P-256', x: 'x', y: 'y', d: CANARY },
  'a private JWK (OKP)': { kty: 'OKP', crv: 'Ed25519', x: 'x', d: CANARY },
  'primes of a key alone': { kty: 'RSA', n: 'x', e: 'AQAB', p: CANARY },
  'a set of keys': {
    keys: [
      { kty: 'RSA', n: 'x', e: 'AQAB' },
      { kty: 'oct', k: CANARY },
    ],
  },
  'a list of keys': [{ kty: 'oct', k: CANARY }],
  'a JWK as text': JSON.stringify({ kty: 'oct', k: CANARY }),
  'a URL with a password': `https://user:${CANARY}@db.example.com/`,
  'a database URL': `postgres://admin:${CANARY}@db.example.com:5432/app`,
  'a connection string': `DefaultEndpointsProtocol=https;AccountName=a;AccountKey=${CANARY}==`,
  'a signed URL': `https://x.blob.core.windows.net/c?sv=2022&sig=${CANARY}`,
  'Basic credentials': `Basic ${CANARY}`,
  'a Bearer token': `Bearer ${CANARY}`,
  'a JWT': `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIx${CANARY}.c2ln`,
  'a key of GitHub': `ghp_${CANARY}00000000`,
  'a key of Stripe': `sk_live_${CANARY}00000000`,
  'a key of Slack': `xoxb-${CANARY}-0000`,
  'a text as drawn by chance': `Zq8${CANARY}kR4vB1xW6nT0pL`,
}

describe.each(MAPPINGS)('at %s', (_, mapping) => {
  const shown = (record: JsonObject) => JSON.stringify(showClient(mapping, record))
  const print = createFingerprints(Buffer.alloc(32, 7))

  it.each(Object.entries(NAMED))('%s is hidden by its name', (_name, record) => {
    const secret = record.pin === undefined ? CANARY : '1234'
    expect(shown(record)).not.toContain(secret)
    expect(JSON.stringify(print.masked(mapping, record))).not.toContain(secret)
  })

  it.each(Object.entries(SHAPED))('%s is hidden by its shape', (_name, value) => {
    for (const record of [
      { custom: value },
      { custom: { value } },
      { custom: { list: [value] } },
    ]) {
      expect(shown(record)).not.toContain(CANARY)
      expect(JSON.stringify(print.masked(mapping, record))).not.toContain(CANARY)
    }
  })

  it('a record in which nothing is hidden is given back itself', () => {
    const record = { note: 'plain', more: { list: ['a', { b: 1 }], none: {} } }
    expect(replaceHidden(mapping, record, () => 'hidden')).toBe(record)
  })

  it('a mask stays as it is when it is masked again', () => {
    const record = {
      ...NAMED['an add-on that no one knows'],
      custom: SHAPED['a set of keys'] as Json,
    }
    const once = print.masked(mapping, record)
    expect(print.masked(mapping, once)).toEqual(once)
    expect(shown(once)).not.toContain('fingerprint')
  })

  it('the configuration shows what was hidden by mistake, and hides what was not', () => {
    const members = { public: ['custom.apiKeyHint', 'custom.*.token'], secret: ['motto'] }
    const corrected = { ...mapping, members }
    const record = {
      custom: { apiKeyHint: 'ab', one: { token: 'colour' }, apiKey: CANARY },
      motto: CANARY,
    }
    const { providerSettings } = showClient(corrected, record)
    expect(providerSettings).toEqual({ custom: { apiKeyHint: 'ab', one: { token: 'colour' } } })
  })
})

describe('what the provider documents as a secret', () => {
  it('stays hidden whatever the configuration says', () => {
    const members = { public: ['addons', 'addons.firebase.secret', 'client_secret'], secret: [] }
    const record = { client_secret: CANARY, addons: { firebase: { secret: CANARY, x: 1 } } }
    const client = showClient({ ...auth0, members }, record)
    expect(client.providerSettings).toEqual({ addons: { firebase: { x: 1 } } })
  })
})

describe('the recordings of real tenants', () => {
  const lines = readFileSync('../shared/recordings/auth0-clients.jsonl', 'utf8').split('\n')
  const clients = lines
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { path: string; response: Json })
    .filter(({ path }) => /^\/api\/v2\/clients(\/[^/]+)?$/.test(path))
    .flatMap(({ response }) => {
      const { clients: list = [response] } = (response ?? {}) as JsonObject
      return (Array.isArray(list) ? list : []) as JsonObject[]
    })
    .filter((client) => typeof client?.client_id === 'string')

  /** By hand: what of an Auth0 client no one may see (Management API v2, add-ons). */
  const SECRETS = [
    'client_secret',
    'signing_keys',
    'addons.azure_blob.storageAccessKey',
    'addons.azure_sb.sasKey',
    'addons.firebase.private_key',
    'addons.firebase.secret',
    'addons.layer.privateKey',
    'addons.sap_api.servicePassword',
    'addons.wams.masterkey',
  ]

  it('hide what is a secret there, and nothing else', () => {
    expect(clients.length).toBeGreaterThan(500)
    const hidden = new Set(clients.flatMap((client) => hiddenPaths(auth0, client)))
    expect([...hidden].sort()).toEqual([...SECRETS].sort())
  })
})

describe('settings of other servers that only say something about tokens and secrets', () => {
  /** As Ory Hydra, Glewlwyd and Keycloak show them (their admin APIs). */
  const settings = {
    access_token_strategy: 'jwt',
    authorization_code_grant_refresh_token_lifespan: '720h0m0s',
    refresh_token_grant_id_token_lifespan: '1h',
    token_endpoint_auth_signing_alg: 'RS256',
    'refresh-token-duration': 1_209_600,
    'access-token-duration': 3_600,
    attributes: {
      'access.token.lifespan': '300',
      'client.secret.creation.time': '1700000000',
      'access.token.signed.response.alg': 'RS256',
    },
  }

  it('are shown', () => {
    expect(hiddenPaths(registered, settings)).toEqual([])
  })
})

describe('a client', () => {
  it('keeps what callers named: metadata whose names say nothing, and what is documented', () => {
    const record = {
      client_metadata: {
        team: 'identity',
        key: 'value',
        commit: '9fceb02d0ae598e95dc970b74767f19372d61af8',
      },
      allowed_clients: ['Vp0gMRF8PtMzekil38qWoj4Fjw2VjRZE'],
    }
    const { clientMetadata, providerSettings } = showClient(auth0, record)
    expect(clientMetadata).toEqual(record.client_metadata)
    expect(providerSettings).toEqual({ allowed_clients: record.allowed_clients })
  })

  it('shows no metadata that are secrets', () => {
    const record = {
      client_metadata: { team: 'identity', api_token: CANARY, note: PEM('PRIVATE KEY') },
    }
    expect(showClient(auth0, record).clientMetadata).toEqual({ team: 'identity' })
  })

  it('shows public keys, and no list of keys with a private one in it', () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
    const pub = { ...publicKey.export({ format: 'jwk' }), kid: '1', use: 'sig' } as JsonObject
    const { providerSettings } = showClient(registered, { jwks: { keys: [pub] } })
    expect(providerSettings).toEqual({ jwks: { keys: [pub] } })
    const mixed = { jwks: { keys: [pub, { kty: 'oct', k: CANARY }] } }
    expect(showClient(registered, mixed).providerSettings).toEqual({})
  })
})

describe('any JSON', () => {
  it('is looked through in time that its size bounds, and what is left is a part of it', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (record) => {
        const { providerSettings } = showClient(registered, record as JsonObject)
        for (const name of Object.keys(providerSettings)) expect(record).toHaveProperty([name])
      }),
      { numRuns: runs(300) },
    )
  })
})

describe('what stands for a hidden value', () => {
  const secrets = [{ ClientSecretId: 'one--1795998238446', ClientSecretCreateDate: 1_795_998_238 }]
  const records: readonly (readonly [string, JsonObject])[] = [
    ['cognito', { ClientSecret: 'a'.repeat(51) }],
    // After its first secret was rotated away a record shows none, and the list says that there is one.
    ['cognito', { ClientSecrets: secrets }],
    ['cognito', { ClientSecretArn: 'arn:aws:secretsmanager:eu-central-1:1:secret:one-AbCdEf' }],
    ['cognito', { ClientSecrets: [] }],
    ['auth0', { client_secret: 'b'.repeat(64), token_endpoint_auth_method: null }],
    ['rfc7592', { client_secret: 'c'.repeat(64), client_secret_expires_at: 0 }],
    ['local', { client_secret: 'd'.repeat(64) }],
  ]

  it.each(records)('changes no attribute that is derived of it: %s %j', (name, record) => {
    const mapping = MAPPINGS.find(([one]) => one === name)?.[1] ?? cognito
    const shown = showClient(mapping, record)
    // The mirror and the differences are made of records in which secrets are fingerprints.
    const kept = replaceHidden(mapping, record, () => 'fingerprint:AAAAAAAAAAAA')
    const seen = showClient(mapping, kept)
    expect(seen.tokenEndpointAuthMethod).toBe(shown.tokenEndpointAuthMethod)
    expect(seen.appType).toBe(shown.appType)
  })
})
