/**
 * Identity providers and scopes that a pool no longer has, at a service of its own. Its refusals are quoted in
 * lgallard/terraform-aws-cognito-user-pool pull request 72 and awsdocs/aws-cloudformation-user-guide#564.
 */

import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { lintOne } from '../../src/service/reading/lint-one.ts'
import {
  type CognitoService,
  POOL,
  REF,
  type Reply,
  refusal,
  startCognito,
} from './cognito-service.ts'

const CLIENT: JsonObject = {
  UserPoolId: POOL,
  ClientId: 'first',
  ClientName: 'First',
  AllowedOAuthFlows: ['code'],
  AllowedOAuthFlowsUserPoolClient: true,
  AllowedOAuthScopes: ['openid', 'api/read'],
  CallbackURLs: ['https://app.example.com/cb'],
  SupportedIdentityProviders: ['COGNITO', 'Okta'],
  EnableTokenRevocation: true,
  PreventUserExistenceErrors: 'ENABLED',
  ReadAttributes: ['email'],
  WriteAttributes: ['name'],
  RefreshTokenRotation: { Feature: 'ENABLED' },
  ExplicitAuthFlows: ['ALLOW_USER_SRP_AUTH'],
}

const PROVIDERS = [{ ProviderName: 'Okta', ProviderType: 'SAML' }]
/** On the second page, which a page of the first size does not reach. */
const PAGES: Readonly<Record<string, JsonObject>> = {
  '': { ResourceServers: [{ Identifier: 'other', Scopes: [] }], NextToken: 'two' },
  two: { ResourceServers: [{ Identifier: 'api', Scopes: [{ ScopeName: 'read' }] }] },
}

let mayList: boolean
let service: CognitoService

function answer(operation: string, input: JsonObject): Reply | undefined {
  const list = (name: string) => (input[name] ?? []) as readonly string[]
  if (operation.startsWith('ListI') || operation.startsWith('ListR')) {
    if (!mayList) return refusal('AccessDeniedException', 'User is not authorized to perform it')
    if (operation === 'ListIdentityProviders') return [200, { Providers: PROVIDERS }]
    return [200, PAGES[String(input.NextToken ?? '')] ?? {}]
  }
  if (operation !== 'UpdateUserPoolClient') return undefined
  const scope = list('AllowedOAuthScopes').find((one) => !['openid', 'api/read'].includes(one))
  if (scope !== undefined) {
    return refusal('ScopeDoesNotExistException', `Invalid scope requested: ${scope}`)
  }
  const name = list('SupportedIdentityProviders').find((one) => !['COGNITO', 'Okta'].includes(one))
  const says = `The provider ${name} does not exist for User Pool ${POOL}`
  return name === undefined ? undefined : refusal('InvalidParameterException', says)
}

beforeEach(async () => {
  mayList = true
  service = await startCognito(answer)
})

afterEach(() => service.close())

const client = (members: JsonObject) => void service.clients.set('first', { ...CLIENT, ...members })
const rename = { name: 'Renamed' }

describe.each([
  ['supportedIdp', 'OldSAML', { SupportedIdentityProviders: ['COGNITO', 'Okta', 'OldSAML'] }],
  ['scopes', 'api/gone', { AllowedOAuthScopes: ['openid', 'api/read', 'api/gone'] }],
])('a value of %s that the pool no longer has', (field, value, members) => {
  const mend = { client: { [field]: { remove: [value] } } }
  beforeEach(() => client(members))

  it('is named by a dry run, with the PATCH that removes it', async () => {
    const { warnings } = await service.bench.change(REF, rename, { dryRun: true })
    expect(warnings).toEqual([
      {
        code: 'dangling_reference',
        field: `client.${field}`,
        message: expect.stringContaining(value),
        mend,
      },
    ])
  })

  it('is named by the refusal, with the PATCH that removes it, which is taken', async () => {
    const refused = await service.bench.change(REF, rename).catch((error: unknown) => error)
    expect(refused).toMatchObject({
      code: 'provider_refused',
      message: expect.stringContaining(value),
      details: { field: `client.${field}`, mend, outcome: 'not_applied' },
    })
    expect((await service.bench.change(REF, mend.client)).outcome).toBe('applied')
    expect((await service.bench.change(REF, rename)).outcome).toBe('applied')
  })

  it('is found by lint, with the same PATCH', async () => {
    const { provider, bench } = service
    const request = { ref: REF, provider, requestId: randomUUID(), deadline: Date.now() + 5_000 }
    const { findings } = await lintOne(bench.service, request)
    expect(findings).toEqual([
      expect.objectContaining({ rule: 'dangling_reference', severity: 'error', mend: mend.client }),
    ])
  })

  it('is not named to a caller who may not read the client', async () => {
    const attempt = service.bench.change(REF, rename, { maySeeClient: false })
    const refused = await attempt.catch((error: unknown) => error)
    expect(JSON.stringify([String(refused), refused])).not.toContain(value)
  })

  it('is not guessed where the server may not list what the pool has', async () => {
    mayList = false
    const { warnings } = await service.bench.change(REF, rename, { dryRun: true })
    expect(warnings).toEqual([])
    await expect(service.bench.change(REF, rename)).rejects.toMatchObject({
      code: 'provider_refused',
      field: `client.${field}`,
    })
  })
})

describe('references', () => {
  it('that the pool has are none, on whichever page, and cost a change nothing', async () => {
    client({})
    expect((await service.bench.change(REF, rename, { dryRun: true })).warnings).toEqual([])
    service.sent.length = 0
    await service.bench.change(REF, rename)
    expect(service.sent.map(([operation]) => operation)).toEqual([
      'DescribeUserPoolClient',
      'ListUserPoolClientSecrets',
      'UpdateUserPoolClient',
    ])
  })

  it('that the request itself brings are named without a PATCH, since there is nothing to remove', async () => {
    client({})
    const patch = { supportedIdp: { add: ['Nowhere'] } }
    const refused = await service.bench.change(REF, patch).catch((error: unknown) => error)
    expect(refused).toMatchObject({ message: expect.stringContaining('Nowhere') })
    expect(refused).not.toHaveProperty('details.mend')
  })

  it('are not offered for removal where the rules do not take that', async () => {
    client({ AllowedOAuthScopes: ['api/gone'] })
    const refused = await service.bench.change(REF, rename).catch((error: unknown) => error)
    expect(refused).toMatchObject({ message: expect.stringContaining('api/gone') })
    expect(refused).not.toHaveProperty('details.mend')
  })
})
