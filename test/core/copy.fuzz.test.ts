/**
 * Copying as a property: over any client and any place, each setting of the source is reported exactly once,
 * what is reported as carried is the same there, what is there is allowed there, and no secret comes along.
 */

import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { FIELDS, type FieldName } from '../../src/core/client.ts'
import { CLIENT_KINDS, type ClientKind, kindOf } from '../../src/core/client-kind.ts'
import { copyRecord } from '../../src/core/copy/copy.ts'
import type { Copied, Copying } from '../../src/core/copy/copying.ts'
import { type CopyReport, FATES } from '../../src/core/copy/fate.ts'
import { reportCopy } from '../../src/core/copy/report.ts'
import { isClientError } from '../../src/core/errors.ts'
import { isRecord, type Json, type JsonObject, same } from '../../src/core/json/json.ts'
import { checkLimits } from '../../src/core/mapping/limits.ts'
import { MAPPED_FIELDS, type Mapping, showClient } from '../../src/core/mapping/mapping.ts'
import { isLens, type Row } from '../../src/core/mapping/row.ts'
import type { FieldPatches } from '../../src/core/patch/patch.ts'
import { planChange } from '../../src/core/plan/plan.ts'
import { judgedUris } from '../../src/core/plan/plan-uris.ts'
import { isSecret } from '../../src/core/secrecy/secret.ts'
import { blank as auth0Blank } from '../../src/providers/auth0/kinds.ts'
import { mapping as auth0 } from '../../src/providers/auth0/mapping.ts'
import { blank as cognitoBlank } from '../../src/providers/cognito/kinds.ts'
import { mapping as cognito } from '../../src/providers/cognito/mapping.ts'
import { blank as localBlank } from '../../src/providers/local/kinds.ts'
import { mapping as local } from '../../src/providers/local/mapping.ts'
import { DIALECTS } from '../../src/providers/rfc7592/dialects/dialects.ts'
import { createMapping } from '../../src/providers/rfc7592/mapping.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { fullCognitoClient } from '../fixtures/cognito.ts'
import { fullLocalClient } from '../fixtures/local.ts'
import { fullRegisteredClient } from '../fixtures/registered.ts'
import { createTally, runs } from '../property.ts'

interface Place {
  readonly name: string
  readonly mapping: Mapping
  readonly blank: (kind: ClientKind) => JsonObject
  readonly full: JsonObject
}

const ADDON_SECRET = 'addon-secret-addon-secret-addon-secret'
const addons = { ...(fullAuth0Client.addons as JsonObject), layer: { privateKey: ADDON_SECRET } }
const connections = { con_1: { name: 'users', strategy: 'auth0' } }
const PLACES: readonly Place[] = [
  {
    name: 'auth0',
    mapping: auth0,
    blank: auth0Blank,
    full: { ...fullAuth0Client, addons, $connections: connections, unheard_of: { a: [1] } },
  },
  { name: 'cognito', mapping: cognito, blank: cognitoBlank, full: fullCognitoClient },
  {
    name: 'rfc7592',
    mapping: createMapping(DIALECTS.standard),
    blank: localBlank,
    full: fullRegisteredClient,
  },
  { name: 'local', mapping: local, blank: localBlank, full: fullLocalClient },
]
const SECRETS = [
  fullAuth0Client.client_secret,
  fullCognitoClient.ClientSecret,
  fullLocalClient.client_secret,
  fullRegisteredClient.client_secret,
  ADDON_SECRET,
].map(String)

const PAIRS = PLACES.flatMap((source) => PLACES.map((target) => ({ source, target })))

const urls = fc.uniqueArray(
  fc.oneof(
    fc.nat(150).map((n) => `https://app.example.com/cb/${n}`),
    fc.constantFrom(
      'https://*.example.com/cb',
      'com.example.app:/cb',
      'http://localhost:3000/cb',
      'http://app.example.com/cb',
      'https://user@app.example.com/',
      `https://app.example.com/${'x'.repeat(1_500)}`,
      'https://app.example.com/#fragment',
    ),
  ),
  { maxLength: 130 },
)
const seconds = fc.constantFrom(1, 60, 3_600, 86_400, 31_536_000, 315_360_000)
const or = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null })

