/**
 * What the promise takes at least, by the same means: a proxy that makes the calls that Clientry makes, seals the record
 * before the write, and has an intent and an outcome on the disk, each with a keyed fingerprint and a hash. It knows no
 * token and no plan, keeps no other writer's change, and settles nothing.
 */

import { createCipheriv, createHash, createHmac, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { nativeChange } from '../native.ts'
import type { ProviderName } from '../subject.ts'
import { serveChanges } from './serve-changes.ts'

const { BENCH_PROVIDER = '', BENCH_UPSTREAM = '', BENCH_WRITER = '', BENCH_FILE = '' } = process.env
const key = randomBytes(32)
const writer = new Worker(BENCH_WRITER, { workerData: BENCH_FILE })
await once(writer, 'message')

const waiting = new Map<number, () => void>()
writer.on('message', (id: number) => {
  waiting.get(id)?.()
  waiting.delete(id)
})
let appended = 0

/** Resolves when the entry is on the disk. */
function append(entry: object): Promise<void> {
  appended += 1
  const id = appended
  const text = JSON.stringify(entry)
  const hash = createHash('sha256').update(text).digest('base64url')
  return new Promise((resolve) => {
    waiting.set(id, resolve)
    writer.postMessage({ id, text: hash + text })
  })
}

function sealed(text: string): string {
  const cipher = createCipheriv('aes-256-gcm', key, randomBytes(12))
  return Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]).toString(
    'base64',
  )
}

const tagOf = (text: string) => createHmac('sha256', key).update(text).digest('base64url')

const change = await nativeChange(BENCH_PROVIDER as ProviderName, BENCH_UPSTREAM, 'floor', {
  connections: true,
  // The records before and after.
  beforeWrite: (record) => append({ tag: tagOf(record), sealed: sealed(record + record) }),
})

serveChanges(async (id, name) => {
  const answer = await change(id, name)
  await append({ tag: tagOf(answer), state: JSON.parse(answer) as unknown })
  return answer
})
