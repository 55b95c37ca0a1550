/** The lint rules one by one at their edges: what just is a finding, what just is none, and its words. */

import { describe, expect, it } from 'vitest'
import type { Json } from '../../src/core/json/json.ts'
import { lintClient } from '../../src/core/lint/lint.ts'
import { type LintCase, type LintRule, warned } from '../../src/core/lint/rule.ts'
import { showClient } from '../../src/core/mapping/mapping.ts'
import type { FieldPatches } from '../../src/core/patch/patch.ts'
import { withMembers } from '../plan.ts'
import { PROVIDERS } from './lint-samples.ts'
import { findingOf, idsOf, lint } from './linted.ts'

const CODE = { grant_types: ['authorization_code'] }

describe('kinds of clients', () => {
  it('in which nothing is found are left alone', () => {
    const members = {
      ...CODE,
      app_type: 'spa',
      token_endpoint_auth_method: undefined,
      jwt_configuration: undefined,
    }
    expect(idsOf('auth0', members)).toEqual([])
    expect(idsOf('auth0', { ...CODE, app_type: undefined })).toEqual([])
  })

  it.each(['spa', 'native'])('of users (%s) have no secret, by whichever method', (app_type) => {
    for (const method of ['client_secret_post', 'client_secret_basic']) {
      const members = { ...CODE, app_type, token_endpoint_auth_method: method }
      expect(idsOf('auth0', members)).toEqual(['public_with_secret'])
    }
  })

  it.each(['regular_web', 'non_interactive'])('on a server (%s) authenticate', (app_type) => {
    const members = { ...CODE, app_type, token_endpoint_auth_method: 'none' }
    expect(idsOf('auth0', members)).toEqual(['confidential_without_secret'])
  })

  it('that are unknown need not authenticate', () => {
    const members = { ...CODE, app_type: undefined, token_endpoint_auth_method: 'none' }
    expect(idsOf('auth0', members)).toEqual([])
  })

  it('with a key of their own may refresh without rotation, and sign with a secret', () => {
    const native = {
      application_type: 'native',
      jwks_uri: 'https://app.example.com/keys',
      id_token_signed_response_alg: 'HS256',
    }
    const keyed = { ...native, token_endpoint_auth_method: 'private_key_jwt' }
    expect(idsOf('local', keyed)).toEqual([])
    const secret = { ...native, token_endpoint_auth_method: 'client_secret_post' }
    expect(idsOf('local', secret)).toEqual([
      'symmetric_id_token',
      'refresh_not_rotated',
      'public_with_secret',
    ])
  })

  it('that keep a secret may sign ID tokens with it', () => {
    const members = { jwt_configuration: { alg: 'HS256', lifetime_in_seconds: 36_000 } }
    expect(idsOf('auth0', members)).toEqual([])
  })
})

describe('grants', () => {
  it('are named with the reason', () => {
    const members = { grant_types: ['password', 'implicit', 'authorization_code'] }
    const found = lint('auth0', members).filter(({ field }) => field === 'client.grantTypes')
    expect(found.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^client\.grantTypes has the grant type password: the client sees/),
      expect.stringMatching(
        /^client\.grantTypes has the grant type implicit: access tokens appear/,
      ),
    ])
  })

  it('have a fix where anything but refresh tokens remains', () => {
    const mendOf = (...grant_types: string[]) =>
      findingOf('auth0', { grant_types }, 'password_grant')?.mend
    expect(mendOf('password', 'client_credentials')).toEqual({
      grantTypes: { remove: ['password'] },
    })
    expect(mendOf('password', 'refresh_token')).toBeUndefined()
    expect(mendOf('password')).toBeUndefined()
  })
})

describe('refresh tokens', () => {
  const DAY = 86_400
  const tokens = (members: Record<string, Json>) => ({
    refresh_token: {
      rotation_type: 'rotating',
      expiration_type: 'expiring',
      infinite_token_lifetime: false,
      token_lifetime: 400 * DAY,
      infinite_idle_token_lifetime: false,
      idle_token_lifetime: 30 * DAY,
      ...members,
    },
  })
  const longLived = (members: Record<string, Json>) =>
    findingOf('auth0', tokens(members), 'refresh_long_lived')

  it('may last for 90 days unused, and no second longer', () => {
    expect(longLived({ idle_token_lifetime: 90 * DAY })).toBeUndefined()
    expect(longLived({ idle_token_lifetime: 90 * DAY + 1 })).toMatchObject({
      field: 'client.refreshTokenIdleLifetime',
      message: 'client.refreshTokenIdleLifetime lets an unused refresh token last for 90 days.',
      mend: { refreshTokenIdleLifetime: 30 * DAY },
    })
  })

  it('end with the first of their two ends', () => {
    const idle = { infinite_idle_token_lifetime: true }
    expect(longLived({ ...idle, token_lifetime: 90 * DAY })).toBeUndefined()
    expect(longLived({ ...idle, token_lifetime: 200 * DAY })?.message).toMatch(/for 200 days\.$/)
  })

  it('without any end last for ever', () => {
    const members = { infinite_idle_token_lifetime: true, infinite_token_lifetime: true }
    expect(longLived(members)?.message).toMatch(/last forever\.$/)
  })

  it('of which a public client gets none need no rotation; others do', () => {
    const open = {
      app_type: 'spa',
      token_endpoint_auth_method: 'none',
      ...tokens({ rotation_type: 'non-rotating' }),
    }
    expect(idsOf('auth0', { ...open, ...CODE })).toEqual([])
    const refreshing = { ...open, grant_types: ['authorization_code', 'refresh_token'] }
    expect(idsOf('auth0', refreshing)).toEqual(['refresh_not_rotated'])
    expect(idsOf('auth0', { ...refreshing, ...tokens({}) })).toEqual([])
    expect(idsOf('auth0', { ...refreshing, refresh_token: undefined })).toContain(
      'refresh_not_rotated',
    )
  })
})

