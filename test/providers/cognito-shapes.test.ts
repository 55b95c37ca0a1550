/**
 * Records of Cognito as the service of 2026 shows them, at a server of its own that knows nothing of our
 * tables: it refuses what UpdateUserPoolClientRequest lacks (service model of botocore 1.44.8) and a role
 * beside an ARN of analytics, and replaces the rest.
 */

import { randomUUID } from 'node:crypto'
import { beforeEach, describe, expect } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { showClient } from '../../src/core/mapping/mapping.ts'
import { parseMergePatch } from '../../src/core/patch/patch.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { copyClient } from '../../src/service/life/copy.ts'
import { readHistory } from '../../src/service/reading/history.ts'
import { rotateSecret } from '../../src/service/secrets/rotate.ts'
import { type Bench, callInTime, requestFor } from '../contract/service.ts'
import { onFresh } from '../fixtures/opened.ts'
import {
  type CognitoService,
  POOL,
  REF,
  type Reply,
  SHOWN,
  startCognito,
} from './cognito-service.ts'

const SECRET_ARN = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:cognito/first-AbCdEf'
const APP = 'arn:aws:mobiletargeting:us-east-1:123456789012:apps/abc'
const ROLE =
  'arn:aws:iam::123456789012:role/aws-service-role/cognito-idp.amazonaws.com/AWSServiceRoleForAmazonCognitoIdp'

/** Shown where nothing was sent (terraform-provider-aws, TestAccCognitoIDPUserPoolClient_basic). */
const DEFAULTS = {
  TokenValidityUnits: {},
  RefreshTokenValidity: 30,
  EnableTokenRevocation: true,
  EnablePropagateAdditionalUserContextData: false,
  AuthSessionValidity: 3,
}

let bench: Bench
let provider: Provider
let clients: Map<string, JsonObject>
let sent: CognitoService['sent']

const it = onFresh(
  () => startCognito(answerTo),
  (opened) => {
    ;({ provider, bench, clients, sent } = opened)
  },
)

function answerTo(operation: string, input: JsonObject): Reply {
  const refusal = (type: string): Reply => [400, { __type: type, message: 'No.' }]
  const { GenerateSecret, ...members } = input
  const id = operation === 'CreateUserPoolClient' ? `made-${clients.size}` : String(input.ClientId)
  const before = clients.get(id)
  if (operation === 'ListUserPoolClientSecrets') return refusal('InvalidParameterException')
  if (operation === 'DescribeUserPoolClient') {
    return before ? [200, { UserPoolClient: before }] : refusal('ResourceNotFoundException')
  }
  if (SHOWN.some((name) => name in members)) return refusal('SerializationException')
  const analytics = input.AnalyticsConfiguration as JsonObject | undefined
  const byArn = analytics?.ApplicationArn !== undefined
  if (byArn && analytics?.RoleArn !== undefined) return refusal('InvalidParameterException')
  const kept = Object.entries(before ?? {}).filter(([name]) => SHOWN.includes(name))
  const after: JsonObject = {
    ...DEFAULTS,
    ...Object.fromEntries(kept),
    ...(GenerateSecret === true ? { ClientSecret: 'made-by-the-service-made-by' } : {}),
    ...members,
    ClientId: id,
    ...(byArn
      ? { AnalyticsConfiguration: { UserDataShared: false, ...analytics, RoleArn: ROLE } }
      : {}),
  }
  clients.set(id, after)
  return [200, { UserPoolClient: after }]
}

const CLIENT: JsonObject = {
  UserPoolId: POOL,
  ClientId: 'first',
  ClientName: 'First',
  ClientSecretArn: SECRET_ARN,
  AllowedOAuthFlows: ['client_credentials'],
  AllowedOAuthScopes: ['orders/read'],
  AllowedOAuthFlowsUserPoolClient: true,
  CreationDate: 1_780_000_000,
  LastModifiedDate: 1_780_000_000,
  ...DEFAULTS,
}

const read = () => provider.read(REF, callInTime())

const copy = () =>
  copyClient(bench.service, {
    source: { ref: REF, provider, removedToo: false },
    provider,
    place: { provider: 'cognito', userPoolId: POOL },
    patch: parseMergePatch({ name: 'Second' }),
    allowLoss: false,
    dryRun: false,
    actor: { subject: 'tester', issuer: 'https://issuer.example' },
    requestId: randomUUID(),
    deadline: Date.now() + 10_000,
  })

