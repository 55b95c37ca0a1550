/** The schemas of jobs in the OpenAPI description. */

import { ERROR_CODES } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json/json.ts'
import { JOB_OUTCOMES, JOB_STATES } from '../../service/jobs/log.ts'

const TEXT: JsonObject = { type: 'string' }
const TIME: JsonObject = { type: 'string', format: 'date-time' }
const NUMBER: JsonObject = { type: 'integer', minimum: 0 }
const FLAG: JsonObject = { type: 'boolean' }
const PATCH: JsonObject = {
  anyOf: [{ $ref: '#/components/schemas/ClientPatch' }, { $ref: '#/components/schemas/JsonPatch' }],
}

/** All of them, by name. */
export function jobSchemas(
  object: (properties: JsonObject, required: readonly string[]) => JsonObject,
  list: (items: JsonObject) => JsonObject,
): Readonly<Record<string, JsonObject>> {
  const only = (properties: JsonObject, required: readonly string[]): JsonObject => ({
    ...object(properties, required),
    additionalProperties: false,
  })
  const client = object({ id: TEXT, provider: TEXT, userPoolId: TEXT }, ['id', 'provider'])
  const place = { provider: TEXT, userPoolId: TEXT }
  const canary = only(
    { share: { type: 'number', exclusiveMinimum: 0, maximum: 1 }, thenPause: FLAG },
    ['share'],
  )
  const maxFailures: JsonObject = {
    anyOf: [NUMBER, { type: 'null' }],
    description: 'Stops at one failure more; null: never. 0 when absent.',
  }
  const counted = [...JOB_OUTCOMES, 'left']
  const counts = object(
    Object.fromEntries(counted.map((name): [string, Json] => [name, NUMBER])),
    counted,
  )
  const actor = object({ subject: TEXT, issuer: TEXT, clientId: TEXT }, ['subject', 'issuer'])
  return {
    JobRequest: only(
      {
        clients: list(only({ ...place, id: TEXT, ifMatch: TEXT, patch: PATCH }, ['id'])),
        select: only({ ...place, q: TEXT, filter: TEXT }, []),
        patch: PATCH,
        autoStart: { ...FLAG, description: 'Runs at once, without a dry run.' },
        canary,
        maxFailures,
      },
      [],
    ),
    UndoRequest: only({ autoStart: FLAG, allowPartial: FLAG }, ['autoStart']),
    Job: object(
      {
        id: TEXT,
        submittedAt: TIME,
        actor,
        startedBy: actor,
        approvedBy: actor,
        providers: list(TEXT),
        options: object({ autoStart: FLAG, canary, maxFailures }, ['autoStart', 'maxFailures']),
        undoes: TEXT,
        state: { enum: [...JOB_STATES] },
        reason: { ...TEXT, description: 'Why it stopped by itself; only while it is stopped.' },
        phase: { enum: ['plan', 'run'] },
        at: TIME,
        total: NUMBER,
        counts,
        clientsPerSecond: { type: 'number' },
        secondsLeft: NUMBER,
      },
      ['id', 'submittedAt', 'actor', 'providers', 'options', 'state', 'phase', 'total', 'counts'],
    ),
    JobPlan: object(
      { dryRun: { const: true }, results: list({ $ref: '#/components/schemas/JobResult' }) },
      ['dryRun', 'results'],
    ),
    JobPage: object({ items: list({ $ref: '#/components/schemas/Job' }), next: TEXT }, ['items']),
    JobResultPage: object({ items: list({ $ref: '#/components/schemas/JobResult' }), next: TEXT }, [
      'items',
    ]),
    JobResult: object(
      {
        item: NUMBER,
        client,
        phase: { enum: ['plan', 'run'] },
        at: TIME,
        outcome: { enum: [...JOB_OUTCOMES] },
        changes: list({ $ref: '#/components/schemas/FieldChange' }),
        warnings: list({ type: 'object', additionalProperties: true }),
        etag: TEXT,
        operationId: TEXT,
        code: { enum: Object.keys(ERROR_CODES) },
        error: TEXT,
        field: TEXT,
      },
      ['item', 'client', 'phase', 'at', 'outcome'],
    ),
    Events: TEXT,
  }
}
