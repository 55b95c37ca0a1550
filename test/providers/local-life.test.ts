/** Local clients with a real relying party: made, given a second secret, rid of the first, removed. */

import * as openid from 'openid-client'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ClientKind } from '../../src/core/client-kind.ts'
import type { JsonObject } from '../../src/core/json/json.ts'
import { showClient } from '../../src/core/mapping/mapping.ts'
import type { Native } from '../../src/core/mapping/row.ts'
import { parseMergePatch } from '../../src/core/patch/patch.ts'
import { planChange } from '../../src/core/plan/plan.ts'
import type { Creation } from '../../src/providers/creation.ts'
import { DEVELOPMENT_CLIENT_ID } from '../../src/providers/local/clients.ts'
import { mapping } from '../../src/providers/local/mapping.ts'
import { putDevelopmentClient } from '../../src/providers/local/openid/token.ts'
import { newSecretValue, type Secrets } from '../../src/providers/secrets.ts'
import { retireSecret } from '../../src/service/secrets/retire.ts'
import { rotateSecret } from '../../src/service/secrets/rotate.ts'
import { requestFor } from '../contract/service.ts'
import { CALLBACK, type LocalWorld, logIn, openLocalWorld, relyingParty } from './local-world.ts'

const PLACE = { provider: 'local' }
const call = { deadline: Number.MAX_SAFE_INTEGER, timeoutMs: 1_000, operationId: 'test' }

let world: LocalWorld
let creation: Creation
let secrets: Secrets
beforeEach(async () => {
  world = await openLocalWorld()
  creation = world.provider.creation as Creation
  secrets = world.provider.secrets as Secrets
})
afterEach(() => world.close())

const ref = (id: string) => ({ ...PLACE, id })
const read = (id: string) => world.provider.read(ref(id), call)

async function make(kind: ClientKind, patch: JsonObject) {
  const asked = parseMergePatch({ name: 'New', ...patch } as never)
  const step = creation.step(PLACE, planChange(mapping, creation.blank(kind), asked).next)
  const native = (await step.send(call)) as Native
  return { id: creation.idOf(native), native, secret: step.reveal()?.reveal() ?? '' }
}

const list = async (id: string) => secrets.list(ref(id), await read(id), call)

async function add(id: string): Promise<string> {
  const value = newSecretValue()
  await secrets.add?.(ref(id), await read(id), value).send(call)
  return value
}

const METHODS = {
  client_secret_basic: openid.ClientSecretBasic,
  client_secret_post: openid.ClientSecretPost,
}

async function token(id: string, secret: string, method: keyof typeof METHODS, issuer?: string) {
  const authentication = METHODS[method](secret)
  const server = new URL(issuer ?? world.openid.issuer)
  const party = await openid.discovery(server, id, secret, authentication, {
    execute: [openid.allowInsecureRequests],
  })
  return openid.clientCredentialsGrant(party)
}

/** A refusal comes with a challenge for Basic, and in the body for the other method. */
async function isRefused(attempt: Promise<unknown>): Promise<boolean> {
  const error: unknown = await attempt.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  // Whether the cause is written along with its error is not to be relied on.
  const cause = error instanceof Error ? error.cause : undefined
  return /"?error"?[:=]"?invalid_client/.test(JSON.stringify([error, cause]))
}

describe('a new client', () => {
  it.each(['web', 'spa', 'native'] as const)('of kind %s logs in', async (kind) => {
    const { id, secret } = await make(kind, { callbacks: [CALLBACK] })
    const party = await relyingParty(world.openid, id, secret === '' ? undefined : secret)
    const tokens = await logIn(party)
    expect(tokens.claims()?.sub).toBe('alice')
    expect(tokens.refresh_token).toBeDefined()
  })

  it('of kind machine gets a token', async () => {
    const { id, secret } = await make('machine', {})
    expect(await token(id, secret, 'client_secret_basic')).toHaveProperty('access_token')
  })

  it('has the secret that the caller chose', async () => {
    const chosen = 'chosen-secret-chosen-secret-chosen'
    const { id, secret } = await make('machine', { secret: chosen })
    expect(secret).toBe(chosen)
    expect(await token(id, chosen, 'client_secret_basic')).toHaveProperty('access_token')
  })

  it('is checked as a change is, and not stored when it is refused', async () => {
    await expect(make('web', {})).rejects.toMatchObject({
      code: 'provider_refused',
      field: 'client.callbacks',
    })
    expect(await world.provider.list?.(undefined, call)).toEqual({ items: [] })
  })

  it('can do nothing any more once it is removed', async () => {
    const { id, secret } = await make('machine', {})
    await world.provider.removal?.(ref(id), {}).send(call)
    const attempt = token(id, secret, 'client_secret_basic')
    expect(await isRefused(attempt)).toBe(true)
    expect(await world.provider.list?.(undefined, call)).toEqual({ items: [] })
  })
})

describe.each(['client_secret_basic', 'client_secret_post'] as const)('with %s', (method) => {
  it('both secrets are taken while both are live, and each alone once the other has ended', async () => {
    const machine = { tokenEndpointAuthMethod: method }
    const { id, secret: first } = await make('machine', machine)
    const second = await add(id)
    expect(await token(id, first, method)).toHaveProperty('access_token')
    expect(await token(id, second, method)).toHaveProperty('access_token')
    const wrong = token(id, `${first}x`, method)
    expect(await isRefused(wrong)).toBe(true)

    const [old] = await list(id)
    await secrets.remove?.(ref(id), {}, old?.id ?? '').send(call)
    expect(await isRefused(token(id, first, method))).toBe(true)
    expect(await token(id, second, method)).toHaveProperty('access_token')

    const third = await add(id)
    const newest = (await list(id)).at(-1)
    await secrets.remove?.(ref(id), {}, newest?.id ?? '').send(call)
    expect(await isRefused(token(id, third, method))).toBe(true)
    expect(await token(id, second, method)).toHaveProperty('access_token')
  })
})

