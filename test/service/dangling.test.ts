/** Why a provider refuses a client: what it does not have and the client names, and members that no one knows. */

import { describe, expect, it } from 'vitest'
import { ClientError } from '../../src/core/errors.ts'
import type { JsonObject } from '../../src/core/json/json.ts'
import { key, list } from '../../src/core/mapping/lenses.ts'
import type { Mapping } from '../../src/core/mapping/mapping.ts'
import type { Dangling } from '../../src/core/mapping/row.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { danglingIn, danglingWarnings, explained } from '../../src/service/operation/dangling.ts'
import type { Running } from '../../src/service/operation/running.ts'
import type { Action } from '../../src/store/log/entry.ts'
import { mappingOf } from '../core/mapping.ts'
import { intentOf } from '../fixtures/entries.ts'

const REF = { provider: 'it', id: 'one' }
const CALL = { operationId: 'o', deadline: 1, timeoutMs: 1 }

/** A client is never without a scope; everything goes along with each change. */
const mapping = mappingOf(
  { name: key<string>('name'), supportedIdp: list('idps', 'keep'), scopes: list('scopes', 'keep') },
  {
    omitted: 'reset',
    settings: ['setting'],
    rules: [
      {
        field: 'client.scopes',
        says: 'A client needs a scope.',
        holds: ({ scopes }) => !Array.isArray(scopes) || scopes.length > 0,
      },
    ],
  },
)
const BASE = { name: 'One', idps: ['gone', 'there'], scopes: ['openid', 'api/gone'] }
const GONE: readonly Dangling[] = [
  { field: 'supportedIdp', value: 'gone' },
  { field: 'scopes', value: 'api/gone' },
]

const providerOf = (dangling?: Provider['dangling'], of: Mapping = mapping) =>
  ({ mapping: of, ...(dangling === undefined ? {} : { dangling }) }) as Provider
const finding = (found: readonly Dangling[], of?: Mapping) => providerOf(async () => found, of)
const failing = (error: Error) => providerOf(() => Promise.reject(error))

describe('what dangles in a record', () => {
  it('is what the provider says, of that client and that record', async () => {
    const asked: unknown[] = []
    const provider = providerOf(async (...what) => {
      asked.push(what)
      return GONE
    })
    expect(await danglingIn(provider, REF, BASE, CALL)).toBe(GONE)
    expect(asked).toEqual([[REF, BASE, CALL]])
  })

  it('is nothing where the provider cannot say, or fails to', async () => {
    expect(await danglingIn(providerOf(), REF, BASE, CALL)).toEqual([])
    const refused = new ClientError('provider_refused', 'It may not list them.')
    expect(await danglingIn(failing(refused), REF, BASE, CALL)).toEqual([])
  })

  it('hides no fault of ours', async () => {
    const fault = new TypeError('a fault')
    await expect(danglingIn(failing(fault), REF, BASE, CALL)).rejects.toBe(fault)
  })
})

describe('a dry run', () => {
  const warned = (found: readonly Dangling[], base: JsonObject = BASE, next: JsonObject = base) =>
    danglingWarnings(finding(found), REF, { base, next }, CALL)

  it('warns of what dangles, with the PATCH that removes it', async () => {
    expect(await warned(GONE)).toStrictEqual([
      {
        code: 'dangling_reference',
        field: 'client.supportedIdp',
        message: expect.stringContaining('client.supportedIdp names gone'),
        mend: { client: { supportedIdp: { remove: ['gone'] } } },
      },
      {
        code: 'dangling_reference',
        field: 'client.scopes',
        message: expect.stringContaining('client.scopes names "api/gone"'),
        mend: { client: { scopes: { remove: ['api/gone'] } } },
      },
    ])
  })

  it('offers no PATCH for what only the request names', async () => {
    const next = { ...BASE, idps: ['new'] }
    const [warning, ...more] = await warned([{ field: 'supportedIdp', value: 'new' }], BASE, next)
    expect(more).toEqual([])
    expect(warning).toMatchObject({ field: 'client.supportedIdp' })
    expect(warning).not.toHaveProperty('mend')
  })

  it('offers no PATCH that a rule of the provider refuses', async () => {
    const base = { ...BASE, scopes: ['api/gone'] }
    const warnings = await warned(GONE, base)
    expect(warnings.map(({ field }) => field)).toEqual(['client.supportedIdp', 'client.scopes'])
    for (const warning of warnings) expect(warning).not.toHaveProperty('mend')
  })

  it('hides no fault of a rule', async () => {
    const holds = () => {
      throw new TypeError('a fault')
    }
    const faulty = { ...mapping, rules: [{ field: 'client.scopes', says: 'x', holds }] }
    const warnings = danglingWarnings(finding(GONE, faulty), REF, { base: BASE, next: BASE }, CALL)
    await expect(warnings).rejects.toThrow('a fault')
  })
})

