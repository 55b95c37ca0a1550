/**
 * The writer of a file on a thread of its own: a commit waits for the disk, and this thread goes on. What is
 * written at the same time, by however many requests, is one message there and one commit.
 */

import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { ClientError, isClientError } from '../../core/errors.ts'
import { unwritable } from './connection.ts'
import { createHaltState, type HaltState, halt } from './halt.ts'
import type { Job, Writer } from './writer.ts'

/** Jobs with the numbers by which they are answered, or the end. */
export type ToThread = readonly (Job & { readonly id: number })[] | 'end'

/** What the thread is started with. */
export interface ThreadData {
  readonly path: string
  readonly state: HaltState
}

/** The answer to a job; `cause`: what the database said where it could not be done. */
export type FromThread =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly cause: string }

/** What a failure is made of on its way between threads. */
export function causeOf(error: unknown): string {
  const cause = isClientError(error) ? (error.details.cause ?? error) : error
  return cause instanceof Error ? cause.message : String(cause)
}

interface Waiting {
  resolve(result: unknown): void
  reject(error: unknown): void
}

/** Starts the writer of a file that is open. A thread that dies fails what it had, and the next job starts another. */
export function startWriter(path: string): Writer {
  const file = programOf(import.meta.url)
  const waiting = new Map<number, Waiting>()
  let thread: Worker | undefined
  let ended: Promise<void> = Promise.resolve()
  let queue: (Job & { readonly id: number })[] = []
  let count = 0
  let isClosed = false

  function settle(answers: readonly FromThread[]): void {
    for (const answer of answers) {
      const one = waiting.get(answer.id)
      waiting.delete(answer.id)
      if ('result' in answer) one?.resolve(answer.result)
      else one?.reject(unwritable(new Error(answer.cause)))
    }
    if (waiting.size === 0) thread?.unref()
  }

  function start(): Worker {
    const state = createHaltState()
    const started = new Worker(file, { workerData: { path, state } satisfies ThreadData })
    const onExit = () => halt(state)
    process.once('exit', onExit)
    let cause = new Error('The thread that writes has ended.')
    started.on('message', settle)
    started.on('error', (error) => {
      cause = error instanceof Error ? error : cause
    })
    ended = new Promise((resolve) => {
      started.once('exit', () => {
        process.off('exit', onExit)
        if (thread === started) thread = undefined
        for (const { reject } of waiting.values()) reject(unwritable(cause))
        waiting.clear()
        resolve()
      })
    })
    // A process that has nothing else to do may end.
    started.unref()
    return started
  }

  function post(): void {
    if (queue.length === 0) return
    thread ??= start()
    thread.ref()
    thread.postMessage(queue satisfies ToThread)
    queue = []
  }

  thread = start()
  return {
    write: (section, name, values) =>
      new Promise((resolve, reject) => {
        if (isClosed) throw unwritable(new Error('The writer is closed.'))
        count += 1
        waiting.set(count, { resolve: resolve as Waiting['resolve'], reject })
        const job = { section, name: String(name), values: values as readonly unknown[] }
        queue.push({ id: count, ...job })
        // What other requests write in this turn goes along.
        if (queue.length === 1) setImmediate(post)
      }),
    close: async () => {
      isClosed = true
      post()
      thread?.ref()
      thread?.postMessage('end' satisfies ToThread)
      await ended
    },
  }
}

/** The built program of the thread, beside this module's bundle or above it; of a source, the one that is built. */
function programOf(url: string): string {
  let folder = dirname(fileURLToPath(url))
  for (;;) {
    const found = ['', 'dist'].map((name) => join(folder, name, PROGRAM)).find(existsSync)
    if (found !== undefined) return found
    const above = dirname(folder)
    if (above === folder) break
    folder = above
  }
  const says = `The program ${PROGRAM} is not beside this one. Build it again: npm run build.`
  throw new ClientError('internal', says)
}

const PROGRAM = 'sqlite-writer.js'
