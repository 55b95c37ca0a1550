/**
 * What only a creation takes, and secrets of a caller's own choosing. What Auth0 sets beside is taken from recorded
 * creations (terraform-provider-auth0, go-auth0); a client has it as long as it lives.
 */

import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type JsonObject, same } from '../../src/core/json/json.ts'
import { parseMergePatch } from '../../src/core/patch/patch.ts'
import { secret } from '../../src/core/secrecy/secret.ts'
import { defaultsOf } from '../../src/providers/auth0/kinds.ts'
import { withMembers } from '../../src/providers/member-classes.ts'
import { copyClient } from '../../src/service/life/copy.ts'
import { createClient } from '../../src/service/life/create.ts'
import type { CreationRequest } from '../../src/service/life/creation.ts'
import { rotateSecret } from '../../src/service/secrets/rotate.ts'
import { LIVES } from '../contract/lives.ts'
import { type Bench, requestFor } from '../contract/service.ts'
import { type Subject, subjectNamed } from '../contract/subjects.ts'
import { onSubject } from '../fixtures/bench.ts'
import { POOL_ID } from '../fixtures/cognito.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const FOLDER = process.env.CLIENTRY_RECORDINGS ?? join(ROOT, '../shared/recordings')
const FILE = join(FOLDER, 'auth0-clients.jsonl')
const OWN_SECRET = 'chosen_by_the_caller_0123456789abcdef'
const ACTOR = { subject: 'tester', issuer: 'https://issuer.example' }

interface Creation {
  readonly file: string
  readonly request: JsonObject
  readonly response: JsonObject
}

/** Recorded creations of clients that belong to others, or to an API. */
const CREATIONS: readonly Creation[] = (existsSync(FILE) ? readFileSync(FILE, 'utf8') : '')
  .split('\n')
  .filter(Boolean)
  .map((line) => JSON.parse(line))
  .filter(
    ({ method, status, request }) =>
      method === 'POST' &&
      status === 201 &&
      (request?.is_first_party === false || request?.resource_server_identifier !== undefined),
  )

it.each(CREATIONS)('what Auth0 sets beside a creation is known: $file', ({ request, response }) => {
  const known = Object.entries(defaultsOf(request)).filter(([name]) => request[name] === undefined)
  const wrong = known.filter(
    ([name, value]) => name !== 'is_first_party' && !same(response[name] ?? null, value),
  )
  expect(wrong).toEqual([])
})

