/** What is refused on a client that this server or the provider works by means of, and in which words. */

import { describe, expect, it } from 'vitest'
import type { FieldChange } from '../../src/core/diff.ts'
import { parseMergePatch } from '../../src/core/patch/patch.ts'
import type { Provider, Reliance } from '../../src/providers/provider.ts'
import type { ChangeRequest } from '../../src/service/base/request.ts'
import { checkReliance, checkRelianceInChange } from '../../src/service/change/own-client.ts'

const REF = { provider: 'it', id: 'client' }
const BASE = { client_id: 'client' }
const OWN = 'This is the client with which this server signs in to the provider.'

type Patch = ChangeRequest['patch']
type Effect = Parameters<typeof checkRelianceInChange>[2]

/** A request for a client on which the provider says that something relies. */
const request = (reliance: Reliance | undefined, patch: Patch = parseMergePatch({})) => ({
  ref: REF,
  provider: { reliance: () => reliance } as unknown as Provider,
  patch,
})
function refusal(effect: Partial<Effect>, patch?: Patch): unknown {
  try {
    const whole: Effect = { changes: [], needs: [], bar: undefined, ...effect }
    checkRelianceInChange(request('own', patch), BASE, whole)
  } catch (error) {
    return error
  }
  return undefined
}
const refused = (what: string, field?: string) => ({
  code: 'own_client',
  message: `${OWN} It cannot be ${what} unless the request has "ownClient": true. Nothing was sent.`,
  field,
})
const change = (field: string, more: Partial<FieldChange> = {}): FieldChange => ({
  field,
  before: null,
  after: null,
  ...more,
})
const suspension = (suspended: boolean): Patch => ({
  kind: 'suspension',
  suspended,
  allowPartial: false,
})

describe('the end of a client', () => {
  const end =
    (reliance: Reliance | undefined, more: object = {}, field?: string) =>
    () =>
      checkReliance({ ...request(reliance), ...more }, BASE, 'removed', field)

  it('is refused where something relies on it, with the reason and the field', () => {
    expect(end('own')).toThrow(expect.objectContaining(refused('removed')))
    expect(end('own', {}, 'client.x')).toThrow(
      expect.objectContaining(refused('removed', 'client.x')),
    )
    expect(end('built_in')).toThrow(
      /^This client is built into the provider, which relies on it\. It/,
    )
  })

  it('is not where nothing does, none is known, or the request says that it knows', () => {
    expect(end(undefined)).not.toThrow()
    expect(end('own', { provider: {} })).not.toThrow()
    expect(end('own', { ownClient: true })).not.toThrow()
    expect(end('own', { ownClient: false })).toThrow()
  })

  it('depends on the client and its record', () => {
    const asked: unknown[] = []
    const reliance = (...what: unknown[]) => {
      asked.push(...what)
      return undefined
    }
    end('own', { provider: { reliance } })()
    expect(asked).toEqual([REF, BASE])
  })
})

describe('a change of such a client', () => {
  it('is refused where it suspends the client, and something changes', () => {
    const changes = [change('callbacks')]
    expect(refusal({ changes }, suspension(true))).toMatchObject(refused('suspended'))
    expect(refusal({}, suspension(true))).toBeUndefined()
    expect(refusal({ changes }, suspension(false))).toBeUndefined()
    expect(refusal({ changes })).toBeUndefined()
  })

  it('is refused where it takes the right to rotate secrets', () => {
    const needs = [
      { permission: 'access:grant', field: 'client.scopes' },
      { permission: 'secrets:rotate', field: 'client.tokenEndpointAuthMethod' },
    ] as const
    expect(refusal({ needs })).toMatchObject(
      refused('made to authenticate with something else', 'client.tokenEndpointAuthMethod'),
    )
    expect(refusal({ needs: needs.slice(0, 1) })).toBeUndefined()
  })

  it('is refused where it takes a grant type away', () => {
    const lost = change('grantTypes', { added: ['implicit'], removed: ['client_credentials'] })
    expect(refusal({ changes: [change('name'), lost] })).toMatchObject(
      refused('left with fewer grant types', 'client.grantTypes'),
    )
    const gained = change('grantTypes', { added: ['implicit'], removed: [] })
    expect(refusal({ changes: [gained] })).toBeUndefined()
    expect(refusal({ changes: [change('grantTypes')] })).toBeUndefined()
    expect(refusal({ changes: [change('callbacks', { removed: ['x'] })] })).toBeUndefined()
  })

  it('is refused where it switches the client off', () => {
    const off = change('disabled', { before: false, after: true })
    expect(refusal({ changes: [change('name'), off] })).toMatchObject(
      refused('switched off', 'client.disabled'),
    )
    const on = change('disabled', { before: true, after: false })
    expect(refusal({ changes: [on] })).toBeUndefined()
    expect(refusal({ changes: [change('other', { after: true })] })).toBeUndefined()
  })

  it('is refused where the provider names a setting that keeps the client out', () => {
    const bar = { member: 'is_first_party', says: 'made a third party' }
    expect(refusal({ bar })).toMatchObject(
      refused('made a third party', 'client.providerSettings.is_first_party'),
    )
  })
})
