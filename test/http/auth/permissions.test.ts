/** Scopes to permissions, per provider, and the 403 that names what is missing. */

import { describe, expect, it } from 'vitest'
import { isClientError } from '../../../src/core/errors.ts'
import { PERMISSIONS, type Permission } from '../../../src/core/rights/permissions.ts'
import {
  createPermissions,
  type PermissionSettings,
  requirePermission,
} from '../../../src/http/auth/permissions.ts'
import type { Principal } from '../../../src/http/auth/principal.ts'

const ISSUER = 'https://issuer.example'
const OTHER = 'https://other.example'

const holding = (...scopes: readonly string[]): Principal => ({
  subject: 'user',
  issuer: ISSUER,
  scopes: new Set(scopes),
  expiresAt: 0,
})

const MAPPED: PermissionSettings = {
  permissions: [
    { scope: 'reader', issuer: ISSUER, grants: ['clients:read'] },
    { scope: 'writer', issuer: ISSUER, grants: ['clients:read', 'clients:write'] },
    { scope: 'everyone', issuer: 'any', grants: ['metrics:read'] },
    {
      scope: 'staging',
      issuer: ISSUER,
      grants: ['clients:write', 'clients:delete'],
      providers: ['cognito-test'],
    },
  ],
}

const of = (settings: PermissionSettings, principal: Principal, providerId = 'auth0') =>
  [...createPermissions(settings).of(principal, providerId)].sort()

function refusal(settings: PermissionSettings, permission: Permission, providerId = 'auth0') {
  try {
    const demand = { principal: holding('reader'), providerId, permission }
    requirePermission(createPermissions(settings), demand)
  } catch (thrown) {
    if (isClientError(thrown, 'insufficient_scope')) {
      return { message: thrown.message, challenge: thrown.details.headers?.['www-authenticate'] }
    }
    throw thrown
  }
  return undefined
}

describe('permissions', () => {
  it('are all granted where nothing is mapped, but for what is granted by name only', () => {
    const named = ['access:grant']
    expect(of({}, holding())).toEqual(PERMISSIONS.filter((one) => !named.includes(one)).sort())
    expect(refusal({}, 'secrets:read')).toBeUndefined()
  })

  it('are none where the mapping is empty', () => {
    expect(of({ permissions: [] }, holding('reader'))).toEqual([])
  })

  it('are those of the scopes that the caller holds', () => {
    expect(of(MAPPED, holding('reader'))).toEqual(['clients:read'])
    expect(of(MAPPED, holding('reader', 'writer'))).toEqual(['clients:read', 'clients:write'])
    expect(of(MAPPED, holding())).toEqual([])
  })

  it('do not reach secrets by writing', () => {
    expect(of(MAPPED, holding('writer'))).not.toContain('secrets:read')
  })

  it('are those of the issuer that the row names, compared whole', () => {
    const every = ['reader', 'writer', 'staging', 'everyone']
    for (const issuer of [OTHER, `${ISSUER}/`, ISSUER.toUpperCase(), 'any', '']) {
      const stranger = { ...holding(...every), issuer }
      expect(of(MAPPED, stranger), issuer).toEqual(['metrics:read'])
      expect(of(MAPPED, stranger, 'cognito-test'), issuer).toEqual(['metrics:read'])
    }
    expect(of(MAPPED, holding(...every))).toContain('clients:write')
  })

  it('hold only at the providers of the row', () => {
    expect(of(MAPPED, holding('staging'), 'cognito-test')).toEqual([
      'clients:delete',
      'clients:write',
    ])
    expect(of(MAPPED, holding('staging'), 'cognito')).toEqual([])
  })
})

describe('requirePermission', () => {
  it('lets pass who has it', () => {
    expect(refusal(MAPPED, 'clients:read')).toBeUndefined()
  })

  it('names the scopes that would do', () => {
    expect(refusal(MAPPED, 'clients:write', 'cognito-test')).toEqual({
      message: 'This needs the permission clients:write, granted by the scope writer or staging.',
      challenge: 'Bearer realm="clientry", error="insufficient_scope", scope="writer"',
    })
  })

  it('names only scopes that would do at this provider', () => {
    expect(refusal(MAPPED, 'clients:write')?.message).not.toContain('staging')
  })

  it('says that no scope would do', () => {
    expect(refusal(MAPPED, 'secrets:rotate')).toEqual({
      message:
        'This needs the permission secrets:rotate, which no scope and no claim of this token grants here. A row of auth.permissions in the configuration of the server can grant it.',
      challenge: 'Bearer realm="clientry", error="insufficient_scope"',
    })
  })
})