describe.each([subjectNamed('auth0'), subjectNamed('cognito')])('at $name', (kind) => {
  let subject: Subject
  let bench: Bench
  const isAuth0 = kind.name === 'auth0'
  const place = { provider: 'it', ...(isAuth0 ? {} : { userPoolId: POOL_ID }) }

  const it = onSubject(kind, (opened) => {
    ;({ subject, bench } = opened)
  })

  const create = (client: JsonObject, options: Partial<CreationRequest> = {}) =>
    createClient(bench.service, {
      provider: subject.provider,
      place,
      kind: 'web',
      patch: parseMergePatch({
        name: 'Portal',
        callbacks: ['https://portal.example.com/cb'],
        ...client,
      } as never),
      dryRun: false,
      actor: ACTOR,
      requestId: randomUUID(),
      deadline: Date.now() + 10_000,
      ...options,
    })
  const sent = () =>
    subject.emulator?.calls
      .filter(({ operation }) => operation === LIVES[kind.name]?.writes.create)
      .map(({ body }) => body as JsonObject) ?? []
  const dump = () => JSON.stringify(bench.database.prepare('select * from log').all())

  it.runIf(isAuth0)('a machine with a public key is as planned', async () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
    const key = {
      credential_type: 'public_key',
      pem: publicKey.export({ type: 'spki', format: 'pem' }) as string,
    }
    const made = await create(
      {
        callbacks: null,
        tokenEndpointAuthMethod: null,
        idTokenSignedResponseAlg: 'RS256',
        providerSettings: {
          client_authentication_methods: { private_key_jwt: { credentials: [key] } },
        },
      },
      { kind: 'machine' },
    )
    expect(made.warnings).toEqual([])
    expect(made.native?.client_authentication_methods).toMatchObject({
      private_key_jwt: { credentials: [{ id: expect.any(String) }] },
    })
  })

  it.runIf(isAuth0)('a third party is made as one, and stays one', async () => {
    const made = await create({
      firstParty: false,
      providerSettings: { third_party_security_mode: 'strict' },
    })
    expect(made.warnings).toEqual([])
    expect(sent()[0]).toMatchObject({ is_first_party: false, third_party_security_mode: 'strict' })
    const { ref } = made
    if (ref === undefined) throw new TypeError('nothing was made')
    const later = bench.change(ref, { firstParty: true })
    await expect(later).rejects.toMatchObject({ code: 'read_only_field' })
    const mode = bench.change(ref, {
      providerSettings: { third_party_security_mode: 'permissive' },
    })
    await expect(mode).rejects.toThrow(/only when a client is created/)
    expect((await bench.change(ref, { name: 'Other' })).warnings).toEqual([])
  })

  it.runIf(isAuth0)('a copy of a third party is one as well', async () => {
    const { ref } = await create({ firstParty: false })
    if (ref === undefined) throw new TypeError('nothing was made')
    const { provider } = subject
    const copy = await copyClient(bench.service, {
      source: { ref, provider, removedToo: false },
      provider,
      place,
      patch: parseMergePatch({ name: 'Copy' }),
      allowLoss: true,
      dryRun: false,
      actor: ACTOR,
      requestId: randomUUID(),
      deadline: Date.now() + 10_000,
    })
    expect(copy.native).toMatchObject({
      is_first_party: false,
      third_party_security_mode: 'permissive',
    })
    expect(copy.copy?.report.lost.map(({ field }) => field)).toEqual([])
    expect(copy.warnings).toEqual([])
  })

  it.runIf(isAuth0)('a client of an API is made with its identifier', async () => {
    const resource_server_identifier = 'https://api.example.com/'
    const made = await create({
      appType: 'resource_server',
      grantTypes: [],
      providerSettings: { resource_server_identifier },
    })
    expect(made.native).toMatchObject({ resource_server_identifier })
    expect(made.warnings).toEqual([])
  })

  it.runIf(isAuth0)('says who makes the first secret', async () => {
    const attempt = create({ secret: OWN_SECRET })
    await expect(attempt).rejects.toMatchObject({
      code: 'unsupported_field',
      field: 'client.secret',
    })
    await expect(create({ secret: OWN_SECRET })).rejects.toThrow(/rotate-secret/)
    expect(sent()).toEqual([])
  })

  it.runIf(!isAuth0)(
    'what is chosen here and not asked for is said, in a dry run too',
    async () => {
      const named = { providerSettings: { PreventUserExistenceErrors: 'ENABLED' } }
      const legacy = { providerSettings: { PreventUserExistenceErrors: 'LEGACY' } }
      const field = 'client.providerSettings.PreventUserExistenceErrors'
      for (const dryRun of [true, false]) {
        const made = await create({}, { dryRun })
        expect(made.native?.PreventUserExistenceErrors).toBe('ENABLED')
        expect(made.warnings).toMatchObject([{ code: 'chosen', field }])
        expect((await create(named, { dryRun })).warnings).toEqual([])
        expect((await create(legacy, { dryRun })).warnings).toEqual([])
      }
      const copy = await copyClient(bench.service, {
        source: { ref: subject.ref, provider: subject.provider, removedToo: false },
        provider: subject.provider,
        place,
        patch: parseMergePatch({ name: 'Copy' }),
        allowLoss: true,
        dryRun: false,
        actor: ACTOR,
        requestId: randomUUID(),
        deadline: Date.now() + 10_000,
      })
      expect(copy.warnings.map(({ code }) => code)).not.toContain('chosen')
    },
  )

  it.runIf(!isAuth0)('a secret of the caller is sent, shown once and kept nowhere', async () => {
    const made = await create({ secret: OWN_SECRET })
    expect(sent()[0]).toMatchObject({ ClientSecret: OWN_SECRET })
    expect(sent()[0]).not.toHaveProperty('GenerateSecret')
    expect(made.secret?.reveal()).toBe(OWN_SECRET)
    expect(made.warnings.map(({ code }) => code)).toEqual(['chosen'])
    expect(JSON.stringify(made.changes)).not.toContain(OWN_SECRET)
    expect(dump()).not.toContain(OWN_SECRET)
    const short = create({ secret: 'with-dashes-with-dashes-with-dashes' })
    await expect(short).rejects.toMatchObject({ code: 'invalid_field', field: 'client.secret' })
    const open = create({ secret: OWN_SECRET }, { kind: 'spa' })
    await expect(open).rejects.toThrow(/web or machine/)
  })

  it.runIf(!isAuth0)('a secret may be kept in Secrets Manager from the start', async () => {
    const name = 'PublishSecretsInAWSSecretsManager'
    const made = await create({ providerSettings: { [name]: true } })
    expect(sent()[0]).toMatchObject({ GenerateSecret: true, [name]: true })
    expect(made.native).toHaveProperty('ClientSecretArn')
    expect(made.warnings.map(({ code }) => code)).toEqual(['chosen'])
    if (made.ref === undefined) throw new TypeError('nothing was made')
    const later = bench.change(made.ref, { providerSettings: { [name]: false } })
    await expect(later).rejects.toThrow(/only when a client is created/)
  })

  it('a member that the configuration calls a setting is sent', async () => {
    const unknown = isAuth0 ? 'member_of_tomorrow' : 'MemberOfTomorrow'
    const settings = { [unknown]: { Some: ['thing', 1] } }
    await expect(create({ providerSettings: settings })).rejects.toMatchObject({
      code: 'unknown_field',
    })
    const rules = { public: [], secret: [], classes: { [unknown]: 'setting' as const } }
    const provider = withMembers(subject.provider, rules, 'it')
    await create({ providerSettings: settings }, { provider })
    expect(sent()).toMatchObject([settings])
  })

  it('a rotation takes a secret of the caller, and no message or record repeats it', async () => {
    const cutOver = isAuth0
    const { patch: __, ...request } = requestFor(bench.service, subject.ref, {})
    const rotate = (value: string) =>
      rotateSecret(bench.service, { ...request, cutOver, value: secret(value) })
    const done = await rotate(OWN_SECRET)
    expect(done.secret?.value?.reveal()).toBe(OWN_SECRET)
    expect(dump()).not.toContain(OWN_SECRET)
    if (isAuth0) {
      await expect(rotate(OWN_SECRET)).rejects.toMatchObject({
        code: 'invalid_field',
        field: 'secret',
      })
      return
    }
    const odd = 'no good secret for Cognito!'
    const refused = rotate(odd)
    await expect(refused).rejects.toMatchObject({ code: 'invalid_field', field: 'secret' })
    await expect(rotate(odd)).rejects.not.toThrow(odd)
  })
})
