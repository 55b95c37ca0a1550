/**
 * Verifies AWS Signature Version 4 as the service does, so that a signer which works here works there.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 * The texts are those that public issues of the AWS SDKs quote; which of two faults is reported first is
 * unverified. A session token is accepted as signed: the keys here are long-lived.
 */

import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { EmulatorRequest } from '../wire.ts'
import { refuse } from './refusal.ts'

export interface Keys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

const MAX_SKEW_MS = 5 * 60_000
const MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.'

interface Authorization {
  readonly accessKeyId: string
  readonly date: string
  readonly region: string
  readonly service: string
  readonly terminator: string
  readonly signedHeaders: readonly string[]
  readonly signature: string
}

/** The region that the request was signed for. */
export function verifiedRegion(request: EmulatorRequest, keys: Keys): string {
  const authorization = parsedAuthorization(request.headers.authorization)
  const date = header(request, 'x-amz-date')
  checkScope(authorization, date)
  checkClock(date)
  if (authorization.accessKeyId !== keys.accessKeyId) {
    refuse('UnrecognizedClientException', 'The security token included in the request is invalid.')
  }
  const expected = signatureOf(request, authorization, date, keys.secretAccessKey)
  const claim = Buffer.from(authorization.signature, 'hex')
  if (claim.length !== expected.length || !timingSafeEqual(claim, expected)) {
    refuse('InvalidSignatureException', MISMATCH)
  }
  return authorization.region
}

function parsedAuthorization(text: string | undefined): Authorization {
  if (text === undefined) {
    return refuse('MissingAuthenticationTokenException', 'Missing Authentication Token')
  }
  const [, credential = '', headers = '', signature = ''] =
    /^AWS4-HMAC-SHA256 +Credential=([^,\s]+), *SignedHeaders=([^,\s]+), *Signature=([0-9a-f]{64})$/.exec(
      text,
    ) ?? []
  const [accessKeyId = '', date = '', region = '', service = '', terminator = '', ...rest] =
    credential.split('/')
  if (terminator === '' || rest.length > 0) {
    refuse(
      'IncompleteSignatureException',
      `Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' parameters. Authorization=${text.split(' ')[0]}`,
    )
  }
  const signedHeaders = headers.split(';')
  return { accessKeyId, date, region, service, terminator, signedHeaders, signature }
}

function checkScope(authorization: Authorization, date: string): void {
  const wrong = (message: string) => refuse('InvalidSignatureException', message)
  if (authorization.service !== 'cognito-idp') {
    wrong("Credential should be scoped to correct service: 'cognito-idp'.")
  }
  if (authorization.terminator !== 'aws4_request') {
    wrong("Credential should be scoped with a valid terminator: 'aws4_request'.")
  }
  if (authorization.date !== date.slice(0, 8)) {
    wrong(
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${authorization.date}' != '${date.slice(0, 8)}', from '${date}'.`,
    )
  }
  const mustBeSigned = ['host', 'x-amz-date']
  if (!mustBeSigned.every((name) => authorization.signedHeaders.includes(name))) wrong(MISMATCH)
}

/** aws/aws-sdk-java#1764 quotes the text for the past, aws/aws-sdk-go#2194 that for the future. */
function checkClock(date: string): void {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date)?.slice(1).map(Number)
  if (parts === undefined) {
    return refuse(
      'IncompleteSignatureException',
      `Date must be in ISO-8601 'basic format'. Got '${date}'.`,
    )
  }
  const [year = 0, month = 0, ...rest] = parts
  const signedAt = Date.UTC(year, month - 1, ...rest)
  const now = Date.now()
  if (signedAt < now - MAX_SKEW_MS) {
    refuse(
      'InvalidSignatureException',
      `Signature expired: ${date} is now earlier than ${basic(now - MAX_SKEW_MS)} (${basic(now)} - 5 min.)`,
    )
  }
  if (signedAt > now + MAX_SKEW_MS) {
    refuse(
      'InvalidSignatureException',
      `Signature not yet current: ${date} is still later than ${basic(now + MAX_SKEW_MS)} (${basic(now)} + 5 min.)`,
    )
  }
}

function signatureOf(
  request: EmulatorRequest,
  { region, signedHeaders, date: day }: Authorization,
  date: string,
  secretAccessKey: string,
): Buffer {
  const names = [...signedHeaders].sort()
  const canonical = [
    // Every call of JSON 1.1 goes to `/` without a query; others are refused before.
    ...[request.method, '/', ''],
    ...names.map((name) => `${name}:${header(request, name).trim().replace(/\s+/g, ' ')}`),
    ...['', names.join(';'), sha256(request.body)],
  ].join('\n')
  const scope = `${day}/${region}/cognito-idp/aws4_request`
  const toSign = `AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256(canonical)}`
  const key = scope.split('/').reduce<Buffer>(hmac, Buffer.from(`AWS4${secretAccessKey}`))
  return hmac(key, toSign)
}

function header(request: EmulatorRequest, name: string): string {
  const value = request.headers[name]
  return Array.isArray(value) ? value.join(',') : (value ?? '')
}

function basic(at: number): string {
  return new Date(at).toISOString().replace(/[-:]|\.\d+/g, '')
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}
