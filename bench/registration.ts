/**
 * A bare server with Dynamic Client Registration Management (RFC 7592): its clients are named by how many members
 * their records have, and what is written is kept as it came.
 */

import { randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Opens every client. */
export const REGISTRATION_TOKEN = 'registration-token'

/** The client whose record has so many members beside those that it needs. */
export const clientOf = (members: number) => `members-${members}`

/** Starts the server and gives its registration endpoint. */
export async function startRegistrationServer(): Promise<string> {
  const records = new Map<string, string>()
  const server = createServer(async (request, response) => {
    const id = request.url?.split('/').at(-1) ?? ''
    const sent = await textOf(request)
    if (request.method === 'PUT') records.set(id, sent)
    const record = records.get(id) ?? recordOf(id)
    records.set(id, record)
    response.writeHead(200, { 'content-type': 'application/json' }).end(record)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/register`
}

function recordOf(id: string): string {
  const count = Number(id.split('-').at(-1))
  const members = Array.from({ length: count }, (_, index): [string, string] => [
    `member_${index}`,
    randomBytes(9).toString('hex'),
  ])
  return JSON.stringify({
    client_id: id,
    client_name: 'Large',
    redirect_uris: ['https://app.example.com/callback'],
    ...Object.fromEntries(members),
  })
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
