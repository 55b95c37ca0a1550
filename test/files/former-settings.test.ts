/** Client files that were written before settings in them became fields. */

import { describe, expect, it } from 'vitest'
import { type JsonObject, withoutMembers } from '../../src/core/json/json.ts'
import { showClient } from '../../src/core/mapping/mapping.ts'
import { planChange } from '../../src/core/plan/plan.ts'
import { parseClientFile } from '../../src/files/client-file.ts'
import { compare } from '../../src/files/compare.ts'
import { creationParts } from '../../src/files/planning/creation.ts'
import { mapping as auth0 } from '../../src/providers/auth0/mapping.ts'
import { mapping as local } from '../../src/providers/local/mapping.ts'
import { DIALECTS } from '../../src/providers/rfc7592/dialects/dialects.ts'
import { createMapping } from '../../src/providers/rfc7592/mapping.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { fullLocalClient } from '../fixtures/local.ts'
import { fullRegisteredClient } from '../fixtures/registered.ts'

/** As `clientry export` wrote the settings of a client at that time. */
const file = (settings: string) =>
  parseClientFile('old.yaml', `provider: p\nid: a\nclient:\n  providerSettings:\n${settings}`)

const SETTINGS = `    policy_uri: https://app.example.com/policy
    tos_uri: https://app.example.com/terms
    jwks_uri: https://app.example.com/keys
    client_uri: https://app.example.com/about
    contacts: [owner@example.com, other@example.com]
    require_pushed_authorization_requests: true
    dpop_bound_access_tokens: true
    default_max_age: 60
`
const HELD: JsonObject = {
  policy_uri: 'https://app.example.com/policy',
  tos_uri: 'https://app.example.com/terms',
  jwks_uri: 'https://app.example.com/keys',
  client_uri: 'https://app.example.com/about',
  contacts: ['owner@example.com', 'other@example.com'],
  require_pushed_authorization_requests: true,
  dpop_bound_access_tokens: true,
  default_max_age: 60,
}

const FIELDS = [
  'client.policyUri',
  'client.tosUri',
  'client.jwksUri',
  'client.clientUri',
  'client.contacts',
  'client.requirePushedAuthorizationRequests',
  'client.dpopBoundAccessTokens',
]
const MADE_OF = [
  'policy_uri',
  'tos_uri',
  'jwks_uri',
  'client_uri',
  'contacts',
  'require_pushed_authorization_requests',
  'dpop_bound_access_tokens',
]

const PROVIDERS = {
  local: { mapping: local, native: fullLocalClient },
  rfc7592: { mapping: createMapping(DIALECTS.standard), native: fullRegisteredClient },
}

describe.each(Object.entries(PROVIDERS))('at a client of %s', (_, { mapping, native }) => {
  const { jwks: __, ...rest } = native as JsonObject
  /** What `plan` finds and the server makes of it. */
  const planned = (settings: string, now: JsonObject) => {
    const base = { ...rest, ...now }
    const attributes = showClient(mapping, base) as unknown as JsonObject
    const live = { provider: 'p', id: 'a', name: 'A', attributes }
    const { patch } = compare(file(settings).client, live)
    return planChange(mapping, base, { kind: 'merge', fields: patch })
  }
  const notes = (fields: readonly string[]) =>
    fields.map((field) => expect.objectContaining({ code: 'setting_is_a_field', field }))

  it('a file that fits still fits, and its reader is warned', () => {
    const { unchanged, warnings } = planned(SETTINGS, HELD)
    expect(unchanged).toBe(true)
    expect(warnings).toEqual(expect.arrayContaining(notes(FIELDS)))
  })

  it('a file that differs changes what it changed', () => {
    const other = SETTINGS.replace('/policy', '/new-policy')
      .replace('/keys', '/new-keys')
      .replace('owner@', 'new@')
      .replace('authorization_requests: true', 'authorization_requests: false')
    const { named, next } = planned(other, HELD)
    expect(named).toHaveLength(4)
    expect(named).toEqual(
      expect.arrayContaining([
        'policyUri',
        'jwksUri',
        'contacts',
        'requirePushedAuthorizationRequests',
      ]),
    )
    expect(next).toMatchObject({
      policy_uri: 'https://app.example.com/new-policy',
      jwks_uri: 'https://app.example.com/new-keys',
      contacts: ['new@example.com', 'other@example.com'],
      require_pushed_authorization_requests: false,
      dpop_bound_access_tokens: true,
    })
  })

  it('a file that wants none clears what is there', () => {
    const { named, next } = planned(
      '    policy_uri: null\n    client_uri: null\n    contacts: null\n',
      HELD,
    )
    expect(named).toEqual(expect.arrayContaining(['policyUri', 'clientUri', 'contacts']))
    expect(next).not.toHaveProperty('policy_uri')
    expect(next).not.toHaveProperty('client_uri')
    expect(next.contacts ?? []).toEqual([])
  })

  it('a file for a new client makes it as before', () => {
    const patch = creationParts(file(SETTINGS).client, { fields: {} }).patch
    const blank = withoutMembers(rest, MADE_OF)
    const { next } = planChange(mapping, blank, { kind: 'merge', fields: patch })
    expect(next).toMatchObject(HELD)
  })
})

it('a file of Auth0 that holds the shown jwks_uri still fits', () => {
  const base: JsonObject = { ...fullAuth0Client, jwks_uri: 'https://app.example.com/keys' }
  const attributes = showClient(auth0, base) as unknown as JsonObject
  const live = { provider: 'p', id: 'a', name: 'A', attributes }
  const old = file('    jwks_uri: https://app.example.com/keys\n')
  const { patch } = compare(old.client, live)
  expect(patch).not.toEqual({})
  const { unchanged, warnings } = planChange(auth0, base, { kind: 'merge', fields: patch })
  expect(unchanged).toBe(true)
  expect(warnings.map(({ field }) => field)).toEqual(['client.jwksUri'])
})

it('a file of Auth0 that requires pushed authorization requests is read as the field', () => {
  const attributes = showClient(auth0, fullAuth0Client) as unknown as JsonObject
  const live = { provider: 'p', id: 'a', name: 'A', attributes }
  const old = file('    require_pushed_authorization_requests: true\n')
  const { patch } = compare(old.client, live)
  const { named, next, warnings } = planChange(auth0, fullAuth0Client, {
    kind: 'merge',
    fields: patch,
  })
  expect(named).toEqual(['requirePushedAuthorizationRequests'])
  expect(next).toEqual({ ...fullAuth0Client, require_pushed_authorization_requests: true })
  expect(warnings.map(({ code }) => code)).toEqual(['setting_is_a_field'])
})
