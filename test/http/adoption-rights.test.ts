/**
 * Who may put what opens a client in the place of what does, on the whole program, against a real server
 * through a front that counts: a writer gets no token of others, and reaches nothing of its own choice.
 */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { SCOPE_EACH } from '../contract/world.ts'
import {
  type AdoptionWorld,
  REGISTRATION,
  type Seen,
  startAdoptionWorld,
} from './adoption-world.ts'

const WRITER = ['clients:read', 'clients:write']
const ROTATOR = [...WRITER, 'secrets:rotate']

let world: AdoptionWorld

beforeEach(async () => {
  world = await startAdoptionWorld(SCOPE_EACH)
})
afterEach(() => world.close())

const adopt = (scopes: readonly string[], token: string, more: JsonObject = {}, query = '') =>
  world.ask({ scopes }, 'PUT', REGISTRATION, { registrationAccessToken: token, ...more }, query)

/** What a request to the client reaches now. */
async function read(): Promise<readonly Seen[]> {
  world.seen.length = 0
  // Nothing in it changes, so that only reads go out.
  await adopt(ROTATOR, 'true-token')
  return world.seen
}

describe('a client that is managed', () => {
  beforeEach(async () => {
    expect((await adopt(WRITER, 'true-token')).status).toBe(200)
    world.seen.length = 0
  })

  it.each(['', 'dryRun=true'])(
    'is not moved to an address of the writer’s own, and its token goes nowhere (%s)',
    async (query) => {
      for (const path of ['/mine/abc', '/register/%2e%2e/mine', '/register/..%2f..%2fmine/abc']) {
        const uri = { registrationClientUri: `${world.url}${path}` }
        const refused = await adopt(ROTATOR, 'made-up', uri, query)
        expect([refused.status, refused.json.field]).toEqual([400, 'registrationClientUri'])
        const { status } = await adopt(WRITER, 'made-up', uri, query)
        expect([400, 403]).toContain(status)
      }
      expect(world.seen.filter((one) => one.url !== '/register/abc')).toEqual([])
      expect(world.seen.filter(({ token }) => token !== 'true-token')).toEqual([])
      expect((await read()).map((one) => one.url)).toEqual(['/register/abc', '/register/abc'])
    },
  )

  it.each(['', 'dryRun=true'])(
    'is opened by another token for those alone who may rotate secrets (%s)',
    async (query) => {
      const { status, json } = await adopt(WRITER, 'second-token', {}, query)
      expect([status, json.code]).toEqual([403, 'insufficient_scope'])
      expect(json.error).toMatch(/secrets:rotate/)
      expect(world.seen.some(({ token }) => token === 'second-token')).toBe(false)
      expect((await adopt(ROTATOR, 'second-token', {}, query)).status).toBe(200)
    },
  )

  it('can be adopted again with what it is opened by, by anyone who may write', async () => {
    expect((await adopt(WRITER, 'true-token')).status).toBe(200)
    const uri = { registrationClientUri: `${world.url}/register/abc` }
    expect((await adopt(WRITER, 'true-token', uri)).status).toBe(200)
    const other = { registrationClientUri: `${world.url}/register/x/abc` }
    expect((await adopt(WRITER, 'true-token', other)).status).toBe(403)
  })

  it('can be adopted by anyone who may write once what opened it is refused', async () => {
    world.valid.delete('true-token')
    expect((await adopt(WRITER, 'second-token')).status).toBe(200)
    expect((await adopt(WRITER, 'second-token')).status).toBe(200)
  })
})

it('a client that is not managed is not looked at where the writer likes', async () => {
  const uri = { registrationClientUri: `${world.url}/mine/abc` }
  for (const query of ['', 'dryRun=true']) {
    expect((await adopt(WRITER, 'made-up', uri, query)).status).toBe(400)
  }
  expect(world.seen).toEqual([])
})