/** What the history says of changes that no one asked for. */
async function unasked() {
  const { items } = await readHistory(bench.service, REF, { limit: 20 })
  return items.flatMap(({ kind, surprises = [] }) =>
    kind === 'change' ? surprises.map(({ field }) => field) : [kind],
  )
}

describe('a secret that is kept in AWS Secrets Manager', () => {
  beforeEach(() => void clients.set('first', CLIENT))

  it('belongs to a confidential client, and its ARN is a setting that is only shown', async () => {
    const client = showClient(provider.mapping, await read())
    expect(client.tokenEndpointAuthMethod).toBe('client_secret_basic')
    expect(client.secret).toBeNull()
    expect(client.providerSettings.ClientSecretArn).toBe(SECRET_ARN)
    const attempt = bench.change(REF, { providerSettings: { ClientSecretArn: 'arn:other' } })
    await expect(attempt).rejects.toMatchObject({ code: 'read_only_field' })
  })

  it('lets the client be changed, and stays', async () => {
    await bench.change(REF, { name: 'Renamed' })
    expect(clients.get('first')).toMatchObject({
      ClientName: 'Renamed',
      ClientSecretArn: SECRET_ARN,
    })
    expect(await unasked()).toEqual([])
  })

  it('is not rotated here, for the reason that is given, and nothing is sent', async () => {
    const { patch: _, ...request } = requestFor(bench.service, REF, {})
    const rotation = rotateSecret(bench.service, { ...request, cutOver: false })
    await expect(rotation).rejects.toMatchObject({
      code: 'unsupported_operation',
      message: expect.stringContaining('AWS Secrets Manager'),
    })
    expect(sent.map(([operation]) => operation)).not.toContain('AddUserPoolClientSecret')
  })

  it('makes a copy one with a secret too', async () => {
    const made = await copy()
    expect(made.copy?.report.lost).toEqual([])
    expect(made.secret?.reveal()).toBe('made-by-the-service-made-by')
    expect(clients.get('made-1')).not.toHaveProperty('ClientSecretArn')
  })
})

describe('analytics by ARN', () => {
  const shown = { ApplicationArn: APP, RoleArn: ROLE, UserDataShared: false }
  beforeEach(() => void clients.set('first', { ...CLIENT, AnalyticsConfiguration: shown }))

  it('stay as they are in a change of something else', async () => {
    await bench.change(REF, { name: 'Renamed' })
    expect(clients.get('first')).toMatchObject({
      ClientName: 'Renamed',
      AnalyticsConfiguration: shown,
    })
    expect(await unasked()).toEqual([])
  })

  it('can be changed beside the role, and set anew without a surprise', async () => {
    await bench.change(REF, {
      providerSettings: { AnalyticsConfiguration: { UserDataShared: true } },
    })
    expect(clients.get('first')?.AnalyticsConfiguration).toEqual({ ...shown, UserDataShared: true })
    await bench.change(REF, { providerSettings: { AnalyticsConfiguration: null } })
    expect(clients.get('first')).not.toHaveProperty('AnalyticsConfiguration')
    const { changes } = await bench.change(REF, {
      providerSettings: { AnalyticsConfiguration: { ApplicationArn: APP } },
    })
    expect(changes).toHaveLength(1)
    expect(clients.get('first')?.AnalyticsConfiguration).toEqual(shown)
    expect(await unasked()).toEqual([])
  })

  it('are copied without the role', async () => {
    const made = await copy()
    expect(made.copy?.report.lost).toEqual([])
    expect(clients.get('made-1')?.AnalyticsConfiguration).toEqual(shown)
  })

  it.each([
    { RoleArn: 'arn:aws:iam::123456789012:role/mine' },
    { ExternalId: 'mine' },
    { ApplicationId: 'abc' },
  ])('take no %j', async (members) => {
    const change = { providerSettings: { AnalyticsConfiguration: members } }
    await expect(bench.change(REF, change)).rejects.toMatchObject({ code: 'rule_violated' })
    expect(sent.map(([operation]) => operation)).not.toContain('UpdateUserPoolClient')
  })
})
