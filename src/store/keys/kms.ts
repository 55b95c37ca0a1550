/**
 * A key-encryption key that never leaves AWS KMS: it wraps and unwraps by two signed calls of its JSON protocol.
 * https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html
 */

import { setTimeout as pause } from 'node:timers/promises'
import { ClientError, isClientError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json/json.ts'
import { isRecord } from '../../core/json/json.ts'
import { type Credentials, signRequest } from '../../core/sigv4.ts'
import { exchange } from '../../net/exchange.ts'
import type { KeyWrapper } from './keyring.ts'

export interface KmsSettings {
  /** Of the key, not of an alias, which can be led to another key. */
  readonly arn: string
  readonly endpoint?: string
  /** Where the configuration names it. */
  readonly at: string
  credentials(): Promise<Credentials>
  /** Epoch milliseconds. */
  now(): number
}

const TIMEOUT_MS = 3_000
const ATTEMPTS = 3
/** It doubles, with full jitter. */
const FIRST_PAUSE_MS = 100

/** The name of what a key is for, in the encryption context, which KMS also writes to CloudTrail. */
const PLACE = 'clientry'

/** Nothing is sent before the first call. */
export function createKmsWrapper(settings: KmsSettings): KeyWrapper {
  const { arn, at } = settings
  const call = (operation: string, input: JsonObject) =>
    invoke(settings, operation, { KeyId: arn, ...input })
  return {
    id: arn,
    at,
    wrap: async (key, place) => {
      const Plaintext = Buffer.from(key).toString('base64')
      const output = await call('Encrypt', { Plaintext, EncryptionContext: { [PLACE]: place } })
      return textOf(output, 'CiphertextBlob')
    },
    unwrap: async (CiphertextBlob, place) => {
      const output = await call('Decrypt', {
        CiphertextBlob,
        EncryptionContext: { [PLACE]: place },
      })
      return Buffer.from(textOf(output, 'Plaintext'), 'base64')
    },
  }
}

/** The region of a key: `arn:aws:kms:REGION:ACCOUNT:key/ID`. */
const regionOf = (arn: string) => arn.split(':')[3] ?? ''

/** The names of AWS partitions other than China end alike. */
const hostOf = (arn: string) =>
  `kms.${regionOf(arn)}.amazonaws.com${arn.startsWith('arn:aws-cn:') ? '.cn' : ''}`

async function invoke(
  settings: KmsSettings,
  operation: string,
  input: JsonObject,
): Promise<JsonObject> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await send(settings, operation, input)
    } catch (error) {
      // Both calls change nothing, so they can be sent again.
      if (isClientError(error, 'invalid_request', 'internal') || attempt >= ATTEMPTS) throw error
      await pause(Math.random() * FIRST_PAUSE_MS * 2 ** (attempt - 1))
    }
  }
}

async function send(
  { arn, endpoint = `https://${hostOf(arn)}`, credentials, now, at }: KmsSettings,
  operation: string,
  input: JsonObject,
): Promise<JsonObject> {
  const body = JSON.stringify(input)
  const headers = signRequest({
    method: 'POST',
    url: endpoint,
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `TrentService.${operation}`,
    },
    body,
    region: regionOf(arn),
    service: 'kms',
    credentials: await credentials(),
    at: new Date(now()),
  })
  try {
    const request = { method: 'POST', url: endpoint, headers, body }
    const { status, text } = await exchange(request, TIMEOUT_MS, { sent: false })
    if (status >= 500) throw new TypeError(`${operation}: status ${status}`)
    const output: unknown = JSON.parse(text)
    if (!isRecord(output)) throw new TypeError(`${operation}: not an object`)
    if (status === 200) return output
    throw refusal(operation, at, output)
  } catch (cause) {
    if (isClientError(cause, 'invalid_request', 'internal', 'store_unavailable')) throw cause
    throw unavailable(cause)
  }
}

const unavailable = (cause: unknown) =>
  new ClientError('store_unavailable', 'AWS KMS cannot be asked at the moment. Try again later.', {
    cause,
    retryAfter: 5,
  })

/** https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html#API_Decrypt_Errors */
function refusal(operation: string, at: string, output: JsonObject): ClientError {
  const name = String(output.__type).split('#').at(-1) ?? ''
  if (name === 'InvalidCiphertextException' || name === 'IncorrectKeyException') {
    return new ClientError('internal', 'A key of the store was changed or moved.')
  }
  if (/Throttling|LimitExceeded|Internal|Timeout/.test(name))
    return unavailable(new TypeError(name))
  return new ClientError(
    'invalid_request',
    `AWS KMS refused ${operation} with the key of ${at} (${name.slice(0, 64)}). The credentials need kms:Encrypt and kms:Decrypt on it, and the key must be enabled.`,
  )
}

function textOf(output: JsonObject, name: string): string {
  const text = output[name]
  if (typeof text === 'string') return text
  throw unavailable(new TypeError(`${name} is missing`))
}
