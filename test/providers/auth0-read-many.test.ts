/** Many clients of one tenant: a call for each, a few for all, and records as `read` gives them. */

import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Native } from '../../src/core/mapping/row.ts'
import {
  type Auth0Emulator,
  DEFAULT_CREDENTIAL,
  startAuth0Emulator,
} from '../../src/emulators/auth0/index.ts'
import { createAuth0Provider } from '../../src/providers/auth0/index.ts'
import type { Provider, ReadOneOfMany } from '../../src/providers/provider.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'

/** More than one page of 1,000 by which connections list their clients. */
const OTHERS = Array.from({ length: 1_100 }, (_, index) => `other${index}`)
const IDS = Array.from({ length: 12 }, (_, index) => `client${index}`)
const OF_CLIENT = 'GET /clients/{id}/connections'
const OF_CONNECTION = 'GET /connections/{id}/clients'

let emulator: Auth0Emulator
let provider: Provider
let later: number

beforeEach(async () => {
  emulator = await startAuth0Emulator({
    connections: [
      { id: 'con_all', name: 'all', strategy: 'auth0', enabledClients: [...OTHERS, ...IDS] },
      { id: 'con_few', name: 'few', strategy: 'samlp', enabledClients: IDS.slice(0, 3) },
      { id: 'con_none', name: 'none', strategy: 'oidc' },
    ],
  })
  for (const id of IDS) emulator.put({ ...fullAuth0Client, client_id: id, client_aliases: [] })
  later = 0
  provider = createAuth0Provider({
    baseUrl: emulator.url,
    audience: `${emulator.url}/api/v2/`,
    clientId: DEFAULT_CREDENTIAL.clientId,
    clientSecret: () => DEFAULT_CREDENTIAL.clientSecret,
    allowWildcards: false,
    now: () => Date.now() + later,
  })
})
afterEach(() => emulator.close())

const refOf = (id: string) => ({ provider: 'auth0', id })
const call = () => ({
  deadline: Date.now() + later + 20_000,
  timeoutMs: 5_000,
  operationId: 'test',
})
const reader = (count = IDS.length) => provider.readMany?.(count) as ReadOneOfMany
const ANY = { fields: [], isExpected: () => true }
const readAll = (read = reader()) => Promise.all(IDS.map((id) => read(refOf(id), call(), ANY)))
const wholes = () => Promise.all(IDS.map((id) => provider.read(refOf(id), call())))

/** Calls by operation since the last look. */
function calls(): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { operation } of emulator.calls) counts[operation] = (counts[operation] ?? 0) + 1
  emulator.clearCalls()
  delete counts['POST /oauth/token']
  return counts
}

const idpsOf = (native: Native) =>
  Object.keys(native.$connections as Readonly<Record<string, unknown>>).sort()

it('gives the records that reads of each give', async () => {
  const expected = await wholes()
  calls()
  expect(await readAll()).toEqual(expected)
  expect(calls()).toEqual({
    'GET /clients/{id}': IDS.length,
    'GET /connections': 1,
    // Two pages of one of them.
    [OF_CONNECTION]: 4,
  })
})

it('reads each whole where connections are too many for so few clients', async () => {
  const [read, few] = [reader(9), IDS.slice(0, 9)]
  for (const id of few) await read(refOf(id), call(), ANY)
  expect(calls()).toEqual({
    'GET /clients/{id}': few.length,
    [OF_CLIENT]: few.length,
    'GET /connections': 1,
    [OF_CONNECTION]: 3,
  })
  for (const id of IDS.slice(0, 2)) await reader(2)(refOf(id), call(), ANY)
  expect(calls()).toEqual({ 'GET /clients/{id}': 2, [OF_CLIENT]: 2 })
})

it.each(['GET /connections', OF_CONNECTION])(
  'reads each whole where %s fails',
  async (operation) => {
    const expected = await wholes()
    calls()
    emulator.inject({ kind: 'error_before_apply', operation })
    expect(await readAll()).toEqual(expected)
    expect(calls()).toMatchObject({ 'GET /clients/{id}': IDS.length, [OF_CLIENT]: IDS.length })
  },
)

it('reads whole what is not as expected, and what is about to have other connections', async () => {
  const read = reader()
  await readAll(read)
  emulator.putConnection({ id: 'con_none', name: 'none', strategy: 'oidc', enabledClients: IDS })
  const id = IDS[0] ?? ''
  const has = (native: Native) => idpsOf(native).includes('con_none')
  expect(has(await read(refOf(id), call(), ANY))).toBe(false)
  expect(has(await read(refOf(id), call(), { fields: [], isExpected: has }))).toBe(true)
  const named = await read(refOf(id), call(), { ...ANY, fields: ['supportedIdp'] })
  expect(named).toEqual(await provider.read(refOf(id), call(), ['supportedIdp']))
  expect(has(named)).toBe(true)
})

it('reads the connections again once they are five minutes old', async () => {
  const read = reader()
  await readAll(read)
  emulator.putConnection({ id: 'con_none', name: 'none', strategy: 'oidc', enabledClients: IDS })
  later = 299_000
  const [before] = await readAll(read)
  expect(idpsOf(before as Native)).toEqual(['con_all', 'con_few'])
  later = 301_000
  const [after] = await readAll(read)
  expect(idpsOf(after as Native)).toEqual(['con_all', 'con_few', 'con_none'])
})