describe('secrets', () => {
  it('that were rotated are both taken, and the retired one no more', async () => {
    const { id, secret: first } = await make('machine', {})
    const { patch: _, ...request } = requestFor(world.service, ref(id), {})
    const rotated = await rotateSecret(world.service, { ...request, cutOver: false })
    const second = rotated.secret?.value?.reveal() ?? ''
    expect(second).not.toBe(first)
    for (const either of [first, second]) {
      expect(await token(id, either, 'client_secret_basic')).toHaveProperty('access_token')
    }
    const secretId = rotated.previous[0]?.id ?? ''
    await retireSecret(world.service, { ...request, secretId })
    expect(await isRefused(token(id, first, 'client_secret_basic'))).toBe(true)
    expect(await token(id, second, 'client_secret_basic')).toHaveProperty('access_token')
  })

  it('that cannot overlap are cut over', async () => {
    const client = { client_id: 'other', client_name: 'Other', redirect_uris: [CALLBACK] }
    const client_secret = 'first-secret-first-secret-first-secret'
    await world.put({ ...client, client_secret, token_endpoint_auth_method: 'client_secret_jwt' })
    const { patch: _, ...request } = requestFor(world.service, ref('other'), {})
    const refused = rotateSecret(world.service, { ...request, cutOver: false })
    await expect(refused).rejects.toMatchObject({ field: 'cutOver' })
    const rotated = await rotateSecret(world.service, { ...request, cutOver: true })
    const { client_secret: stored } = await read('other')
    expect(stored).toBe(rotated.secret?.value?.reveal())
  })

  it('are live and ended with another instance on the same database at once', async () => {
    const { issuer } = await world.another()
    const { id, secret: first } = await make('machine', {})
    const second = await add(id)
    expect(await token(id, second, 'client_secret_basic', issuer)).toHaveProperty('access_token')
    const [old] = await list(id)
    await secrets.remove?.(ref(id), {}, old?.id ?? '').send(call)
    const late = token(id, first, 'client_secret_basic', issuer)
    expect(await isRefused(late)).toBe(true)
  })

  it('are all replaced by one that is set', async () => {
    const { id, secret: first } = await make('machine', {})
    const second = await add(id)
    const chosen = 'chosen-secret-chosen-secret-chosen'
    await world.change(id, { secret: chosen })
    for (const old of [first, second]) {
      expect(await isRefused(token(id, old, 'client_secret_basic'))).toBe(true)
    }
    expect(await token(id, chosen, 'client_secret_basic')).toHaveProperty('access_token')
    expect(await list(id)).toEqual([{ id: 'set', hint: 'osen' }])
  })

  it('that were replaced do not come back when the oldest of them is set again', async () => {
    const { id, secret: first } = await make('machine', {})
    const second = await add(id)
    await world.change(id, { secret: 'chosen-secret-chosen-secret-chosen' })
    await world.change(id, { secret: first })
    expect(await token(id, first, 'client_secret_basic')).toHaveProperty('access_token')
    expect(await isRefused(token(id, second, 'client_secret_basic'))).toBe(true)
  })

  it('that a record lists beside another client_secret are not live', async () => {
    const { id, secret: first } = await make('machine', {})
    const second = await add(id)
    const stored = 'stored-secret-stored-secret-stored'
    await world.put({ ...(await read(id)), client_secret: stored })
    expect(await token(id, stored, 'client_secret_basic')).toHaveProperty('access_token')
    for (const old of [first, second]) {
      expect(await isRefused(token(id, old, 'client_secret_basic'))).toBe(true)
    }
  })

  it('show in no setting of the client', async () => {
    const { id } = await make('machine', {})
    const second = await add(id)
    expect(JSON.stringify(showClient(mapping, await read(id)))).not.toContain(second)
  })

  it.each(['none', 'client_secret_jwt'])('cannot overlap with %s', async (method) => {
    const client = { client_id: 'other', client_name: 'Other', redirect_uris: [CALLBACK] }
    const client_secret = 'first-secret-first-secret-first-secret'
    await world.put({ ...client, client_secret, token_endpoint_auth_method: method })
    await expect(add('other')).rejects.toMatchObject({ code: 'provider_refused' })
    expect(secrets.atOnce(await read('other'))).toBe(1)
  })
})

describe('the client of the server itself', () => {
  it('is neither listed nor removed nor given secrets', async () => {
    putDevelopmentClient(world.documents, Date.now())
    const own = ref(DEVELOPMENT_CLIENT_ID)
    expect(await world.provider.list?.(undefined, call)).toEqual({ items: [] })
    const attempts = [
      () => world.provider.removal?.(own, {}).send(call),
      () => secrets.add?.(own, {}, newSecretValue()).send(call),
      () => secrets.remove?.(own, {}, 'any').send(call),
    ]
    for (const attempt of attempts) {
      await expect(attempt()).rejects.toMatchObject({ code: 'not_found' })
    }
  })
})

it('goes on with a list past a client that went in between', async () => {
  for (let index = 0; index < 102; index += 1) {
    await world.put({
      client_id: `client${index + 100}`,
      client_name: 'x',
      redirect_uris: [CALLBACK],
    })
  }
  const first = await world.provider.list?.(undefined, call)
  expect(first?.next).toBe('client199')
  await world.provider.removal?.(ref('client199'), {}).send(call)
  const second = await world.provider.list?.(undefined, call, first?.next)
  expect(second?.items.map(({ id }) => id)).toEqual(['client200', 'client201'])
  expect(second?.next).toBeUndefined()
})
