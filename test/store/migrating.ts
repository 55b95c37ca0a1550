/**
 * A program that brings a SQLite file up to date, and kills itself in the middle: before its `KILL`th statement that changes
 * something, as `kill -9` would.
 */

import { migrate } from '../../src/store/layout/migrate.ts'
import { connect, type Database } from '../../src/store/sqlite/database.ts'
import { sqliteLayout } from '../../src/store/sqlite/layout/sqlite-layout.ts'

const [, , path = '', kill = ''] = process.argv
const database = await connect(path)
let left = Number(kill)

function step(): void {
  left -= 1
  if (left > 0) return
  process.kill(process.pid, 'SIGKILL')
  // The signal comes at once, and nothing else happens before.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
}

const killing: Database = {
  exec: (sql) => {
    step()
    database.exec(sql)
  },
  prepare: (sql) => {
    const statement = database.prepare(sql)
    return {
      get: (...values) => statement.get(...values),
      all: (...values) => statement.all(...values),
      run: (...values) => {
        step()
        return statement.run(...values)
      },
    }
  },
  close: () => database.close(),
}
await migrate(sqliteLayout(killing, path))
database.close()
process.stdout.write('migrated\n')
