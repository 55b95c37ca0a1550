/**
 * Who may switch clients off and on: `disabled` is not for everybody who may change a client
 * (CVE-2026-9705: a registration token switched on again what an administrator had switched off).
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { ask } from '../contract/caller.ts'
import { startWorld, type World } from '../contract/world.ts'

const CLIENT = '/clients/exampleClientId'
const WRITER = ['write']
const ADMIN = ['write', 'suspend']

let world: World
beforeAll(async () => {
  const permissions = [
    { scope: 'write', grants: ['clients:read', 'clients:write', 'history:read'] },
    { scope: 'suspend', grants: ['clients:suspend'] },
  ] as never
  world = await startWorld({ permissions })
})
afterAll(() => world.close())

const send = (scopes: readonly string[], method: string, path: string, body?: Json) =>
  ask(world, method, path, { scopes, body })
const patch = (scopes: readonly string[], client: JsonObject) =>
  send(scopes, 'PATCH', CLIENT, { provider: 'local', client })
const post = (scopes: readonly string[], what: string, body: JsonObject = {}) =>
  send(scopes, 'POST', `${CLIENT}/${what}`, { provider: 'local', ...body })

describe('a client that was switched off', () => {
  const refused = { status: 403, body: { code: 'insufficient_scope', field: 'client.disabled' } }
  const isOff = async () => (await patch(WRITER, {})).body.disabled

  it('is not switched off or on by who may only change clients, in whatever way', async () => {
    expect(await patch(WRITER, { disabled: true })).toMatchObject(refused)
    expect((await post(WRITER, 'suspend')).status).toBe(403)
    expect(await isOff()).toBe(false)
    expect((await post(ADMIN, 'suspend')).body).toMatchObject({
      disabled: true,
      suspension: { doesNotStop: [expect.any(String)] },
    })
    expect(await patch(WRITER, { disabled: false })).toMatchObject(refused)
    expect(await patch(WRITER, { disabled: null })).toMatchObject(refused)
    const operations = [{ op: 'replace', path: '/disabled', value: false }]
    expect(await send(WRITER, 'PATCH', `${CLIENT}?provider=local`, operations)).toMatchObject(
      refused,
    )
    expect((await post(WRITER, 'resume')).status).toBe(403)
    expect(await isOff()).toBe(true)
    expect(await patch(WRITER, { name: 'Renamed', disabled: true })).toMatchObject({ status: 200 })
    expect((await post(ADMIN, 'resume')).body).toMatchObject({ disabled: false, name: 'Renamed' })
  })

  it('is not switched on by a rollback of who may only change clients', async () => {
    expect((await patch(ADMIN, { disabled: true })).status).toBe(200)
    expect(await post(WRITER, 'rollback', { to: 0, allowPartial: true })).toMatchObject(refused)
    expect(await isOff()).toBe(true)
    expect((await post(ADMIN, 'rollback', { to: 0, allowPartial: true })).status).toBe(200)
    expect(await isOff()).toBe(false)
  })
})
