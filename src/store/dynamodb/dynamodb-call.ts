/**
 * One call to DynamoDB as signed JSON 1.0, without the SDK, which would be most of the Lambda bundle.
 * A call that was throttled, or whose answer was lost, is sent again here: only here is it known that
 * it may arrive twice, and a store that gives up after the effect makes a good change look unknown.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html
 */

import { setTimeout as pause } from 'node:timers/promises'
import { ClientError, isClientError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json/json.ts'
import { isRecord } from '../../core/json/json.ts'
import { type Credentials, signRequest } from '../../core/sigv4.ts'
import { exchange } from '../../net/exchange.ts'

export interface DynamodbSettings {
  readonly table: string
  readonly region: string
  /** `https://dynamodb.<region>.amazonaws.com`, unless a private endpoint is in use. */
  readonly endpoint: string
  credentials(): Promise<Credentials>
  /** Epoch milliseconds. */
  now(): number
}

export type Operation =
  | 'PutItem'
  | 'DeleteItem'
  | 'Query'
  | 'Scan'
  | 'BatchGetItem'
  /** Those of an operator. */
  | 'CreateTable'
  | 'DescribeTable'
  | 'UpdateTable'
  | 'DescribeContinuousBackups'
  | 'UpdateContinuousBackups'

/**
 * Sends a call until it is answered, at most `attempts` times; `undefined`: its condition does not hold.
 * @throws ClientError `store_unavailable`
 */
export type Invoke = (
  operation: Operation,
  input: JsonObject,
  attempts?: number,
) => Promise<JsonObject | undefined>

/** DynamoDB answers within some 10 ms; what takes this long is lost. */
const TIMEOUT_MS = 1_000
/** Unless they read megabytes. */
const LONG_MS = 5_000
const LONG: readonly Operation[] = ['BatchGetItem']
const ATTEMPTS = 3
/** The SDKs' own first pause for DynamoDB; it doubles, with full jitter. */
const FIRST_PAUSE_MS = 50

/**
 * Refusals that pass by themselves and changed nothing; everything else needs an operator.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
 */
const PASSING: readonly string[] = [
  'ProvisionedThroughputExceededException',
  'ThrottlingException',
  'RequestLimitExceeded',
  'ReplicatedWriteConflictException',
]

type Result =
  | { readonly kind: 'done'; readonly output: JsonObject }
  | { readonly kind: 'condition_failed' }
  | { readonly kind: 'failed'; readonly passing: boolean; readonly cause: unknown }

/** Calls on the table's behalf. */
export function createInvoke(settings: DynamodbSettings): Invoke {
  return async (operation, input, attempts = ATTEMPTS) => {
    for (let attempt = 1; ; attempt += 1) {
      const result = await send(settings, operation, input)
      if (result.kind === 'done') return result.output
      if (result.kind === 'condition_failed') return undefined
      if (!result.passing || attempt >= attempts) throw storeUnavailable(result.cause)
      await pause(Math.random() * FIRST_PAUSE_MS * 2 ** (attempt - 1))
    }
  }
}

/** The one error for a store that cannot do its work now. */
export function storeUnavailable(cause: unknown): ClientError {
  if (isClientError(cause)) return cause
  return new ClientError(
    'store_unavailable',
    'The history cannot be read or written at the moment. Try again later.',
    { cause, retryAfter: 5 },
  )
}

/** What the service calls its refusal, where an error is one. */
export function refusalName(error: unknown): string | undefined {
  const cause = isClientError(error) ? error.cause : undefined
  return cause instanceof Error && cause.name.endsWith('Exception') ? cause.name : undefined
}

async function send(
  settings: DynamodbSettings,
  operation: Operation,
  input: JsonObject,
): Promise<Result> {
  // A call for items of several tables names each itself.
  const table = operation === 'BatchGetItem' ? {} : { TableName: settings.table }
  const body = JSON.stringify({ ...table, ...input })
  const signed = await signedHeaders(settings, operation, body)
  try {
    const request = { method: 'POST', url: settings.endpoint, headers: signed, body }
    const timeoutMs = LONG.includes(operation) ? LONG_MS : TIMEOUT_MS
    const { status, text } = await exchange(request, timeoutMs, { sent: false })
    if (status >= 500) throw new Error(`${operation}: status ${status}`)
    // An answer that is no JSON comes from something in between, or was cut: it counts as lost.
    const output: unknown = JSON.parse(text)
    if (!isRecord(output)) throw new Error(`${operation}: not an object`)
    return status === 200 ? { kind: 'done', output } : refusal(operation, output)
  } catch (cause) {
    return { kind: 'failed', passing: true, cause }
  }
}

async function signedHeaders(
  { region, endpoint, credentials, now }: DynamodbSettings,
  operation: Operation,
  body: string,
): Promise<Record<string, string>> {
  try {
    return signRequest({
      method: 'POST',
      url: endpoint,
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `DynamoDB_20120810.${operation}`,
      },
      body,
      region,
      service: 'dynamodb',
      credentials: await credentials(),
      at: new Date(now()),
    })
  } catch (cause) {
    throw storeUnavailable(cause)
  }
}

/** Errors are distinguished by name, which a `prefix#` may precede. */
function refusal(operation: Operation, output: JsonObject): Result {
  const name = String(output.__type).split('#').at(-1) ?? ''
  if (name === 'ConditionalCheckFailedException') return { kind: 'condition_failed' }
  const cause = Object.assign(new Error(`${operation}: ${name}`), { name })
  return { kind: 'failed', passing: PASSING.includes(name), cause }
}
