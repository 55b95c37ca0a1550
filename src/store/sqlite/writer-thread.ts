/**
 * The program of the thread that writes to a file, so that the disk keeps no request waiting that writes
 * nothing. It takes jobs, and answers those of one commit together. It ends when it is asked to, after all that
 * came before is written.
 */

import { parentPort, workerData } from 'node:worker_threads'
import { openDatabase } from './database.ts'
import { committedInGroups } from './group-commit.ts'
import { begin, end, whole } from './halt.ts'
import { causeOf, type FromThread, type ThreadData, type ToThread } from './threaded-writer.ts'
import { createJobs } from './writer.ts'

const { path, state } = workerData as ThreadData
const during = <T>(work: () => T) => whole(state, work)

begin(state)
const database = await openDatabase(path).finally(() => end(state))
const jobs = createJobs(database, (file, work, isDurable) =>
  committedInGroups(file, work, isDurable, during),
)
let running = 0
let isEnding = false
let answers: FromThread[] = []

function answer(one: FromThread): void {
  answers.push(one)
  running -= 1
  if (answers.length > 1) return
  // What one commit made durable is answered by one message.
  queueMicrotask(() => {
    parentPort?.postMessage(answers)
    answers = []
    endWhenDone()
  })
}

function endWhenDone(): void {
  if (!isEnding || running > 0) return
  during(() => database.close())
  parentPort?.close()
}

parentPort?.on('message', (message: ToThread) => {
  if (message === 'end') {
    isEnding = true
    endWhenDone()
    return
  }
  for (const { id, ...job } of message) {
    running += 1
    during(() => jobs(job)).then(
      (result) => answer({ id, result }),
      (error: unknown) => answer({ id, cause: causeOf(error) }),
    )
  }
})
