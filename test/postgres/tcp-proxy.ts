/** A proxy on TCP sockets before a database: it can be cut off, lose an answer, and lead elsewhere. */

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface TcpProxy {
  readonly port: number
  /** Where it leads; connections that are there stay. */
  target: number
  /** Ends all connections, and listens no more until the given function is called. */
  stop(): Promise<() => Promise<void>>
  /** Ends all connections at once; new ones are taken. */
  cut(): void
  /** Once something with such bytes comes by, that connection is ended: before it is passed on, or in place of its answer. */
  cutAt(bytes: string, when: 'before' | 'after'): void
  /** Passes nothing on any more, and ends nothing, until the given function is called. */
  stall(): () => void
  /** Connections that were cut by \`cutAt\`. */
  readonly cuts: () => number
  close(): Promise<void>
}

/** Starts one before a port of the loopback interface. */
export async function startTcpProxy(behind: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>()
  const waiting: { readonly bytes: string; readonly when: 'before' | 'after' }[] = []
  let target = behind
  let cuts = 0
  let stalled = Promise.resolve()

  function keep(socket: Socket): Socket {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    return socket
  }

  const server = createServer((client) => {
    keep(client)
    const upstream = keep(connect(target, '127.0.0.1'))
    let losesAnswer = false
    const end = () => {
      client.destroy()
      upstream.destroy()
    }
    client.on('close', end)
    upstream.on('close', end)
    client.on('data', async (chunk: Buffer) => {
      const index = waiting.findIndex(({ bytes }) => chunk.includes(bytes))
      const [one] = index < 0 ? [] : waiting.splice(index, 1)
      if (one !== undefined) cuts += 1
      if (one?.when === 'before') return end()
      losesAnswer ||= one?.when === 'after'
      await stalled
      upstream.write(chunk)
    })
    upstream.on('data', async (chunk: Buffer) => {
      await stalled
      if (losesAnswer) end()
      else client.write(chunk)
    })
  })
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
  }
  await listen(0)
  const { port } = server.address() as AddressInfo
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  const close = async () => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    cut()
    await closed
  }
  return {
    port,
    get target() {
      return target
    },
    set target(next: number) {
      target = next
    },
    stop: async () => {
      await close()
      return () => listen(port)
    },
    cut,
    cutAt: (bytes, when) => waiting.push({ bytes, when }),
    stall: () => {
      let goOn = () => {}
      stalled = new Promise((resolve) => {
        goOn = resolve
      })
      return goOn
    },
    cuts: () => cuts,
    close,
  }
}
