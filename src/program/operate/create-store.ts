/** A store on DynamoDB made ready for servers: its table, its id and its keyring, as far as they are not there. */

import { setTimeout as pause } from 'node:timers/promises'
import type { Config } from '../../config/config-parse.ts'
import { TABLE_STEPS } from '../../store/dynamodb/dynamodb-table.ts'
import { openStoreAndKeys } from '../keys/open-keys.ts'
import { dynamodbSettingsOf } from '../open-store.ts'
import { checkId, refusal } from '../store-check.ts'

export interface CreateOptions {
  /** Only looks. */
  readonly dryRun?: boolean
  sleep?(milliseconds: number): Promise<unknown>
}

/** What was made, or would be. */
export interface CreateReport {
  readonly place: string
  /** What the table lacked, in words. */
  readonly table: readonly string[]
  /** The id of the store; absent: it is not there yet. */
  readonly store?: string
  /** The store itself was not there. */
  readonly isNew: boolean
}

/** @throws ClientError `invalid_request` for a table of another shape, `store_unavailable` */
export async function createStore(
  config: Pick<Config, 'store' | 'mode' | 'keys'>,
  { dryRun = false, sleep = pause }: CreateOptions = {},
): Promise<CreateReport> {
  const { store } = config
  if (store.type !== 'dynamodb') {
    throw refusal(
      'Only a store on DynamoDB has to be created: on SQLite and PostgreSQL, start a server once with --create-store.',
    )
  }
  const place = `the table ${store.table} of ${store.region}`
  const settings = dynamodbSettingsOf(store)
  const [{ createTableHost }, { createDynamodbIdentity }] = await Promise.all([
    import('../../store/dynamodb/dynamodb-table.ts'),
    import('../../store/dynamodb/dynamodb-identity.ts'),
  ])
  const host = createTableHost({ ...settings, sleep })
  const steps = await host.missing()
  const table = steps.map((step) => TABLE_STEPS[step])
  if (dryRun) {
    const id = steps.includes('table') ? undefined : await createDynamodbIdentity(settings).read()
    if (id === undefined) return { place, table, isNew: true }
    checkId(store, place, id)
    return { place, table, store: id, isNew: false }
  }
  await host.carryOut(steps)
  const opened = await openStoreAndKeys(config, { create: true })
  await opened.store.close()
  return { place, table, store: opened.id, isNew: opened.isNew }
}
