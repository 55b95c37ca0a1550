/** What stands in for a value that a place does not take, and what kind a copy is of. */

import { describe, expect, it } from 'vitest'
import type { ClientKind } from '../../src/core/client-kind.ts'
import { kindOf } from '../../src/core/client-kind.ts'
import { copyRecord } from '../../src/core/copy/copy.ts'
import type { PassingValue } from '../../src/core/copy/copying.ts'
import type { CopyReport } from '../../src/core/copy/fate.ts'
import { reportCopy } from '../../src/core/copy/report.ts'
import type { JsonObject } from '../../src/core/json/json.ts'
import { type Mapping, showClient } from '../../src/core/mapping/mapping.ts'
import type { FieldPatches } from '../../src/core/patch/patch.ts'
import { planChange } from '../../src/core/plan/plan.ts'
import { blank as auth0Blank } from '../../src/providers/auth0/kinds.ts'
import { mapping as auth0 } from '../../src/providers/auth0/mapping.ts'
import { blank as cognitoBlank } from '../../src/providers/cognito/kinds.ts'
import { mapping as cognito } from '../../src/providers/cognito/mapping.ts'
import { blank as localBlank } from '../../src/providers/local/kinds.ts'
import { mapping as local } from '../../src/providers/local/mapping.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { fullCognitoClient } from '../fixtures/cognito.ts'
import { fullLocalClient } from '../fixtures/local.ts'

interface Place {
  readonly mapping: Mapping
  readonly blank: (kind: ClientKind) => JsonObject
  readonly full: JsonObject
}

const AUTH0: Place = { mapping: auth0, blank: auth0Blank, full: fullAuth0Client }
const COGNITO: Place = { mapping: cognito, blank: cognitoBlank, full: fullCognitoClient }
const LOCAL: Place = { mapping: local, blank: localBlank, full: fullLocalClient }

/** Copies the full client of a place with some fields set otherwise. */
function copy(
  from: Place,
  to: Place,
  fields: FieldPatches,
  more: JsonObject = {},
  passing: readonly PassingValue[] = [],
) {
  const base = { ...from.full, ...more }
  const native = planChange(from.mapping, base, { kind: 'merge', fields }).next
  const kind = kindOf(showClient(from.mapping, native)) ?? 'web'
  const copying = {
    source: { mapping: from.mapping, native, fresh: from.blank(kind), passing },
    target: { mapping: to.mapping, blank: to.blank(kind) },
    alike: from === to,
  }
  const copied = copyRecord(copying)
  const report = reportCopy(copying, copied, copied.start, {})
  return { client: showClient(to.mapping, copied.start), native: copied.start, report }
}

const told = (report: CopyReport, fate: keyof CopyReport, field: string) =>
  report[fate].find((one) => one.field === field)

