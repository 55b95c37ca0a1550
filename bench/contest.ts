/**
 * Many clients to be changed, in an emulated account of its own for each contestant:
 * what a program did there, what it took, and what it left behind.
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { JsonObject } from '../src/core/json/json.ts'
import type { EmulatorCall } from '../src/emulators/server.ts'

/** A program as a command line of Node. */
export interface Program {
  readonly args: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** What a process took. */
export interface Usage {
  readonly wallMs: number
  readonly cpuMs: number
  readonly memoryMb: number
}

/** Runs a program to its end; `usage`: a file for what it reports of itself. */
export async function runProgram(
  { args, env }: Program,
  hook: string,
  usage: string,
): Promise<Usage> {
  const started = performance.now()
  const child = spawn(process.execPath, ['--import', hook, ...args], {
    env: { ...process.env, ...env, BENCH_USAGE: usage },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let complaints = ''
  child.stderr.on('data', (chunk: Buffer) => {
    complaints = (complaints + chunk.toString()).slice(-COMPLAINTS)
  })
  const [code] = (await once(child, 'close')) as [number | null]
  const wallMs = performance.now() - started
  if (code !== 0) process.stderr.write(`${args.at(0)} ended with ${code}: ${complaints}\n`)
  const told = JSON.parse(readFileSync(usage, 'utf8')) as Omit<Usage, 'wallMs'>
  return { wallMs, ...told }
}

const COMPLAINTS = 2_000

/** What the account saw and holds afterwards. */
export interface Outcome {
  readonly calls: number
  readonly writes: number
  readonly throttled: number
  /** Clients that do not have the change. */
  readonly missing: number
  /** Settings that no one named and that are not as before, over all clients. */
  readonly lost: number
}

export interface Account {
  readonly ids: readonly string[]
  /** The value that is to be added, and the native list that it belongs to. */
  readonly added: string
  readonly list: string
  readonly before: (id: string) => JsonObject
  readonly after: (id: string) => JsonObject
  /** Members that move with each write. */
  readonly volatile: readonly string[]
  readonly calls: readonly EmulatorCall[]
  isWrite(call: EmulatorCall): boolean
  isThrottled(call: EmulatorCall): boolean
}

/** Judges an account after a contestant is through with it. */
export function outcomeOf(account: Account): Outcome {
  const { ids, added, list, before, after, volatile, calls, isWrite, isThrottled } = account
  const pairs = ids.map((id) => [before(id), after(id)] as const)
  const own = [list, ...volatile]
  const lost = pairs.map(([was, is]) => {
    const names = [...new Set([...Object.keys(was), ...Object.keys(is)])]
    return names
      .filter((name) => !own.includes(name))
      .filter((name) => differs(was[name], is[name])).length
  })
  const holds = (record: JsonObject) => ((record[list] ?? []) as readonly string[]).includes(added)
  return {
    calls: calls.length,
    writes: calls.filter((call) => isWrite(call) && call.status === 200).length,
    throttled: calls.filter(isThrottled).length,
    missing: pairs.filter(([, is]) => !holds(is)).length,
    lost: lost.reduce((sum, count) => sum + count, 0),
  }
}

/** Order means nothing in these lists. */
function differs(one: unknown, other: unknown): boolean {
  const text = (value: unknown) =>
    JSON.stringify(Array.isArray(value) ? [...value].sort() : (value ?? null))
  return text(one) !== text(other)
}
