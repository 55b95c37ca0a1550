/** What Cognito keeps of a client outside of its record, in copies; against a service of its own. */

import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { parseMergePatch } from '../../src/core/patch/patch.ts'
import { copyClient } from '../../src/service/life/copy.ts'
import {
  type CognitoService,
  POOL,
  REF,
  type Reply,
  refusal,
  startCognito,
} from './cognito-service.ts'

const DENIED = refusal('AccessDeniedException', 'not authorized to perform')
const NONE = refusal('ResourceNotFoundException', 'there is none')

let service: CognitoService
let answers: Readonly<Record<string, Reply>>

beforeEach(async () => {
  answers = {
    GetUserPoolClientSessionConfiguration: [200, { SSOSession: { MaxValidityMinutes: 60 } }],
    DescribeManagedLoginBrandingByClient: NONE,
    DescribeRiskConfiguration: [200, { RiskConfiguration: { UserPoolId: POOL } }],
  }
  service = await startCognito((operation) => answers[operation])
  service.clients.set('first', {
    UserPoolId: POOL,
    ClientId: 'first',
    ClientName: 'First',
    ClientSecret: 'a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6q7r8s9t0u1v2w3x4y5z',
  })
})
afterEach(() => service.close())

const copy = (options: { allowLoss?: boolean; dryRun?: boolean } = {}) =>
  copyClient(service.bench.service, {
    source: { ref: REF, provider: service.provider, removedToo: false },
    provider: service.provider,
    place: { provider: 'cognito', userPoolId: POOL },
    kind: 'web',
    patch: parseMergePatch({ name: 'Copy', callbacks: ['https://app.example.com/cb'] }),
    allowLoss: false,
    dryRun: true,
    actor: { subject: 'tester', issuer: 'https://issuer.example' },
    requestId: randomUUID(),
    deadline: Date.now() + 10_000,
    ...options,
  })

const outside = async () => {
  const { copy: told } = await copy()
  const of = (list: readonly { field: string; before?: unknown }[] = []) =>
    list.filter(({ field }) => field.startsWith('elsewhere.'))
  return { lost: of(told?.report.lost), unread: of(told?.report.unread) }
}

it('says nothing of what no one has set', async () => {
  expect(await outside()).toEqual({ lost: [], unread: [] })
})

it('names what a copy does not have, and asks for that loss', async () => {
  const risk: JsonObject = { UserPoolId: POOL, ClientId: 'first', AccountTakeover: {} }
  answers = {
    GetUserPoolClientSessionConfiguration: [200, { SSOSession: { MaxValidityMinutes: 480 } }],
    DescribeManagedLoginBrandingByClient: [200, { ManagedLoginBranding: { UserPoolId: POOL } }],
    DescribeRiskConfiguration: [200, { RiskConfiguration: risk }],
  }
  const { lost, unread } = await outside()
  expect(lost.map(({ field, before }) => [field, before])).toEqual([
    ['elsewhere.SSOSession', { MaxValidityMinutes: 480 }],
    ['elsewhere.ManagedLoginBranding', undefined],
    ['elsewhere.RiskConfiguration', undefined],
  ])
  expect(unread).toEqual([])
  service.sent.length = 0
  await expect(copy({ dryRun: false })).rejects.toMatchObject({ code: 'lossy_copy' })
  expect(service.sent.map(([operation]) => operation)).not.toContain('CreateUserPoolClient')
})

it('reports what it may not read, and copies the client all the same', async () => {
  answers = Object.fromEntries(Object.keys(answers).map((operation) => [operation, DENIED]))
  const { lost, unread } = await outside()
  expect(lost).toEqual([])
  expect(unread.map(({ field }) => field)).toEqual([
    'elsewhere.SSOSession',
    'elsewhere.ManagedLoginBranding',
    'elsewhere.RiskConfiguration',
  ])
})