describe('a value that the place does not take', () => {
  it('is a lifetime within its limits', () => {
    const { client, report } = copy(LOCAL, COGNITO, {
      accessTokenLifetime: 60,
      refreshTokenLifetime: 600,
    })
    expect(client).toMatchObject({ accessTokenLifetime: 300, refreshTokenLifetime: 3_600 })
    expect(told(report, 'derived', 'accessTokenLifetime')).toEqual({
      field: 'accessTokenLifetime',
      before: 60,
      after: 300,
      why: 'client.accessTokenLifetime must be at least 300',
    })
  })

  it('is what is legible of a name, and as much of it as there is room', () => {
    const { client } = copy(LOCAL, COGNITO, { name: 'Portal <é> (new)' })
    expect(client.name).toBe('Portal  new')
    expect(copy(LOCAL, COGNITO, { name: 'x'.repeat(200) }).client.name).toBe('x'.repeat(128))
    expect(copy(LOCAL, COGNITO, { name: 'Портал' }).client.name).toBeNull()
    const cut = copy(LOCAL, AUTH0, { description: 'y'.repeat(200) })
    expect(cut.client.description).toBe('y'.repeat(140))
    expect(told(cut.report, 'derived', 'description')).toBeDefined()
  })

  it('is those keys of a map and items of a list for which there is room', () => {
    const keys = Object.fromEntries([...Array(12).keys()].map((n) => [`key-${n}`, 'value']))
    const map = copy(LOCAL, AUTH0, { clientMetadata: { ...keys, team: null, tier: null } })
    expect(Object.keys(map.client.clientMetadata)).toHaveLength(10)
    expect(told(map.report, 'lost', 'clientMetadata')).toBeDefined()
    const callbacks = [...Array(120).keys()].map((n) => `https://app.example.com/cb/${n}`)
    const list = copy(LOCAL, COGNITO, { callbacks })
    expect(list.client.callbacks).toEqual(callbacks.slice(0, 100))
    expect(told(list.report, 'lost', 'callbacks')?.removed).toEqual(callbacks.slice(100))
  })

  it('is a list without the URIs that are not allowed there', () => {
    const good = 'https://app.example.com/callback'
    const wild = 'https://*.example.com/callback'
    const { client, report } = copy(AUTH0, LOCAL, { callbacks: [good, wild] })
    expect(client.callbacks).toEqual([good])
    expect(told(report, 'lost', 'callbacks')).toMatchObject({
      removed: [wild],
      why: expect.stringContaining(wild),
    })
  })

  it('is no wider than the source where a grant is unknown', () => {
    const grantTypes = ['implicit', 'authorization_code', 'refresh_token']
    const { client, report } = copy(AUTH0, LOCAL, { grantTypes })
    expect(client.grantTypes).toEqual(['authorization_code', 'refresh_token'])
    expect(told(report, 'lost', 'grantTypes')?.removed).toEqual(['implicit'])
    expect(copy(AUTH0, LOCAL, { grantTypes: [] }).client).toMatchObject({
      grantTypes: [],
      responseTypes: [],
    })
  })

  it('is a rotation without the grace that there is not', () => {
    const rotation = { enabled: true, graceSeconds: 30 }
    const { client, report } = copy(AUTH0, LOCAL, { refreshTokenRotation: rotation })
    expect(client.refreshTokenRotation).toEqual({ enabled: true, graceSeconds: 0 })
    expect(told(report, 'derived', 'refreshTokenRotation')?.why).toContain(
      'accepts a refresh token',
    )
  })

  it('is lost where it is a switch, and said so', () => {
    const { client, report } = copy(LOCAL, COGNITO, { disabled: true, firstParty: false })
    expect(client).toMatchObject({ disabled: false, firstParty: true })
    expect(told(report, 'lost', 'disabled')).toMatchObject({ before: true, after: false })
    expect(told(report, 'lost', 'firstParty')).toBeDefined()
    expect(
      told(copy(AUTH0, AUTH0, {}, { is_first_party: false }).report, 'lost', 'firstParty'),
    ).toBeDefined()
  })

  it('is given for a rule between settings, whichever of them gives way', () => {
    const rotation = { enabled: true, graceSeconds: 0 }
    const { client, report } = copy(LOCAL, COGNITO, { refreshTokenRotation: rotation })
    expect(client.refreshTokenRotation?.enabled).toBe(false)
    expect(told(report, 'lost', 'refreshTokenRotation')?.why).toContain('ExplicitAuthFlows')
  })
})

describe('words of a provider', () => {
  it('are not taken for words of another one', () => {
    const connections = { $connections: { con_1: { name: 'users', strategy: 'auth0' } } }
    const { client, report } = copy(AUTH0, COGNITO, {}, connections)
    expect(client.supportedIdp).toEqual(['COGNITO'])
    expect(told(report, 'lost', 'supportedIdp')?.removed).toEqual(['users'])
    expect(copy(LOCAL, AUTH0, {}).client.appType).toBe('regular_web')
    expect(copy(LOCAL, AUTH0, { appType: 'native' }).client.appType).toBe('native')
  })

  it('are reported as left where no one has set them, and as lost where someone has', () => {
    const { report } = copy(COGNITO, LOCAL, {})
    expect(told(report, 'left', 'providerSettings.PreventUserExistenceErrors')).toBeDefined()
    expect(told(report, 'lost', 'providerSettings.EnableTokenRevocation')).toMatchObject({
      before: false,
    })
  })

  it('come along between providers of one type, but for what belongs to the client', () => {
    const methods = { client_authentication_methods: { private_key_jwt: { credentials: [] } } }
    const { native, report } = copy(AUTH0, AUTH0, {}, methods)
    expect(native.addons).toEqual(fullAuth0Client.addons)
    const why = 'credentials at Auth0 belong to the client that they were added to'
    expect(told(report, 'lost', 'providerSettings.client_authentication_methods')?.why).toBe(why)
    expect(native.client_aliases).toBeUndefined()
    expect(report.carried.map(({ field }) => field)).toContain('providerSettings.addons')
  })
})

