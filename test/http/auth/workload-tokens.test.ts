/** Tokens of CI systems and clusters, with the members that their documentation shows, through the verifier to a grant. */

import { afterAll, beforeAll, expect, it } from 'vitest'
import { createPermissions, type PermissionGrant } from '../../../src/http/auth/permissions.ts'
import { createVerifier } from '../../../src/http/auth/verify.ts'
import { type SigningKey, START, sign, signingKey, startKeyServer } from './issuer.ts'

const AUDIENCE = 'https://clientry.example.com'

let key: SigningKey
let server: Awaited<ReturnType<typeof startKeyServer>>
beforeAll(async () => {
  key = await signingKey('key-1', 'RS256')
  server = await startKeyServer()
  server.publish(key)
})
afterAll(() => server.close())

interface Workload {
  readonly issuer: string
  readonly header: Readonly<Record<string, unknown>>
  readonly claims: Readonly<Record<string, unknown>>
  readonly rule: NonNullable<PermissionGrant['claims']>
  /** Of another workload of the same issuer. */
  readonly other: Readonly<Record<string, unknown>>
}

const WORKLOADS: Readonly<Record<string, Workload>> = {
  // https://docs.github.com/en/actions/reference/security/oidc
  'GitHub Actions': {
    issuer: 'https://token.actions.githubusercontent.com',
    header: { typ: 'JWT', x5t: 'example-thumbprint' },
    claims: {
      aud: AUDIENCE,
      sub: 'repo:octo-org/octo-repo:environment:prod',
      environment: 'prod',
      ref: 'refs/heads/main',
      repository: 'octo-org/octo-repo',
      repository_owner: 'octo-org',
      repository_id: '74',
      run_attempt: '2',
      nbf: START - 10,
    },
    rule: { repository: [{ pattern: 'octo-org/*' }], environment: ['prod'] },
    other: { repository: 'other-org/octo-repo' },
  },
  // https://docs.gitlab.com/ci/secrets/id_token_authentication/
  GitLab: {
    issuer: 'https://gitlab.com',
    header: { typ: 'JWT' },
    claims: {
      aud: AUDIENCE,
      sub: 'project_path:my-group/my-project:ref_type:branch:ref:main',
      project_path: 'my-group/my-project',
      namespace_path: 'my-group',
      groups_direct: ['my-group', 'my-group/inner'],
      ref_path: 'refs/heads/main',
      ref_protected: 'true',
      runner_id: 1,
      user_identities: [{ provider: 'github', extern_uid: '2435223452345' }],
      nbf: START - 10,
    },
    rule: {
      namespace_path: ['my-group'],
      groups_direct: ['my-group/inner'],
      ref_protected: ['true'],
    },
    other: { groups_direct: ['my-group'] },
  },
  // https://kubernetes.io/docs/reference/access-authn-authz/service-accounts-admin/
  Kubernetes: {
    issuer: 'https://kubernetes.default.svc.cluster.local',
    header: { typ: undefined },
    claims: {
      aud: [AUDIENCE],
      sub: 'system:serviceaccount:shop:deployer',
      'kubernetes.io': {
        namespace: 'shop',
        serviceaccount: { name: 'deployer', uid: '14ee3fa4-a7e2-420f-9f9a-dbc4507c3798' },
      },
      jti: 'ed55d0f1-3c0c-4ea0-9d5d-1f1f3d1f6f6f',
      nbf: START,
    },
    rule: { sub: [{ pattern: 'system:serviceaccount:shop:*' }] },
    other: { sub: 'system:serviceaccount:shop-2:deployer' },
  },
  'an issuer with groups': {
    issuer: 'https://login.example.com',
    header: {},
    claims: {
      aud: AUDIENCE,
      sub: 'alice',
      client_id: 'console',
      'https://example.com/groups': ['staff', 'identity'],
    },
    rule: { 'https://example.com/groups': ['identity'] },
    other: { 'https://example.com/groups': ['staff'] },
  },
}

const NAMES = Object.keys(WORKLOADS)

it.each(NAMES)('%s: what its claims grant, and to no other workload', async (name) => {
  const { issuer, header, claims, rule, other } = WORKLOADS[name] as Workload
  const grants = ['clients:read', 'clients:write'] as const
  const verify = createVerifier({
    issuers: [
      {
        issuer,
        jwksUrl: server.url,
        audience: [AUDIENCE],
        requireTyp: header.typ === undefined && !('typ' in header),
        claimNames: Object.keys(rule),
      },
    ],
    fetchDocument: async (url) => {
      const answer = await fetch(url)
      return { status: answer.status, text: await answer.text() }
    },
    now: () => START * 1_000,
  })
  const permissions = createPermissions({ permissions: [{ issuer, claims: rule, grants }] })
  const granted = async (more: Readonly<Record<string, unknown>>) => {
    const content = { iss: issuer, iat: START, exp: START + 300, ...claims, ...more }
    const caller = await verify(await sign(key, content, header), START * 1_000 + 5_000)
    return [...permissions.of(caller, 'any-provider')]
  }
  expect(await granted({})).toEqual(grants)
  expect(await granted(other)).toEqual([])
  for (const claim of Object.keys(rule).filter((one) => one !== 'sub')) {
    expect(await granted({ [claim]: undefined }), claim).toEqual([])
  }
  // Made for another service, or signed by a key that only claims to be the issuer's.
  await expect(granted({ aud: 'https://other.example.com' })).rejects.toMatchObject({
    code: 'unauthenticated',
  })
  const forged = await signingKey(key.kid, 'RS256')
  const token = await sign(forged, { iss: issuer, iat: START, exp: START + 300, ...claims }, header)
  await expect(verify(token, START * 1_000 + 5_000)).rejects.toMatchObject({
    code: 'unauthenticated',
  })
})