describe('a refusal', () => {
  const refusal = new ClientError('provider_refused', 'The provider refused it.', { status: 400 })

  interface Case {
    readonly next?: JsonObject
    readonly action?: Action
    readonly maySeeClient?: boolean
    readonly error?: ClientError
  }

  const explain = (
    provider: Provider,
    { next = BASE, action, error = refusal, ...more }: Case = {},
  ) => {
    const intent = intentOf('log', 1, action === undefined ? {} : { action })
    const running: Running = { intent, provider, ref: REF, base: BASE, next, ...more }
    return explained(running, error, CALL)
  }

  it('names all that dangles, and removes what the client holds', async () => {
    const error = await explain(finding(GONE))
    expect(error).toMatchObject({
      code: 'provider_refused',
      message: expect.stringMatching(
        /^Nothing was changed: client\.supportedIdp names gone, .*\. client\.scopes names "api\/gone", /,
      ),
      details: {
        status: 400,
        field: 'client.supportedIdp',
        mend: { client: { supportedIdp: { remove: ['gone'] }, scopes: { remove: ['api/gone'] } } },
      },
    })
  })

  it('of a new client removes nothing from it', async () => {
    const error = (await explain(finding(GONE), { action: 'create' })) as ClientError
    expect(error.message).toContain('Leave it out')
    expect(error.details).toMatchObject({ field: 'client.supportedIdp' })
    expect(error.details).not.toHaveProperty('mend')
  })

  it.each<[string, Case]>([
    ['is for another reason', { error: new ClientError('provider_throttled', 'Slower.') }],
    ['is answered to a caller who may not know what the client holds', { maySeeClient: false }],
    ['is of a call that carries no settings', { action: 'remove' }],
  ])('is reported as it is where it %s', async (_, more) => {
    expect(await explain(finding(GONE), more)).toBe(more.error ?? refusal)
  })

  const unknown = { ...BASE, tomorrow: 1, 'odd name': 2 }

  it('names members that no one knows, which went along', async () => {
    expect(await explain(finding([]), { next: unknown })).toMatchObject({
      code: 'provider_refused',
      message:
        'The provider refused it. This version does not know tomorrow, "odd name", which was sent as it was read. If that is what was refused, classify it in the configuration of the provider, for example members: { tomorrow: read-only } (or setting, volatile).',
      details: { status: 400 },
    })
  })

  it('names 20 of them at most', async () => {
    const many = Object.fromEntries(Array.from({ length: 22 }, (_, index) => [`m${index}`, 1]))
    const { message } = (await explain(finding([]), { next: many })) as ClientError
    expect(message).toContain('m19, which was sent')
    expect(message).not.toContain('m20')
  })

  it.each<[string, Provider, Case]>([
    ['there are none', finding([]), {}],
    [
      'only what changed went along',
      finding([], { ...mapping, omitted: 'keep' }),
      { next: unknown },
    ],
    [
      'it names a field itself',
      finding([]),
      {
        next: unknown,
        error: new ClientError('provider_refused', 'No.', { field: 'client.name' }),
      },
    ],
  ])('names none where %s', async (_, provider, more) => {
    expect(await explain(provider, more)).toBe(more.error ?? refusal)
  })
})