describe('what the request sets', () => {
  const wild = 'https://*.example.com/callback'
  const base = { ...fullAuth0Client, callbacks: ['https://app.example.com/callback', wild] }
  const report = (fields: FieldPatches, to: Place = LOCAL) => {
    const native = to === AUTH0 ? { ...base, unheard_of: 1 } : base
    const source = { mapping: auth0, native, fresh: auth0Blank('web'), passing: [] }
    const target = { mapping: to.mapping, blank: to.blank('web') }
    const copying = { source, target, alike: to === AUTH0 }
    const copied = copyRecord(copying)
    const { next } = planChange(to.mapping, copied.start, { kind: 'merge', fields })
    return reportCopy(copying, copied, next, fields)
  }

  it('is no loss where it is the whole value, and hides none where it is a part', () => {
    const added = 'https://portal.example.com/cb'
    expect(told(report({ callbacks: [added] }), 'derived', 'callbacks')?.why).toBe(
      'the request sets it',
    )
    const part = told(report({ callbacks: { add: [added] } }), 'lost', 'callbacks')
    expect(part?.removed).toEqual([wild])
  })

  it('is a setting by its own name, and stands for no other one', () => {
    const after = report({ providerSettings: { organization_usage: 'deny' } }, AUTH0)
    expect(told(after, 'derived', 'providerSettings.organization_usage')).toBeDefined()
    expect(told(after, 'lost', 'providerSettings.unheard_of')).toBeDefined()
  })
})

it('reports which secrets among the settings do not come along', () => {
  const addons = { layer: { privateKey: 'a-secret-a-secret-a-secret', id: 'one' } }
  for (const to of [AUTH0, LOCAL]) {
    const { native, report } = copy(AUTH0, to, {}, { addons })
    const field = 'providerSettings.addons.layer.privateKey'
    expect(told(report, 'lost', field)).toEqual({ field, why: 'secrets are never copied' })
    expect(native.addons).toEqual(to === AUTH0 ? { layer: { id: 'one' } } : undefined)
  }
})

it('a value that is leased does not come along', () => {
  const passing = [{ field: 'callbacks', value: 'https://pr-1.example.com/cb' }] as const
  const callbacks = ['https://app.example.com/callback', 'https://pr-1.example.com/cb']
  for (const to of [LOCAL, COGNITO]) {
    const { client, report } = copy(LOCAL, to, { callbacks }, {}, passing)
    expect(client.callbacks).toEqual(callbacks.slice(0, 1))
    expect(told(report, 'lost', 'callbacks')?.why).toBe('leased values are temporary')
  }
  const only = { callbacks: callbacks.slice(1) }
  expect(copy(LOCAL, LOCAL, only, {}, passing).client.callbacks).toEqual([])
})

describe('the kind of a client', () => {
  const kind = (fields: object) =>
    kindOf({ ...showClient(local, fullLocalClient), ...fields } as never)

  it.each([
    ['web', {}],
    ['web', { appType: 'native' }],
    ['web', { appType: 'non_interactive' }],
    ['spa', { tokenEndpointAuthMethod: 'none' }],
    ['native', { tokenEndpointAuthMethod: 'none', appType: 'native' }],
    ['machine', { grantTypes: ['client_credentials'] }],
    ['machine', { grantTypes: [], appType: 'non_interactive' }],
    ['web', { grantTypes: [] }],
    ['machine', { tokenEndpointAuthMethod: null, appType: 'non_interactive' }],
    [undefined, { tokenEndpointAuthMethod: null, appType: null }],
  ])('is %s for %j', (expected, fields) => {
    expect(kind(fields)).toBe(expected)
  })
})
