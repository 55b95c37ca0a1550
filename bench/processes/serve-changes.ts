/** The server of a yardstick: it takes a PATCH with a name, and answers what the change gave. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answering } from './control.ts'

/** `change`: the record as text, for a client by its id and its new name. */
export function serveChanges(change: (id: string, name: string) => Promise<string>): void {
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
}
