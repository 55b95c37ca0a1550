/** Which changes switch a protected client off, by the records before and after, and in which words that is refused. */

import { describe, expect, it } from 'vitest'
import { ClientError } from '../../src/core/errors.ts'
import type { JsonObject } from '../../src/core/json/json.ts'
import { numberOfLiteral } from '../../src/core/json/json-number.ts'
import { flag } from '../../src/core/mapping/lenses.ts'
import type { Mapping } from '../../src/core/mapping/mapping.ts'
import { mapping as auth0 } from '../../src/providers/auth0/mapping.ts'
import { mapping as cognito } from '../../src/providers/cognito/mapping.ts'
import type { Provider } from '../../src/providers/provider.ts'
import type { ChangeRequest } from '../../src/service/base/request.ts'
import { checkProtection, checkUnprotected } from '../../src/service/change/protection.ts'
import { mappingOf } from '../core/mapping.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { fullCognitoClient } from '../fixtures/cognito.ts'

const PROTECTED = { protected: true } as const
const PATCH: ChangeRequest['patch'] = { kind: 'merge', fields: {} }
/** It has a setting that switches a client off. */
const switched = mappingOf({ disabled: flag('off', false) })

interface Case {
  readonly base?: JsonObject
  readonly standing?: Parameters<typeof checkProtection>[1]
  readonly patch?: ChangeRequest['patch']
}

/** The path of the setting for which a change is refused; `undefined` where it is not. */
function refusedFor(mapping: Mapping, next: JsonObject, more: Case = {}): string | undefined {
  const { base = {}, standing = PROTECTED, patch = PATCH } = more
  const request = { patch, provider: { mapping } as Provider }
  try {
    checkProtection(request, standing, base, next)
    return undefined
  } catch (error) {
    if (!(error instanceof ClientError)) throw error
    expect(error.code).toBe('client_protected')
    expect(error.message).toContain(`switched off by this change of ${error.field}`)
    return error.field
  }
}

describe('a client that is not protected', () => {
  it.each([undefined, {}, { leases: [] }])('may be changed and ended: %j', (standing) => {
    expect(() => checkUnprotected(standing, 'removed')).not.toThrow()
    const base = { off: false }
    const request = { patch: PATCH, provider: { mapping: switched } as Provider }
    expect(() => checkProtection(request, standing, base, { off: true })).not.toThrow()
  })
})

it('a protected client is not ended, and the refusal says what lifts that', () => {
  const refusal = (field?: string) => {
    try {
      checkUnprotected(PROTECTED, 'removed', field)
    } catch (error) {
      return error
    }
    return undefined
  }
  expect(refusal()).toMatchObject({
    code: 'client_protected',
    message: expect.stringMatching(
      /^The client is protected and cannot be removed.*PUT \/clients\/\{clientId\}\/protection/,
    ),
    field: undefined,
  })
  expect(refusal('client.disabled')).toMatchObject({ field: 'client.disabled' })
})

describe('a change switches a client off', () => {
  const without = (name: string, more: JsonObject = {}) => ({
    ...fullAuth0Client,
    ...more,
    [name]: [],
  })

  it.each([
    ['callbacks', 'callbacks'],
    ['grant_types', 'grantTypes'],
  ])('that takes the last value of %s', (name, field) => {
    expect(refusedFor(auth0, without(name), { base: fullAuth0Client })).toBe(`client.${field}`)
  })

  it('that takes no last value of a list without which a client works', () => {
    const base = { ...fullAuth0Client, web_origins: ['https://a.example'] }
    expect(refusedFor(auth0, { ...base, web_origins: [] }, { base })).toBeUndefined()
  })

  it('not where a list was empty before, or has a value left', () => {
    const base = without('callbacks')
    expect(refusedFor(auth0, { ...base, name: 'x' }, { base })).toBeUndefined()
    const two = { ...fullAuth0Client, callbacks: ['https://a.example', 'https://b.example'] }
    expect(
      refusedFor(auth0, { ...two, callbacks: ['https://a.example'] }, { base: two }),
    ).toBeUndefined()
  })

  it('whose provider has a setting for it, that sets it', () => {
    expect(refusedFor(switched, { off: true }, { base: { off: false } })).toBe('client.disabled')
    expect(refusedFor(switched, { off: true, a: 1 }, { base: { off: true } })).toBeUndefined()
    expect(refusedFor(switched, { off: false }, { base: { off: true } })).toBeUndefined()
  })

  it('whose provider has none, that sets what a suspension would set', () => {
    const base = { ...fullCognitoClient, AllowedOAuthFlowsUserPoolClient: true }
    const off = { ...base, AllowedOAuthFlowsUserPoolClient: false }
    const path = refusedFor(cognito, off, { base })
    expect(path).toMatch(/^client\./)
    expect(refusedFor(cognito, { ...off, ClientName: 'x' }, { base: off })).toBeUndefined()
    const flow = { ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH'] }
    expect(refusedFor(cognito, { ...base, ...flow }, { base })).toBe(
      'client.providerSettings.ExplicitAuthFlows',
    )
    const flows = { ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH', 'ALLOW_USER_SRP_AUTH'] }
    expect(refusedFor(cognito, { ...base, ...flows }, { base })).toBeUndefined()
  })

  const ends = (at?: unknown) =>
    (at === undefined ? {} : { client_secret_expires_at: at }) as JsonObject
  const literal = numberOfLiteral('1700000000.0')

  it.each<[string, JsonObject, JsonObject]>([
    ['ends where it had no end', ends(), ends(1_700_000_000)],
    ['ends where it had no end (0)', ends(0), ends(1_700_000_000)],
    ['ends earlier', ends(1_800_000_000), ends(1_700_000_000)],
    ['ends earlier, in another spelling', ends(1_800_000_000), ends(literal)],
  ])('by which its secret %s', (_, base, next) => {
    expect(refusedFor(switched, next, { base })).toBe(
      'client.providerSettings.client_secret_expires_at',
    )
  })

  it.each<[string, JsonObject, JsonObject]>([
    ['ends later', ends(1_700_000_000), ends(1_800_000_000)],
    ['has no end any more', ends(1_700_000_000), ends(0)],
    ['has no end any more, since none is given', ends(1_700_000_000), ends()],
    ['ends as before', ends(1_700_000_000), ends(literal)],
    ['has an end that is no time', ends(), ends('soon')],
    ['has an end before all time', ends(), ends(-1)],
  ])('not where its secret %s', (_, base, next) => {
    expect(refusedFor(switched, next, { base })).toBeUndefined()
  })
})

it.each<ChangeRequest['patch']>([
  { kind: 'suspension', suspended: true, allowPartial: false },
  { kind: 'lease', field: 'callbacks', value: 'x', owner: 'x', seconds: 1 },
  { kind: 'end_lease', ends: () => true },
])('a request that protection is not about is let through: $kind', (patch) => {
  expect(refusedFor(switched, { off: true }, { base: {}, patch })).toBeUndefined()
})

it.each<ChangeRequest['patch']>([
  { kind: 'rollback', to: 0, allowPartial: true },
  { kind: 'undo', operationId: 'x', allowPartial: true },
  { kind: 'operations', operations: [] },
])('a request that changes settings is not: $kind', (patch) => {
  expect(refusedFor(switched, { off: true }, { base: {}, patch })).toBe('client.disabled')
})