describe('limits', () => {
  const uris = (count: number, path: string) =>
    Array.from({ length: count }, (_, index) => `https://app.example.com/${path}/${index}`)

  it('are reported from nine tenths on, with what is held', () => {
    expect(idsOf('auth0', { allowed_logout_urls: uris(89, 'out') })).toEqual([])
    const [found] = lint('auth0', { allowed_logout_urls: uris(90, 'out') })
    expect(found).toMatchObject({
      rule: 'near_limit',
      field: 'client.allowedLogoutUrls',
      message: 'client.allowedLogoutUrls has 90 of the 100 values that the provider allows.',
    })
  })

  it('of a map are its keys', () => {
    const keys = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`key${index}`, 'x']))
    expect(idsOf('auth0', { client_metadata: keys(8) })).toEqual([])
    expect(idsOf('auth0', { client_metadata: keys(9) })).toEqual(['near_limit'])
  })

  it('that a mapping does not have are not reported', () => {
    expect(idsOf('local', { redirect_uris: uris(500, 'cb') })).toEqual([])
  })

  it('that are broken rules are reported in the words of the mapping', () => {
    const members = { DefaultRedirectURI: 'https://gone.example.com/cb' }
    const { mapping, clean } = PROVIDERS.cognito
    const broken = mapping.rules.filter((rule) => !rule.holds(withMembers(clean, members)))
    expect(broken).toHaveLength(1)
    const found = findingOf('cognito', members, 'rule_broken')
    expect(found?.message).toBe(broken[0]?.says)
  })
})

describe('warnings of a mapping', () => {
  const { mapping, clean } = PROVIDERS.auth0
  const asked = (warnings: NonNullable<typeof mapping.warnings> | undefined) => {
    const { warnings: _, ...plain } = { warnings: undefined, ...mapping }
    const whole = warnings === undefined ? plain : { ...plain, warnings }
    const client = showClient(mapping, clean)
    return { client, native: clean, mapping: whole, lint: mapping.lint, dangling: [], uris: [] }
  }

  it('are findings by their code, on the client where they name no field', () => {
    const all = () => [
      { code: 'one', message: 'One.' },
      { code: 'two', message: 'Two.' },
      { code: 'one', message: 'Three.', field: 'client.name' },
    ]
    expect(warned(asked(all), 'one')).toEqual([
      { field: 'client', message: 'One.' },
      { field: 'client.name', message: 'Three.' },
    ])
  })

  it('are none where the mapping has none', () => {
    expect(warned(asked(undefined), 'one')).toEqual([])
  })
})

describe('a fault of a mapping', () => {
  it('is no refusal: it is thrown, and no fix is kept back for it', () => {
    const fault = new Error('broken')
    const { mapping, clean } = PROVIDERS.auth0
    const broken = {
      ...mapping,
      rules: [
        {
          says: 'Never.',
          field: 'client.name',
          holds: (native: { name?: unknown }) => {
            if (native.name === 'Mended') throw fault
            return true
          },
        },
      ],
      lint: {
        rules: [
          {
            id: 'always',
            severity: 'info' as const,
            says: 'anything',
            source: 'this test',
            find: () => [{ field: 'client.name', message: 'Always.', mend: { name: 'Mended' } }],
          },
        ],
      },
    }
    expect(() => lintClient(broken, clean)).toThrow(fault)
  })
})

describe('fixes', () => {
  const { mapping, clean } = PROVIDERS.auth0
  const rule = (id: string, severity: 'warning' | 'info', from: string, mend?: FieldPatches) => ({
    id,
    severity,
    says: 'anything',
    source: 'this test',
    find: ({ native }: LintCase) =>
      native.name === from ? [{ field: 'client.name', message: 'So.', ...(mend && { mend }) }] : [],
  })
  const lintWith = (...rules: readonly LintRule[]) =>
    lintClient({ ...mapping, lint: { rules } }, clean)
  const rename = { name: 'Mended' }

  it('are offered where something as bad or less comes of them, and not where it is worse', () => {
    const told = (before: 'warning' | 'info', after: 'warning' | 'info') =>
      lintWith(rule('one', before, 'Example', rename), rule('two', after, 'Mended'))[0]?.mend
    expect(told('warning', 'info')).toEqual(rename)
    expect(told('warning', 'warning')).toEqual(rename)
    expect(told('info', 'warning')).toBeUndefined()
  })

  it('end a finding in one field while the rule is broken in another', () => {
    const uri = 'http://a.example.com/cb'
    const found = lint('auth0', { callbacks: [uri], allowed_logout_urls: [uri] })
    const patch = { remove: [uri], add: ['https://a.example.com/cb'] }
    expect(found.map(({ mend }) => mend)).toEqual([
      { callbacks: patch },
      { allowedLogoutUrls: patch },
    ])
  })

  it('need no warnings of the provider, which some of its rules read', () => {
    const { warnings: _, ...silent } = PROVIDERS.cognito.mapping
    expect(lintClient(silent, PROVIDERS.cognito.clean)).toEqual([])
  })

  it('need no rules of the provider', () => {
    const { lint: _, ...plain } = mapping
    expect(lintClient(plain, clean)).toEqual([])
    expect(lintClient(plain, withMembers(clean, CODE))).toEqual([])
    const open = withMembers(clean, { app_type: 'spa', token_endpoint_auth_method: 'none' })
    expect(lintClient(plain, open).map(({ rule }) => rule)).toContain('refresh_not_rotated')
  })
})
