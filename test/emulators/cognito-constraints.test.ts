/** The bounds of Cognito's service model, which its emulator checks before anything else. */

import { expect } from 'vitest'
import { type CognitoCaller, type Members, POOL, refusalOf } from './cognito-caller.ts'
import { onOneCognito } from './on-cognito.ts'

let call: CognitoCaller

const it = onOneCognito({ pools: [{ id: POOL }], lockMs: 0 }, (opened) => {
  call = opened.call
})

const createWith = (members: Members) =>
  call('CreateUserPoolClient', { UserPoolId: POOL, ClientName: 'app', ...members })

const URI_CONSTRAINTS =
  '[Member must have length less than or equal to 1024, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [\\p{L}\\p{M}\\p{S}\\p{N}\\p{P}]+]'
const at = (member: string) => `at '${member}' failed to satisfy constraint: Member must`

const BROKEN: readonly [string, Members, string][] = [
  ['a name that is missing', { ClientName: null }, `Value null ${at('clientName')} not be null`],
  [
    'a name with other characters',
    { ClientName: 'a/b' },
    `Value 'a/b' ${at('clientName')} satisfy regular expression pattern: [\\w\\s+=,.@-]+`,
  ],
  [
    'a long name',
    { ClientName: 'x'.repeat(129) },
    `Value '${'x'.repeat(129)}' ${at('clientName')} have length less than or equal to 128`,
  ],
  [
    'white space beyond ASCII',
    { ClientName: 'a\u00a0b' },
    `Value 'a\u00a0b' ${at('clientName')} satisfy regular expression pattern: [\\w\\s+=,.@-]+`,
  ],
  [
    'a session that is too short',
    { AuthSessionValidity: 2 },
    `Value '2' ${at('authSessionValidity')} have value greater than or equal to 3`,
  ],
  [
    'a session that is too long',
    { AuthSessionValidity: 16 },
    `Value '16' ${at('authSessionValidity')} have value less than or equal to 15`,
  ],
  [
    'an empty text in a list',
    { LogoutURLs: [''] },
    `Value '[]' ${at('logoutURLs')} satisfy constraint: ${URI_CONSTRAINTS}`,
  ],
  [
    'an unknown flow',
    { AllowedOAuthFlows: ['code', 'token'] },
    `Value '[code, token]' ${at('allowedOAuthFlows')} satisfy constraint: [Member must satisfy enum value set: [implicit, client_credentials, code]]`,
  ],
  [
    'more than 100 callbacks',
    { CallbackURLs: Array(101).fill('a:b') },
    `Value '[${Array(101).fill('a:b').join(', ')}]' ${at('callbackURLs')} have length less than or equal to 100`,
  ],
  [
    'an unknown unit',
    { TokenValidityUnits: { IdToken: 'weeks' } },
    `Value 'weeks' ${at('tokenValidityUnits.idToken')} satisfy enum value set: [seconds, minutes, hours, days]`,
  ],
  [
    'rotation without a feature',
    { RefreshTokenRotation: { RetryGracePeriodSeconds: 5 } },
    `Value null ${at('refreshTokenRotation.feature')} not be null`,
  ],
  [
    'a secret, without repeating it',
    { ClientSecret: 'short' },
    `Value ${at('clientSecret')} have length greater than or equal to 24`,
  ],
]

it.each(BROKEN)('refuses %s', async (_what, members, fault) => {
  expect(refusalOf(await createWith(members))).toEqual({
    status: 400,
    type: 'InvalidParameterException',
    message: `1 validation error detected: ${fault}`,
  })
})

it('reports all broken constraints at once', async () => {
  const answer = await createWith({ ClientName: '', AuthSessionValidity: 99 })
  expect(answer.body.message).toBe(
    [
      `3 validation errors detected: Value '' ${at('clientName')} have length greater than or equal to 1`,
      `Value '' ${at('clientName')} satisfy regular expression pattern: [\\w\\s+=,.@-]+`,
      `Value '99' ${at('authSessionValidity')} have value less than or equal to 15`,
    ].join('; '),
  )
})

it('refuses a malformed pool id before it looks for the pool', async () => {
  const answer = await call('DescribeUserPoolClient', { UserPoolId: 'pool', ClientId: 'x' })
  expect(answer.body.message).toBe(
    `1 validation error detected: Value 'pool' ${at('userPoolId')} satisfy regular expression pattern: [\\w-]+_[0-9a-zA-Z]+`,
  )
})

it.each([
  'ClientSecret',
  'CreationDate',
  'LastModifiedDate',
  'ClientType',
  'GenerateSecret',
  'Invented',
])('refuses %s in an update', async (name) => {
  const created = await createWith({ GenerateSecret: true })
  const { ClientId } = created.body.UserPoolClient as Members
  const answer = await call('UpdateUserPoolClient', { UserPoolId: POOL, ClientId, [name]: 'x' })
  expect(refusalOf(answer)).toEqual({
    status: 400,
    type: 'SerializationException',
    message: `Unknown member ${name} in the request.`,
  })
})

it.each<[string, Members]>([
  ['a number for a text', { ClientName: 7 }],
  ['a text for a list', { CallbackURLs: 'https://a' }],
  ['a number in a list', { CallbackURLs: [7] }],
  ['a text for a number', { AuthSessionValidity: '3' }],
  ['a fraction for a whole number', { AuthSessionValidity: 3.5 }],
  ['a text for a boolean', { EnableTokenRevocation: 'true' }],
  ['a list for an object', { TokenValidityUnits: [] }],
  ['an unknown member inside', { TokenValidityUnits: { Access: 'days' } }],
])('refuses %s', async (_what, members) => {
  const { status, body } = await createWith(members)
  expect({ status, type: body.__type }).toEqual({ status: 400, type: 'SerializationException' })
})
