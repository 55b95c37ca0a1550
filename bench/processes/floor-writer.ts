/** The thread of `floor.ts`: a row for each message, and an answer once it is on the disk. */

import { parentPort, workerData } from 'node:worker_threads'
import { openDatabase } from '../../src/store/sqlite/database.ts'

const database = await openDatabase(String(workerData))
database.exec('create table entries (id integer primary key, entry text)')
const insert = database.prepare('insert into entries values (?, ?)')
parentPort?.on('message', ({ id, text }: { id: number; text: string }) => {
  insert.run(id, text)
  parentPort?.postMessage(id)
})
parentPort?.postMessage('open')
