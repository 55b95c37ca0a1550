/**
 * What dynalite does not know of tables, by what AWS documents: protection against deletion, and backups, which a new table
 * refuses for a moment.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateContinuousBackups.html
 */

import type { JsonObject } from '../../src/core/json/json.ts'
import type { EmulatorAnswer } from '../../src/emulators/wire.ts'

type Send = (operation: string, input: JsonObject) => Promise<EmulatorAnswer>

interface Table {
  deletionProtected: boolean
  recovery: boolean
  /** Calls that a new table refuses. */
  refusals: number
}

/** Answers an operation on tables; `undefined`: it is one that dynalite knows. */
export function createTables(send: Send) {
  const tables = new Map<string, Table>()
  const tableOf = (name: unknown) => {
    const table = tables.get(String(name)) ?? {
      deletionProtected: false,
      recovery: false,
      refusals: 1,
    }
    tables.set(String(name), table)
    return table
  }
  const backups = ({ recovery }: Table): EmulatorAnswer => ({
    status: 200,
    body: {
      ContinuousBackupsDescription: {
        ContinuousBackupsStatus: 'ENABLED',
        PointInTimeRecoveryDescription: {
          PointInTimeRecoveryStatus: recovery ? 'ENABLED' : 'DISABLED',
        },
      },
    },
  })
  return async (operation: string, input: JsonObject): Promise<EmulatorAnswer | undefined> => {
    const table = tableOf(input.TableName)
    const { DeletionProtectionEnabled: protects, ...rest } = input
    if (operation === 'CreateTable') {
      table.deletionProtected = protects === true
      return send(operation, rest)
    }
    if (operation === 'UpdateTable' && typeof protects === 'boolean') {
      table.deletionProtected = protects
      return { status: 200, body: {} }
    }
    if (operation === 'DescribeTable') {
      const { status, body } = await send(operation, input)
      if (status !== 200) return { status, body }
      const { Table } = body as { readonly Table: JsonObject }
      const DeletionProtectionEnabled = table.deletionProtected
      return { status, body: { Table: { ...Table, DeletionProtectionEnabled } } }
    }
    if (operation === 'DescribeContinuousBackups') return backups(table)
    if (operation !== 'UpdateContinuousBackups') return undefined
    if (table.refusals > 0) {
      table.refusals -= 1
      const __type = 'com.amazonaws.dynamodb.v20120810#ContinuousBackupsUnavailableException'
      return { status: 400, body: { __type, message: '' } }
    }
    const { PointInTimeRecoverySpecification: wish } = input
    table.recovery = (wish as JsonObject).PointInTimeRecoveryEnabled === true
    return backups(table)
  }
}
