/**
 * The table of a store on DynamoDB: made as the templates make it, or judged where it is there. What an operator may do
 * to a table, no server does.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html
 */

import { ClientError } from '../../core/errors.ts'
import { isRecord, type JsonObject } from '../../core/json/json.ts'
import { createInvoke, type DynamodbSettings, refusalName } from './dynamodb-call.ts'
import { FEED, FEED_ATTRIBUTES, tableDefinition } from './dynamodb-items.ts'

/** What a table still needs to be one of ours, in the order in which it is done. */
export const TABLE_STEPS = {
  table: 'the table, with its index, paid by request, and protection against deletion',
  deletion: 'protection against deletion',
  recovery: 'point-in-time recovery',
} as const

export type TableStep = keyof typeof TABLE_STEPS

export interface TableHost {
  /** @throws ClientError `invalid_request` for a table of another shape */
  missing(): Promise<readonly TableStep[]>
  carryOut(steps: readonly TableStep[]): Promise<void>
}

export interface TableOptions extends DynamodbSettings {
  sleep(milliseconds: number): Promise<unknown>
}

/** How often the table is looked at, and backups are tried, until they are there; and the pause in between (milliseconds). */
const TRIES = 120
const PAUSE_MS = 1_000

/** Nothing is sent before the first call. */
export function createTableHost({ sleep, ...settings }: TableOptions): TableHost {
  const { table, region } = settings
  const place = `The table ${table} of ${region}`
  const invoke = createInvoke(settings)
  const call = async (operation: Parameters<typeof invoke>[0], input: JsonObject = {}) => {
    const output = await invoke(operation, input).catch((error: unknown) => {
      throw explained(error, place)
    })
    return output ?? {}
  }

  async function described(): Promise<JsonObject | undefined> {
    const output = await invoke('DescribeTable', {}).catch((error: unknown) => {
      if (refusalName(error) === 'ResourceNotFoundException') return undefined
      throw explained(error, place)
    })
    return isRecord(output?.Table) ? output.Table : undefined
  }

  async function until(isDone: () => Promise<boolean>): Promise<void> {
    for (let tries = 0; tries < TRIES; tries += 1) {
      if (await isDone()) return
      await sleep(PAUSE_MS)
    }
    throw new ClientError(
      'store_unavailable',
      `${place} is not ready yet. Run the command again: it goes on.`,
    )
  }

  const isActive = async () => (await described())?.TableStatus === 'ACTIVE'

  async function hasRecovery(): Promise<boolean> {
    const { ContinuousBackupsDescription: backups } = await call('DescribeContinuousBackups')
    const recovery = isRecord(backups) ? backups.PointInTimeRecoveryDescription : undefined
    return isRecord(recovery) && recovery.PointInTimeRecoveryStatus === 'ENABLED'
  }

  const carry: Readonly<Record<TableStep, () => Promise<unknown>>> = {
    table: async () => {
      const { TableName: _, ...definition } = tableDefinition(table)
      await call('CreateTable', { ...definition, DeletionProtectionEnabled: true })
      await until(isActive)
    },
    deletion: async () => {
      await call('UpdateTable', { DeletionProtectionEnabled: true })
      await until(isActive)
    },
    // A new table refuses that for a moment.
    recovery: () =>
      until(async () => {
        const input = { PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true } }
        try {
          await invoke('UpdateContinuousBackups', input)
          return true
        } catch (error) {
          if (refusalName(error) === 'ContinuousBackupsUnavailableException') return false
          throw explained(error, place)
        }
      }),
  }

  return {
    missing: async () => {
      const description = await described()
      if (description === undefined) return ['table', 'recovery']
      checkShape(description, place)
      await until(isActive)
      return [
        ...(description.DeletionProtectionEnabled === true ? [] : (['deletion'] as const)),
        ...((await hasRecovery()) ? [] : (['recovery'] as const)),
      ]
    },
    carryOut: async (steps) => {
      for (const step of steps) await carry[step]()
    },
  }
}

/** Another table is never made into one of ours. */
function checkShape(description: JsonObject, place: string): void {
  const { GlobalSecondaryIndexes: indexes, Replicas: replicas } = description
  const refused = (is: string) =>
    new ClientError(
      'invalid_request',
      `${place} is not one of a store: ${is}. Name another table in store.table; nothing was changed.`,
    )
  const index = listOf(indexes).find(({ IndexName }) => IndexName === FEED)
  const key = keyOf(description, description)
  if (key !== 'pk (S), sk (S)') throw refused(`its key is ${key}, and must be pk (S), sk (S)`)
  if (index === undefined) throw refused(`it has no index ${FEED}`)
  const indexKey = keyOf(index, description)
  if (indexKey !== 'feed (S), feedAt (S)') {
    throw refused(`the key of its index ${FEED} is ${indexKey}, and must be feed (S), feedAt (S)`)
  }
  const { ProjectionType: type, NonKeyAttributes: names } = isRecord(index.Projection)
    ? index.Projection
    : {}
  const has = Array.isArray(names) ? names : []
  const lacking = FEED_ATTRIBUTES.filter((name) => !has.includes(name))
  if (type !== 'ALL' && lacking.length > 0) {
    throw refused(`its index ${FEED} does not contain ${lacking.join(', ')}`)
  }
  if (listOf(replicas).length > 0) {
    throw refused('it is a global table, in which two regions can both win one append')
  }
}

/** The key of a table or an index, with the types of its attributes. */
function keyOf({ KeySchema: schema }: JsonObject, { AttributeDefinitions }: JsonObject): string {
  const types = new Map(
    listOf(AttributeDefinitions).map(({ AttributeName, AttributeType }) => [
      AttributeName,
      String(AttributeType),
    ]),
  )
  return listOf(schema)
    .map(({ AttributeName }) => `${String(AttributeName)} (${types.get(AttributeName) ?? '?'})`)
    .join(', ')
}

const listOf = (value: unknown): readonly JsonObject[] =>
  Array.isArray(value) ? value.filter(isRecord) : []

/** Names what AWS refuses, for an operator; other faults stay what they are. */
function explained(error: unknown, place: string): unknown {
  const name = refusalName(error)
  if (name === undefined) return error
  return new ClientError(
    'store_unavailable',
    `AWS refused to make ${place.replace(/^The/, 'the')} (${name.slice(0, 64)}). The credentials need dynamodb:CreateTable, DescribeTable, UpdateTable, DescribeContinuousBackups and UpdateContinuousBackups on it.`,
    { cause: error },
  )
}
