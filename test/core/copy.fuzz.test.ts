/**
 * Copying as a property: over any client, any place and any other place, each setting of the source is reported exactly once,
 * what is reported as carried is the same there, what is there is allowed there, and no secret comes along.
 */

import fc from 'fast-check'
import { afterAll, expect, it } from 'vitest'
import { FIELDS, type FieldName } from '../../src/core/client.ts'
import { CLIENT_KINDS, type ClientKind, kindOf } from '../../src/core/client-kind.ts'
import { copyRecord } from '../../src/core/copy/copy.ts'
import type { Copied, Copying } from '../../src/core/copy/copying.ts'
import { FATES } from '../../src/core/copy/fate.ts'
import { reportCopy } from '../../src/core/copy/report.ts'
import { isClientError } from '../../src/core/errors.ts'
import { isRecord, type Json, type JsonObject, same } from '../../src/core/json/json.ts'
import { checkLimits } from '../../src/core/mapping/limits.ts'
import { MAPPED_FIELDS, type Mapping, showClient } from '../../src/core/mapping/mapping.ts'
import { opened } from '../../src/core/mapping/opened.ts'
import { isLens, type Row } from '../../src/core/mapping/row.ts'
import type { FieldPatches } from '../../src/core/patch/patch.ts'
import { planChange } from '../../src/core/plan/plan.ts'
import { judgedUris } from '../../src/core/plan/plan-uris.ts'
import { isSecret } from '../../src/core/secrecy/secret.ts'
import { blank as auth0Blank } from '../../src/providers/auth0/kinds.ts'
import { mapping as auth0 } from '../../src/providers/auth0/mapping.ts'
import { blank as cognitoBlank } from '../../src/providers/cognito/kinds.ts'
import { mapping as cognito } from '../../src/providers/cognito/mapping.ts'
import { blank as entraBlank } from '../../src/providers/entra/life/kinds.ts'
import { mapping as entra } from '../../src/providers/entra/mapping.ts'
import { blank as hydraBlank } from '../../src/providers/hydra/kinds.ts'
import { mapping as hydra } from '../../src/providers/hydra/mapping.ts'
import { blank as keycloakBlank } from '../../src/providers/keycloak/life/kinds.ts'
import { mapping as keycloak } from '../../src/providers/keycloak/mapping.ts'
import { blank as localBlank } from '../../src/providers/local/kinds.ts'
import { mapping as local } from '../../src/providers/local/mapping.ts'
import { blank as oktaBlank } from '../../src/providers/okta/kinds.ts'
import { mapping as okta } from '../../src/providers/okta/mapping.ts'
import { OPENED } from '../../src/providers/okta/members.ts'
import { DIALECTS } from '../../src/providers/rfc7592/dialects/dialects.ts'
import { createMapping } from '../../src/providers/rfc7592/mapping.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { fullCognitoClient } from '../fixtures/cognito.ts'
import { fullEntraApplication } from '../fixtures/entra.ts'
import { fullHydraClient } from '../fixtures/hydra.ts'
import { fullKeycloakClient } from '../fixtures/keycloak.ts'
import { fullLocalClient } from '../fixtures/local.ts'
import { fullOktaApp } from '../fixtures/okta.ts'
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
  { name: 'hydra', mapping: hydra, blank: hydraBlank, full: fullHydraClient },
  { name: 'keycloak', mapping: keycloak, blank: keycloakBlank, full: fullKeycloakClient },
  { name: 'okta', mapping: okta, blank: oktaBlank, full: opened(fullOktaApp, OPENED) },
  { name: 'entra', mapping: entra, blank: entraBlank, full: fullEntraApplication },
]
const SECRETS = [
  fullAuth0Client.client_secret,
  fullCognitoClient.ClientSecret,
  fullLocalClient.client_secret,
  fullRegisteredClient.client_secret,
  fullHydraClient.client_secret,
  fullKeycloakClient.secret,
  ADDON_SECRET,
].map(String)

const PAIRS = PLACES.flatMap((source) => PLACES.map((target) => ({ source, target })))

type Pair = (typeof PAIRS)[number]

/** By number, since a failing sample is printed whole. */
const pairAt = (number: number): Pair => PAIRS[number] as Pair

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
}

function copy(source: Place, target: Place, native: JsonObject, asked?: ClientKind): Copy {
  const kind = asked ?? kindOf(showClient(source.mapping, native)) ?? 'web'
  const copying = {
    source: { mapping: source.mapping, native, fresh: source.blank(kind), passing: [] },
    target: { mapping: target.mapping, blank: target.blank(kind) },
    alike: source === target,
  }
  return { copying, copied: copyRecord(copying) }
}

/** Raw settings, each by the name by which a report names it: some are in objects whose members are settings by themselves. */
const settingsIn = (mapping: Mapping, settings: JsonObject): JsonObject =>
  opened(settings, mapping.opened ?? [])

/** Every field with a value, and every setting, of a client that shows all that its mapping shows. */
function toldOf(mapping: Mapping, native: JsonObject): readonly string[] {
  const client = showClient(mapping, native)
  const fields = MAPPED_FIELDS.filter(
    (field) => !same(client[field] as Json, FIELDS[field].empty as Json),
  )
  return [
    ...fields,
    ...Object.keys(settingsIn(mapping, client.providerSettings)).map(
      (one) => `providerSettings.${one}`,
    ),
  ]
}

