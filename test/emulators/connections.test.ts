/** What one connection may do to an emulator: requests in order, one at a time, and bodies with a bound. */

import net from 'node:net'
import { expect } from 'vitest'
import { type Auth0Emulator, startAuth0Emulator } from '../../src/emulators/auth0/index.ts'
import { onFresh } from '../fixtures/opened.ts'

let emulator: Auth0Emulator
const it = onFresh(
  () => startAuth0Emulator({}),
  (opened) => {
    emulator = opened
  },
)

/** Sends the bytes on one connection and gives what has come when the answers are there. */
async function raw(bytes: string, answers: number): Promise<string> {
  const { port } = new URL(emulator.url)
  const socket = net.connect({ port: Number(port), host: '127.0.0.1' })
  socket.on('error', () => {})
  let got = ''
  socket.on('data', (chunk: Buffer) => {
    got += chunk.toString()
  })
  socket.write(bytes)
  await expect.poll(() => got.match(/HTTP\/1\.1 \d+/g) ?? []).toHaveLength(answers)
  socket.destroy()
  return got
}

const request = (method: string, path: string) =>
  `${method} ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`

it('has a GET wait for the DELETE before it', async () => {
  emulator.inject({ kind: 'delay', operation: 'DELETE /clients/{id}', delayMs: 50 })
  await raw(request('DELETE', '/api/v2/clients/a') + request('GET', '/api/v2/clients/a'), 2)
  expect(emulator.calls.map(({ method }) => method)).toEqual(['DELETE', 'GET'])
})

it('refuses bytes that are no HTTP after the answer to what came before', async () => {
  emulator.inject({ kind: 'delay', operation: 'GET /clients/{id}', delayMs: 50 })
  const got = await raw(`${request('GET', '/api/v2/clients/a')}no HTTP\r\n\r\n`, 2)
  expect(got.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 401', 'HTTP/1.1 400'])
})

it('refuses a body that is larger than any provider takes', async () => {
  const body = 'x'.repeat(1_048_577)
  const head = 'POST /oauth/token HTTP/1.1\r\nhost: localhost\r\n'
  const got = await raw(`${head}content-length: ${body.length}\r\n\r\n${body}`, 1)
  expect(got).toMatch(/^HTTP\/1\.1 413 /)
  expect(emulator.calls).toEqual([])
})
