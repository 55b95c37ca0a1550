/** Opens 500 connections, sends 200 requests in one write on each, and reads nothing. */

import net from 'node:net'
import { answering } from './control.ts'

const { hostname, port } = new URL(process.env.TARGET ?? '')
const requests = `GET /openapi.json HTTP/1.1\r\nhost: ${hostname}\r\n\r\n`.repeat(200)
let opened = 0
for (let index = 0; index < 500; index += 1) {
  const socket = net.connect(Number(port), hostname)
  socket.pause()
  socket.once('connect', () => {
    opened += 1
  })
  socket.on('error', () => {})
  socket.write(requests)
}

answering('opened', () => (opened === 500 ? opened : undefined))