/** What a client shows at the paths by which a report names settings. */
function viewOf(mapping: Mapping, native: JsonObject): (path: string) => Json {
  const client = showClient(mapping, native)
  return (path) => {
    const [field = '', ...rest] = path.split('.')
    const value: unknown = client[field as FieldName]
    if (isSecret(value)) return 'a secret'
    const json = value as Json
    return rest.length > 0 && isRecord(json)
      ? (settingsIn(mapping, json)[rest.join('.')] ?? null)
      : json
  }
}
const asSet = (value: Json) => (Array.isArray(value) ? [...value].sort() : value)

/** A client with a code flow needs somewhere to go back to, one of Cognito a scope, and one of Okta the code flow. */
const NEEDED = ['client.callbacks', 'client.scopes', 'client.grantTypes']

/** A client of the source, and what it is to be at the target. */
interface Sample {
  readonly pair: number
  readonly native: JsonObject
  readonly kind: ClientKind | undefined
}

const samples: fc.Arbitrary<Sample> = fc
  .tuple(
    fc.constantFrom(...PAIRS.keys()),
    patches,
    members,
    fc.constantFrom(undefined, ...CLIENT_KINDS),
  )
  .map(([pair, wanted, more, kind]) => {
    const { mapping, full } = pairAt(pair).source
    const known = Object.entries(more).filter(([name]) => Object.hasOwn(full, name))
    const native = { ...changed(mapping, full, wanted), ...Object.fromEntries(known) }
    return { pair, native, kind }
  })

const pairs = createTally('pairs of places')
afterAll(pairs.print)

function says({ pair }: Sample, ...what: readonly string[]): string {
  const { source, target } = pairAt(pair)
  return [`${source.name} to ${target.name}`, ...what].join(': ')
}

/** Each setting is reported once, and what is said to be carried is. */
function judgeReport(sample: Sample, { copying, copied }: Copy): void {
  const { pair, native } = sample
  const { source, target } = pairAt(pair)
  const report = reportCopy(copying, copied, copied.start, {})
  const told = FATES.flatMap((fate) => report[fate].map(({ field }) => field))
  expect(new Set(told).size, says(sample, 'each setting is reported once')).toBe(told.length)
  expect(told, says(sample)).toEqual(expect.arrayContaining([...toldOf(source.mapping, native)]))
  // Nothing of a record is compared that only its provider sets, though it may show it.
  const views = [native, source.mapping.normal(native)].map((one) => viewOf(source.mapping, one))
  const view = viewOf(target.mapping, target.mapping.normal(copied.start))
  for (const { field } of report.carried) {
    const was = views.map((shown) => asSet(shown(field)))
    expect(was, says(sample, field)).toContainEqual(asSet(view(field)))
  }
  for (const { field, why } of [...report.lost, ...report.derived]) {
    expect(why, says(sample, field)).toEqual(expect.stringMatching(/./))
  }
  const text = JSON.stringify([report, copied.start])
  for (const secret of SECRETS) expect(text, says(sample)).not.toContain(secret)
}

/** No rule between settings is broken but those for which the caller has to name a value. */
function judgeRules(sample: Sample, { start }: Copied): void {
  const { pair, native } = sample
  const { source, target } = pairAt(pair)
  const broken = target.mapping.rules.filter(({ holds }) => !holds(start))
  const before = target.mapping.rules.filter(({ holds }) => !holds(native))
  const fresh = broken.filter((rule) => source !== target || !before.includes(rule))
  expect(NEEDED, says(sample)).toEqual(expect.arrayContaining(fresh.map(({ field }) => field)))
}

/** Nothing is there that the place does not allow. */
function judgeLimits(sample: Sample, { start }: Copied): void {
  const { pair, native } = sample
  const { source, target } = pairAt(pair)
  const findings = judgedUris(target.mapping, start).flatMap((one) => one.findings)
  const violations = findings.filter(({ severity }) => severity === 'violation')
  expect(violations, says(sample)).toEqual([])
  const [is, was] = [viewOf(target.mapping, start), viewOf(source.mapping, native)]
  for (const field of MAPPED_FIELDS) {
    const row = target.mapping.fields[field] as Row<Json>
    if (!isLens(row) || row.limits === undefined || field === 'secret') continue
    const value = is(field)
    if (source !== target || !same(value, was(field))) {
      checkLimits(field, value, row.limits)
    }
  }
}

it('reports each setting once and carries what it says, and breaks no rule and no limit of the place', () => {
  const judge = (sample: Sample) => {
    const { source, target } = pairAt(sample.pair)
    const own = copy(source, target, sample.native)
    const asked = sample.kind && copy(source, target, sample.native, sample.kind)
    judgeReport(sample, asked ?? own)
    judgeRules(sample, own.copied)
    judgeLimits(sample, own.copied)
  }
  // The full client of each pair, and others.
  for (const [pair, { source }] of PAIRS.entries()) {
    judge({ pair, native: source.full, kind: undefined })
  }
  const property = fc.property(samples, (sample) => {
    pairs.add(says(sample))
    judge(sample)
  })
  fc.assert(property, { numRuns: runs(2_400, 3) })
})
