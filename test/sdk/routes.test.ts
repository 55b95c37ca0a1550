/**
 * A walk over the list of operations: the SDK has a method for each, and sends what the row says. A new
 * operation is walked as soon as it is in the list.
 */

import { describe, expect } from 'vitest'
import { OPERATIONS, type Operation } from '../../src/contract/operations.ts'
import { connect } from '../../src/sdk/index.ts'
import { onShared } from '../fixtures/opened.ts'
import { type ScriptedServer, startScripted } from './scripted.ts'

type AnyMethod = (...given: unknown[]) => Promise<unknown>

/** A value that each query parameter takes. */
const VALUES: Readonly<Record<string, string>> = {
  provider: 'auth0',
  userPoolId: 'us-east-1_1234test',
  dryRun: 'true',
  outcome: 'applied',
  from: '2026-01-31T12:00:00Z',
  to: '2026-02-01T12:00:00Z',
  limit: '7',
}

let server: ScriptedServer
const it = onShared(startScripted, (opened) => {
  server = opened
})

const ROWS = Object.entries<Operation>(OPERATIONS)
const parametersOf = ({ path }: Pick<Operation, 'path'>) => path.match(/\{\w+\}/g) ?? []

describe.each(ROWS)('%s', (name, route) => {
  const api = () => connect({ url: `${server.url}/base/`, token: 'a-token' })
  const method = () => (api() as unknown as Record<string, AnyMethod>)[name] as AnyMethod

  it('sends method, path and query of the row', async () => {
    const ids = parametersOf(route).map((_, index) => `an id/${index}`)
    const query = Object.fromEntries(route.query.map((one) => [one, VALUES[one] ?? 'a-value']))
    const body = route.body !== undefined ? [{ sent: 'as it is' }] : []
    await method()(...ids, ...body, query)
    const sent = server.seen.at(-1)
    let index = 0
    // The id of a client that no path takes is in the query, whatever else is said there.
    const inQuery = route.query.includes('id') ? { id: 'an id/0' } : {}
    const path = route.path.replace(/\{(\w+)\}/g, (_, parameter) => {
      const one = `an%20id%2F${index++}`
      return parameter === 'clientId' ? '-' : one
    })
    expect(sent).toMatchObject({ method: route.method, path: `/base${path}` })
    expect(Object.fromEntries(new URLSearchParams(sent?.query))).toEqual({ ...query, ...inQuery })
    expect(sent?.headers.authorization).toBe('Bearer a-token')
  })

  it('sends a body where the row has one, and a key where it writes', async () => {
    const ids = parametersOf(route).map(() => 'an-id')
    const body = { some: 'body' }
    await method()(...ids, ...(route.body === undefined ? [] : [body]), { ifMatch: '"tag"' })
    const sent = server.seen.at(-1)
    const expected = name === 'updateClient' ? { client: body } : body
    expect(sent?.body).toBe(route.body === undefined ? '' : JSON.stringify(expected))
    if (route.method === 'GET') {
      expect(sent?.headers).not.toHaveProperty('idempotency-key')
    } else {
      expect(sent?.headers['idempotency-key']).toMatch(/^[0-9a-f-]{36}$/)
      expect(sent?.headers['if-match']).toBe('"tag"')
    }
  })

  it.each(parametersOf(route))('refuses to leave the path by %s', async () => {
    const before = server.seen.length
    for (const id of ['', '.', '..']) {
      const ids = parametersOf(route).map(() => id)
      await expect(method()(...ids)).rejects.toMatchObject({ code: 'invalid_field' })
    }
    expect(server.seen).toHaveLength(before)
  })
})
