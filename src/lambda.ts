/**
 * The Lambda entry: `handler` from one bundled file. The configuration is JSON, in a file beside the
 * bundle (`CLIENTRY_CONFIG`) or in `CLIENTRY_CONFIG_JSON`. A function's disk is not durable, so the
 * history goes to DynamoDB and a SQLite store is refused.
 */

import { loadConfig } from './config/config.ts'
import type { Config } from './config/config-parse.ts'
import { configWarnings } from './config/config-warnings.ts'
import { asksForTelemetry, environment } from './config/environment.ts'
import { ClientError, isClientError } from './core/errors.ts'
import { isRecord } from './core/json/json.ts'
import { createLog } from './http/log.ts'
import {
  createLambdaHandler,
  type LambdaContext,
  type LambdaResult,
} from './lambda/lambda-event.ts'
import { configurationLine } from './observe/event-lines.ts'
import { awsCredentials } from './program/aws-credentials.ts'
import { createClientry } from './program/clientry.ts'
import { openStoreAndKeys } from './program/keys/open-keys.ts'

type Handler = (event: unknown, context?: LambdaContext) => Promise<LambdaResult>

const write = (text: string) => process.stdout.write(text)

/** Reserved from the function's remaining time, so that it ends before it is stopped (milliseconds). */
const MARGIN_MS = 2_000

let ready: Promise<Handler> | undefined

/** Answers one event; the program is built at the first event and kept for later ones. */
export const handler: Handler = async (event, context) => {
  ready ??= start().catch((error: unknown) => {
    // A failed start is tried again, since the cause may be temporary, such as a secret that cannot
    // be read yet.
    ready = undefined
    return notStarted(error)
  })
  return (await ready)(event, context)
}

/** The operator reads the errors in the log; the caller sees none of them. */
function notStarted(error: unknown): Handler {
  const faults = isClientError(error) ? (error.details.faults ?? [error.message]) : undefined
  const fault = error instanceof Error ? error.name : 'unknown'
  const time = new Date().toISOString()
  createLog(write)({ time, level: 'error', message: 'not started', fault, faults })
  return createLambdaHandler(() => Promise.reject(new TypeError('not started')))
}

async function start(): Promise<Handler> {
  const config = await loadConfig(environment())
  const log = createLog(write, config.log.level)
  for (const warning of configWarnings(config)) log(configurationLine(warning, Date.now()))
  const telemetry = asksForTelemetry()
    ? (await import('./program/telemetry/lambda-telemetry.ts')).lambdaTelemetry(
        environment(),
        config,
        log,
      )
    : undefined
  const opening = opened(config)
  const { app, sweep, notify, refresh, rest, readings } = await createClientry(config, {
    background: false,
    ...(telemetry && { telemetry }),
    store: opening.then(({ store }) => store),
    keys: opening.then(({ keys }) => keys),
    log,
    environmentCredentials: awsCredentials,
    entryUrl: import.meta.url,
  })
  const answer = createLambdaHandler(app, { basePath: config.server.basePath })
  const upkeep: Handler = async (_, context) => {
    await sweep()
    // Events and jobs continue as long as what is started can still end in time.
    const remaining = context?.getRemainingTimeInMillis?.() ?? 0
    const until = Date.now() + remaining - config.limits.deadlineMs - MARGIN_MS
    const isOver = () => Date.now() >= until
    await notify(isOver)
    await rest(until)
    // What is left of the time is for the mirror; a round goes on with the next call.
    while (!isOver()) if (!(await refresh(isOver))) break
    return { statusCode: 204, body: '', isBase64Encoded: false }
  }
  return async (event, context) => {
    try {
      return await (isScheduled(event) ? upkeep : answer)(event, context)
    } finally {
      await telemetry?.flush(readings)
    }
  }
}

/** A scheduled EventBridge rule runs the sweep, which settles changes that a crash left open. */
const isScheduled = (event: unknown) =>
  isRecord(event) && event['detail-type'] === 'Scheduled Event'

/** @throws ClientError `invalid_request` */
async function opened(config: Config) {
  if (config.mode !== 'production') {
    throw new ClientError('invalid_request', 'mode must be production on Lambda.')
  }
  if (config.store.type === 'dynamodb') return openStoreAndKeys(config)
  throw new ClientError(
    'invalid_request',
    config.store.type === 'postgresql'
      ? 'store.type must be dynamodb on Lambda: PostgreSQL is for servers, which keep their connections.'
      : "store.type must be dynamodb on Lambda: a function's own disk is lost with the function.",
  )
}
