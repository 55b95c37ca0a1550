/** Our signatures of AWS requests are those of the AWS SDK, byte for byte. */

import { Sha256 } from '@aws-crypto/sha256-js'
import { SignatureV4 } from '@smithy/signature-v4'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type SignableRequest, signRequest } from '../../src/core/sigv4.ts'
import { runs } from '../property.ts'

const plain: SignableRequest = {
  method: 'POST',
  url: 'https://cognito-idp.eu-central-1.amazonaws.com/',
  headers: {
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': 'AWSCognitoIdentityProviderService.DescribeUserPoolClient',
  },
  body: '{"UserPoolId":"eu-central-1_abc","ClientId":"x"}',
  region: 'eu-central-1',
  service: 'cognito-idp',
  credentials: { accessKeyId: 'AKID', secretAccessKey: 'secret' },
  at: new Date('2026-03-01T12:00:00.789Z'),
}

/** What the SDK's own signer sends for the same request. */
async function signedBySdk(request: SignableRequest): Promise<Record<string, string>> {
  const url = new URL(request.url)
  const signer = new SignatureV4({ ...request, sha256: Sha256 })
  const query: Record<string, string[]> = {}
  for (const name of url.searchParams.keys()) query[name] = url.searchParams.getAll(name)
  const { headers } = await signer.sign(
    {
      method: request.method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query,
      headers: { ...request.headers, host: url.host },
      body: request.body,
    },
    { signingDate: request.at },
  )
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  )
}

const name = fc.stringMatching(/^[a-z][a-z0-9]{0,12}$/)
const region = fc.constantFrom('eu-central-1', 'us-east-1', 'us-gov-west-1', 'local')
const host = fc.oneof(
  region.map((where) => `cognito-idp.${where}.amazonaws.com`),
  fc.nat(65535).map((port) => `127.0.0.1:${port}`),
  fc.constant('[::1]:8080'),
)
const path = fc
  .array(fc.oneof(fc.webSegment(), fc.constantFrom('.', '..', 'ä%2Fb', "!'()*")), { maxLength: 4 })
  .map((segments) => `/${segments.join('/')}`)
const query = fc
  .array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' })), {
    maxLength: 4,
  })
  .filter((pairs) => pairs.every(([key]) => key !== '__proto__' && !/^x-amz-signature$/i.test(key)))
  .map((pairs) => (pairs.length === 0 ? '' : `?${new URLSearchParams(pairs)}`))
const headerName = fc.oneof(
  name.map((rest) => `X-${rest}`),
  fc.constantFrom(
    'Content-Type',
    'X-Amz-Target',
    'User-Agent',
    'Proxy-Trace',
    'Sec-Mode',
    'Expect',
  ),
)
const headerValue = fc.stringMatching(/^[!-~ \t]{0,30}$/)
const requests: fc.Arbitrary<SignableRequest> = fc.record({
  method: fc.constantFrom('POST', 'GET', 'DELETE'),
  url: fc.tuple(fc.constantFrom('http', 'https'), host, path, query).map((parts) => {
    const [scheme, where, at, asked] = parts
    return `${scheme}://${where}${at}${asked}`
  }),
  headers: fc
    .uniqueArray(fc.tuple(headerName, headerValue), { selector: ([key]) => key, maxLength: 6 })
    .map((entries) => Object.fromEntries(entries)),
  body: fc.oneof(fc.string({ unit: 'grapheme', maxLength: 300 }), fc.json(), fc.constant('')),
  region,
  service: fc.constantFrom('cognito-idp', 'dynamodb', 'sts'),
  credentials: fc.record(
    {
      accessKeyId: fc.stringMatching(/^[A-Z0-9]{1,20}$/),
      secretAccessKey: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
      sessionToken: fc.base64String({ minLength: 4, maxLength: 400 }),
    },
    { requiredKeys: ['accessKeyId', 'secretAccessKey'] },
  ),
  at: fc.date({
    min: new Date('2000-01-01T00:00:00Z'),
    max: new Date('2100-01-01T00:00:00Z'),
    noInvalidDate: true,
  }),
})

it('sends what the SDK would send, byte for byte', async () => {
  await fc.assert(
    fc.asyncProperty(requests, async (request) => {
      expect(signRequest(request)).toEqual(await signedBySdk(request))
    }),
    { numRuns: runs(500) },
  )
})

it.each(['//.a/.', '//.a/..', '/a//b/', '//'])('signs the path %s as the SDK does', async (at) => {
  const request = { ...plain, url: `https://cognito-idp.eu-central-1.amazonaws.com${at}` }
  expect(signRequest(request)).toEqual(await signedBySdk(request))
})

it('derives a new key when the secret, the day, the region or the service changes', async () => {
  const variants: Partial<SignableRequest>[] = [
    {},
    { credentials: { accessKeyId: 'AKID', secretAccessKey: 'renewed' } },
    { at: new Date('2026-03-02T00:00:00Z') },
    { region: 'us-east-1' },
    { service: 'sts' },
    {},
  ]
  for (const variant of variants) {
    const request = { ...plain, ...variant }
    expect(signRequest(request)).toEqual(await signedBySdk(request))
  }
})

it('signs right again after more keys than it keeps', async () => {
  for (let day = 1; day <= 80; day += 1) {
    signRequest({ ...plain, at: new Date(Date.UTC(2026, 0, day)) })
  }
  expect(signRequest(plain)).toEqual(await signedBySdk(plain))
})

it('sends the session token and signs it', () => {
  const credentials = { ...plain.credentials, sessionToken: 'token==' }
  const headers = signRequest({ ...plain, credentials })
  expect(headers['x-amz-security-token']).toBe('token==')
  expect(headers.authorization).toContain('x-amz-date;x-amz-security-token;x-amz-target')
})

it('replaces a stale date, host or signature among the given headers', () => {
  const stale = { Authorization: 'old', 'X-Amz-Date': '19990101T000000Z', Host: 'elsewhere' }
  const headers = signRequest({ ...plain, headers: { ...plain.headers, ...stale } })
  expect(headers).toEqual(signRequest(plain))
})
