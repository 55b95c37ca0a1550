/** JSON calls that are answered before the caller goes on, as the suites look behind a provider. */

import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads'
import type { Json, JsonObject } from '../../src/core/json/json.ts'

const WORKER = `
const { request } = require('node:http')
const { parentPort } = require('node:worker_threads')
const agent = new (require('node:http').Agent)({ keepAlive: true })
const ask = (url, { method, headers, body }) => new Promise((resolve, reject) => {
  const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }
  const outgoing = request(url, { method, agent, headers: { ...headers, ...length } }, async (incoming) => {
    const chunks = []
    for await (const chunk of incoming) chunks.push(chunk)
    resolve({ status: incoming.statusCode, text: Buffer.concat(chunks).toString() })
  })
  outgoing.on('error', reject)
  outgoing.end(body)
})
parentPort.on('message', async ({ port, done, url, init }) => {
  port.postMessage(await ask(url, init).catch((error) => ({ status: 0, text: String(error) })))
  Atomics.store(done, 0, 1)
  Atomics.notify(done, 0)
})
`
const PATIENCE_MS = 15_000

export interface SyncAnswer {
  readonly status: number
  readonly body: JsonObject
}

export interface SyncClient {
  send(method: string, url: string, body?: Json | string, headers?: JsonObject): SyncAnswer
  close(): Promise<number>
}

/** A thread that calls for this one. */
export function startSyncClient(): SyncClient {
  const worker = new Worker(WORKER, { eval: true })
  worker.unref()
  return {
    send: (method, url, body, headers = {}) => {
      const done = new Int32Array(new SharedArrayBuffer(4))
      const { port1, port2 } = new MessageChannel()
      const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body)
      const type = typeof body === 'object' ? { 'content-type': 'application/json' } : {}
      const init = { method, headers: { ...type, ...headers }, body: text }
      worker.postMessage({ port: port2, done, url, init }, [port2])
      Atomics.wait(done, 0, 0, PATIENCE_MS)
      const received = receiveMessageOnPort(port1)?.message as
        | { status: number; text: string }
        | undefined
      port1.close()
      if (received === undefined) throw new Error(`no answer from ${url}`)
      return { status: received.status, body: jsonOf(received.text) }
    },
    close: () => worker.terminate(),
  }
}

function jsonOf(text: string): JsonObject {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}
