/** Opens 500 event streams of one job, 20 for each caller, and reads them to their end. */

import http from 'node:http'
import { answering } from './control.ts'

const { TARGET = '', TOKENS = '[]' } = process.env
const tokens = JSON.parse(TOKENS) as readonly string[]
const agent = new http.Agent({ maxSockets: Number.POSITIVE_INFINITY })
let ended = 0
for (let index = 0; index < 500; index += 1) {
  const authorization = `Bearer ${tokens[index % tokens.length]}`
  const headers = { authorization, 'last-event-id': '0' }
  http
    .get(TARGET, { agent, headers }, (response) => {
      response.resume()
      response.once('end', () => {
        if (response.statusCode === 200) ended += 1
      })
    })
    .on('error', () => {})
}

answering('ended', () => (ended === 500 ? ended : undefined))