/** Values of every field, also such as the source itself would not take: those are left out below. */
const VALUES: { readonly [F in FieldName]?: fc.Arbitrary<Json> } = {
  name: fc.constantFrom('Portal', 'Портал', 'a/b <c>', 'x'.repeat(300)),
  callbacks: urls,
  allowedLogoutUrls: urls,
  grantTypes: fc.subarray([
    'authorization_code',
    'refresh_token',
    'client_credentials',
    'implicit',
  ]),
  tokenEndpointAuthMethod: fc.constantFrom('none', 'client_secret_post', 'client_secret_jwt'),
  description: or(fc.constantFrom('A text', 'y'.repeat(1_000))),
  webOrigins: urls,
  appType: fc.constantFrom('spa', 'native', 'web', 'regular_web', 'non_interactive', 'box'),
  clientMetadata: fc.dictionary(fc.string({ maxLength: 300 }), fc.string(), { maxKeys: 20 }),
  disabled: fc.boolean(),
  oidcConformant: fc.boolean(),
  defaultCallback: or(fc.constantFrom('https://app.example.com/cb/1')),
  initiateLoginUri: or(fc.constantFrom('https://app.example.com/login')),
  logoUri: or(fc.constantFrom('https://app.example.com/logo.png')),
  scopes: fc.subarray(['openid', 'email', 'orders/read', 'orders/write']),
  responseTypes: fc.subarray(['code', 'none']),
  accessTokenLifetime: or(seconds),
  idTokenLifetime: or(seconds),
  refreshTokenLifetime: or(seconds),
  refreshTokenIdleLifetime: or(seconds),
  refreshTokenRotation: fc.record({
    enabled: fc.boolean(),
    graceSeconds: fc.constantFrom(0, 30, 600),
  }),
  idTokenSignedResponseAlg: fc.constantFrom('RS256', 'HS256', 'ES256', 'PS256'),
  firstParty: fc.boolean(),
}

/** Some of the values, one after the other as far as the provider takes them. */
const patches: fc.Arbitrary<readonly FieldPatches[]> = fc
  .subarray(Object.keys(VALUES) as FieldName[])
  .chain((fields) =>
    fc.tuple(
      ...fields.map((field) => (VALUES[field] as fc.Arbitrary<Json>).map((v) => ({ [field]: v }))),
    ),
  )

function changed(mapping: Mapping, native: JsonObject, wanted: readonly FieldPatches[]) {
  return wanted.reduce((base, fields) => {
    try {
      const { next } = planChange(mapping, base, { kind: 'merge', fields })
      values.add('taken')
      return next
    } catch (error) {
      if (!isClientError(error)) throw error
      values.add('refused')
      return base
    }
  }, native)
}

/** A value that the source does not take is left out of the state. */
const values = createTally('values of the copied client')
afterAll(values.print)

/** What is there whatever rules say: members that someone set elsewhere. */
const members = fc.record(
  { is_first_party: fc.boolean(), AllowedOAuthFlowsUserPoolClient: fc.boolean() },
  { requiredKeys: [] },
)

interface Copy {
  readonly copying: Copying
  readonly copied: Copied
  readonly report: CopyReport
}

function copy(source: Place, target: Place, native: JsonObject, asked?: ClientKind): Copy {
  const kind = asked ?? kindOf(showClient(source.mapping, native)) ?? 'web'
  const copying = {
    source: { mapping: source.mapping, native, fresh: source.blank(kind), passing: [] },
    target: { mapping: target.mapping, blank: target.blank(kind) },
    alike: source === target,
  }
  const copied = copyRecord(copying)
  return { copying, copied, report: reportCopy(copying, copied, copied.start, {}) }
}

