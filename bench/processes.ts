/** The processes beside this one: started, asked over IPC, and ended whatever happens. */

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

export interface Running {
  /** Sends one question and gives the answer (see `processes/control.ts`). */
  ask<T>(question: string): Promise<T>
  /** Resolves with the first match in what the process prints. */
  printed(pattern: RegExp): Promise<string>
  stop(): Promise<void>
}

/** With `--profile` every process leaves a CPU profile for a browser's developer tools. */
const PROFILES = 'node_modules/.cache/clientry/profiles'
const PROFILING = process.argv.includes('--profile')
  ? ['--cpu-prof', `--cpu-prof-dir=${PROFILES}`]
  : []

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

/** Starts a Node process that answers questions; `control` is loaded before its own code. */
export function start(
  file: string,
  control: string,
  environment: Readonly<Record<string, string>> = {},
  /** Options of Node. */
  flags: readonly string[] = [],
): Running {
  const child = fork(file, [], {
    execArgv: [...PROFILING, ...flags, '--import', control],
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  running.add(child)
  child.once('exit', () => running.delete(child))
  let output = ''
  const listeners = new Set<() => void>()
  child.stdout?.on('data', (chunk: Buffer) => {
    // Once no one waits any more, what is printed is only read, so that the pipe does not fill.
    if (listeners.size > 0 || output.length < 4_096) output += chunk.toString()
    for (const check of listeners) check()
  })
  let questions = 0
  return {
    ask: (question) => {
      questions += 1
      const id = questions
      return settled(child, (resolve) => {
        const listener = (message: { id: number; answer: never }) => {
          if (message.id !== id) return
          child.off('message', listener)
          resolve(message.answer)
        }
        child.on('message', listener)
        child.send({ id, question })
      })
    },
    printed: (pattern) =>
      settled(child, (resolve) => {
        const check = () => {
          const found = pattern.exec(output)
          if (found === null) return
          listeners.delete(check)
          resolve(found[1] ?? found[0])
        }
        listeners.add(check)
        check()
      }),
    stop: async () => {
      if (!running.has(child)) return
      const ended = once(child, 'exit')
      child.disconnect()
      await ended
    },
  }
}

function settled<T>(child: ChildProcess, work: (resolve: (value: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const died = () => reject(new Error(`${child.spawnargs.join(' ')} ended too early.`))
    child.once('exit', died)
    work((value) => {
      child.off('exit', died)
      resolve(value)
    })
  })
}
