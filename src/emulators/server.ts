/**
 * What every emulator shares: a loopback HTTP server on a real socket, injected faults, the log of
 * calls, and the control routes below `/_emulator/` through which other processes use them.
 * What a call means is the emulator's own business (`answer`).
 */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { hostRefusal, pageRefusal } from '../net/browser.ts'
import { CONNECTION_LIMITS, limitConnections } from '../net/connections.ts'
import { createPipelines } from '../net/pipeline.ts'
import { AUTHORIZATION, type AuthorizationBehaviour, authorizationAnswer } from './authorization.ts'
import { CONTROL_PATH, controlRefusal, refused } from './control-guard.ts'
import { createFaultQueue, type Fault, refusalOf } from './faults.ts'
import {
  deliver,
  type EmulatorAnswer,
  type EmulatorRequest,
  MAX_BODY_BYTES,
  readable,
  receive,
  send,
} from './wire.ts'

/** One call as the emulator saw it, for tests that count what reached the provider. */
export interface EmulatorCall {
  readonly operation: string
  readonly method: string
  readonly path: string
  /** The body parsed as JSON, else as text; `undefined` when empty. */
  readonly body: unknown
  readonly status: number | undefined
  readonly fault: Fault['kind'] | undefined
  /** Epoch milliseconds. */
  readonly at: number
}

/** What one emulator is made of; `server.ts` does the rest. */
export interface EmulatorBehaviour {
  /** Names the operation of a request, as faults and the log of calls spell it. */
  operation(request: EmulatorRequest): string
  /** Does the work and answers. Checks, throttles and state are all its own. */
  answer(request: EmulatorRequest, operation: string): EmulatorAnswer | Promise<EmulatorAnswer>
  /** The provider's own answer for an injected fault that has one. */
  faultAnswer(kind: 'throttle' | 'error' | 'expired_credentials', fault: Fault): EmulatorAnswer
  /** Lets another writer set native members of the client that the request is about. */
  foreignWrite(request: EmulatorRequest, change: Readonly<Record<string, unknown>>): void
  /** Back to the state that it started with. */
  reset(): void
  /** Its authorization endpoint; absent: it has none. */
  readonly authorization?: AuthorizationBehaviour
  /** Further control routes below `/_emulator/`; `undefined`: no such route. */
  control?(request: EmulatorRequest, name: string): EmulatorAnswer | undefined
}

export interface Emulator {
  /** Base URL without a trailing slash, for example `http://127.0.0.1:41234`. */
  readonly url: string
  readonly calls: readonly EmulatorCall[]
  inject(fault: Fault): void
  clearFaults(): void
  clearCalls(): void
  /** Stops listening and cuts what is still open. */
  close(): Promise<void>
}

export interface ListenOptions {
  /** 0 (the default) takes a free one. */
  readonly port?: number
  readonly host?: string
}

const MALFORMED = 'HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n'
const TOO_LARGE: EmulatorAnswer = {
  status: 413,
  headers: { connection: 'close' },
  body: { error: `An emulator takes bodies of ${MAX_BODY_BYTES} bytes at most.` },
}

/** Starts an emulator on a loopback socket. */
export async function listenAs(
  behaviour: EmulatorBehaviour,
  options: ListenOptions = {},
): Promise<Emulator> {
  const faults = createFaultQueue()
  const calls: EmulatorCall[] = []

  const server = createServer({ keepAliveTimeout: 30_000 })
  const sockets = limitConnections(server, CONNECTION_LIMITS)
  const pipelines = createPipelines(server, (incoming, outgoing) => {
    serve(incoming, outgoing).catch(() => outgoing.destroy())
  })
  server.on('request', pipelines.take)
  server.on('clientError', (_, socket) => {
    pipelines.end(socket as Socket, () => socket.end(MALFORMED, () => socket.destroy()))
  })

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const refusal = hostRefusal(incoming) ?? pageRefusal(incoming)
    if (refusal !== undefined) return send(outgoing, refused(refusal))
    const request = await receive(incoming)
    if (request === 'too_large') return send(outgoing, TOO_LARGE)
    if (request.path.startsWith(CONTROL_PATH)) {
      return send(outgoing, controlRefusal(request) ?? control(request))
    }
    const asks = request.method === 'GET' && behaviour.authorization?.isAt(request.path) === true
    const operation = asks ? AUTHORIZATION : behaviour.operation(request)
    const fault = faults.take(operation)
    const answer = await meet(request, operation, fault)
    calls.push({
      operation,
      method: request.method,
      path: request.path,
      body: readable(request.body),
      status: typeof answer === 'object' ? answer.status : undefined,
      fault: fault?.kind,
      at: Date.now(),
    })
    deliver(outgoing, answer, fault)
  }

  /** The answer under the fault, or what to do with the socket in place of one. */
  async function meet(
    request: EmulatorRequest,
    operation: string,
    fault: Fault | undefined,
  ): Promise<EmulatorAnswer | 'reset' | 'stall'> {
    switch (fault?.kind) {
      case 'throttle':
        return behaviour.faultAnswer('throttle', fault)
      case 'expired_credentials':
        return behaviour.faultAnswer('expired_credentials', fault)
      case 'error_before_apply':
        return behaviour.faultAnswer('error', fault)
      case 'redirect':
        return { status: 302, headers: { location: '/elsewhere' } }
      case 'reset_before_apply':
        return 'reset'
      case 'stall_before_apply':
        return 'stall'
      case 'delay':
        await new Promise((resume) => setTimeout(resume, fault.delayMs ?? 0))
        break
      case 'foreign_write':
        behaviour.foreignWrite(request, fault.change ?? {})
        break
    }
    const { authorization } = behaviour
    const answer =
      operation === AUTHORIZATION && authorization !== undefined
        ? authorizationAnswer(authorization, request)
        : await behaviour.answer(request, operation)
    if (fault?.kind === 'error_after_apply') return behaviour.faultAnswer('error', fault)
    if (fault?.kind === 'reset_after_apply') return 'reset'
    if (fault?.kind === 'stall_after_apply') return 'stall'
    return answer
  }

  function control(request: EmulatorRequest): EmulatorAnswer {
    const name = request.path.slice(CONTROL_PATH.length)
    const callName = `${request.method} ${name}`
    if (callName === 'POST faults') {
      const fault = readable(request.body)
      const error = refusalOf(fault)
      if (error !== undefined) return { status: 400, body: { error } }
      faults.inject(fault as Fault)
      return { status: 204 }
    }
    if (callName === 'DELETE faults') {
      faults.clear()
      return { status: 204 }
    }
    if (callName === 'GET calls') return { status: 200, body: calls }
    if (callName === 'POST reset') {
      behaviour.reset()
      faults.clear()
      calls.length = 0
      return { status: 204 }
    }
    const own = behaviour.control?.(request, name)
    return own ?? { status: 404, body: { error: `The emulator has no control route ${callName}` } }
  }

  const host = options.host ?? '127.0.0.1'
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, host, resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://${host}:${port}`,
    calls,
    inject: faults.inject,
    clearFaults: faults.clear,
    clearCalls: () => {
      calls.length = 0
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}
