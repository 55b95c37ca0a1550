/**
 * The yardstick: for a PATCH it reads and writes upstream, and gives the answer back. It checks no
 * token, keeps no history, translates nothing, and its clients lose each other's changes.
 */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { nativeChange } from '../native.ts'
import type { ProviderName } from '../subject.ts'
import { answering } from './control.ts'

const { BENCH_PROVIDER = '', BENCH_UPSTREAM = '' } = process.env
const change = await nativeChange(BENCH_PROVIDER as ProviderName, BENCH_UPSTREAM, 'proxy')

const server = createServer(async (incoming, outgoing) => {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  const { client } = JSON.parse(Buffer.concat(chunks).toString()) as { client: { name: string } }
  const id = incoming.url?.split('/').at(-1) ?? ''
  const answer = await change(id, client.name)
  outgoing.writeHead(200, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(answer),
  })
  outgoing.end(answer)
})
server.listen(0, '127.0.0.1')

answering('url', () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