/** Every field with a value, and every setting, of a client that shows all that its mapping shows. */
function toldOf(mapping: Mapping, native: JsonObject): readonly string[] {
  const client = showClient(mapping, native)
  const fields = MAPPED_FIELDS.filter(
    (field) => !same(client[field] as Json, FIELDS[field].empty as Json),
  )
  return [
    ...fields,
    ...Object.keys(client.providerSettings).map((one) => `providerSettings.${one}`),
  ]
}

const shown = (mapping: Mapping, native: JsonObject, path: string): Json => {
  const [field = '', ...rest] = path.split('.')
  const value: unknown = showClient(mapping, mapping.normal(native))[field as FieldName]
  if (isSecret(value)) return 'a secret'
  const json = value as Json
  return rest.length > 0 && isRecord(json) ? (json[rest.join('.')] ?? null) : json
}
const asSet = (value: Json) => (Array.isArray(value) ? [...value].sort() : value)

/** A client with a code flow needs somewhere to go back to, and one of Cognito needs a scope. */
const NEEDED = ['client.callbacks', 'client.scopes']

describe.each(PAIRS)('from $source.name to $target.name', ({ source, target }) => {
  const known = Object.keys(source.full)
  const state = fc.tuple(patches, members).map(([wanted, more]) => ({
    ...changed(source.mapping, source.full, wanted),
    ...Object.fromEntries(Object.entries(more).filter(([name]) => known.includes(name))),
  }))
  const check = (native: JsonObject, kind?: ClientKind) => {
    const { copied, report } = copy(source, target, native, kind)
    const told = FATES.flatMap((fate) => report[fate].map(({ field }) => field))
    expect(new Set(told).size, 'each setting is told once').toBe(told.length)
    expect(told).toEqual(expect.arrayContaining([...toldOf(source.mapping, native)]))
    for (const { field } of report.carried) {
      const [was, is] = [
        shown(source.mapping, native, field),
        shown(target.mapping, copied.start, field),
      ]
      expect(asSet(is), field).toEqual(asSet(was))
    }
    for (const { field, why } of [...report.lost, ...report.derived]) {
      expect(why, field).toEqual(expect.stringMatching(/./))
    }
    return { copied, report }
  }

  it('reports each setting once, and carries what it says', () => {
    fc.assert(
      fc.property(state, fc.constantFrom(undefined, ...CLIENT_KINDS), (native, kind) => {
        const { copied, report } = check(native, kind)
        const text = JSON.stringify([report, copied.start])
        for (const secret of SECRETS) expect(text).not.toContain(secret)
      }),
      { numRuns: runs(150, 3) },
    )
  })

  it('breaks no rule between settings but those for which the caller has to name a value', () => {
    fc.assert(
      fc.property(state, (native) => {
        const { start } = copy(source, target, native).copied
        const broken = target.mapping.rules.filter(({ holds }) => !holds(start))
        const before = target.mapping.rules.filter(({ holds }) => !holds(native))
        const fresh = broken.filter((rule) => source !== target || !before.includes(rule))
        expect(NEEDED).toEqual(expect.arrayContaining(fresh.map(({ field }) => field)))
      }),
      { numRuns: runs(150, 3) },
    )
  })

  it('gives nothing that the place does not allow', () => {
    fc.assert(
      fc.property(state, (native) => {
        const { start } = copy(source, target, native).copied
        const findings = judgedUris(target.mapping, start).flatMap((one) => one.findings)
        expect(findings.filter(({ severity }) => severity === 'violation')).toEqual([])
        for (const field of MAPPED_FIELDS) {
          const row = target.mapping.fields[field] as Row<Json>
          if (!isLens(row) || row.limits === undefined || field === 'secret') continue
          const value = shown(target.mapping, start, field)
          if (source !== target || !same(value, shown(source.mapping, native, field))) {
            checkLimits(field, value, row.limits)
          }
        }
      }),
      { numRuns: runs(150, 3) },
    )
  })
})
