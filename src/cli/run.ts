/** From a command line to an exit code: the one place that catches. */

import { commandEnvironment } from '../config/environment.ts'
import { isClientError } from '../core/errors.ts'
import type { JsonObject } from '../core/json/json.ts'
import { VERSION } from '../core/version.ts'
import { ClientryError } from '../sdk/error.ts'
import type { Command } from './command.ts'
import { COMMAND_GROUPS, COMMANDS } from './commands.ts'
import type { Connected } from './connect/connect.ts'
import { EXIT, EXIT_OF, type ExitName, UsageError } from './exit.ts'
import { helpOf, overview, relatedTo } from './help.ts'
import { parseLine } from './parse.ts'
import { type Resolved, resolve } from './resolve.ts'
import { inCommandWords } from './show/command-words.ts'
import { createTerminal, plain, type Streams, type Terminal } from './terminal.ts'

/** Runs a command line (without the name of the program) and returns the exit code. */
export async function runLine(args: readonly string[], streams: Streams): Promise<number> {
  const terminal = createTerminal(streams, commandEnvironment().colours)
  const [name = ''] = args
  if (name === '--version') {
    terminal.print(VERSION)
    return EXIT.ok.code
  }
  if (name === '' || name === '--help') {
    streams.output.write(overview(COMMAND_GROUPS))
    return name === '' ? EXIT.usage.code : EXIT.ok.code
  }
  try {
    const { command, rest } = await resolved(args)
    const { words, options } = parseLine(command, rest)
    if (options.help === true) {
      streams.output.write(helpOf(command, relatedTo(command, COMMANDS)))
      return EXIT.ok.code
    }
    if (command.stays !== true) streams.output.on('error', () => streams.onClosed?.())
    return await carryOut(command, { groups: COMMAND_GROUPS, words, options, terminal })
  } catch (error) {
    return failed(terminal, error, args.includes('--json'))
  }
}

async function resolved(args: readonly string[]): Promise<Resolved> {
  try {
    return resolve(COMMANDS, args)
  } catch (error) {
    const { attributeHint } = await import('./change/attribute-hint.ts')
    throw attributeHint(COMMANDS, args[0] ?? '') ?? error
  }
}

async function carryOut(
  command: Command,
  invocation: Omit<Parameters<Awaited<ReturnType<Command['load']>>['run']>[0], 'connect' | 'tend'>,
): Promise<number> {
  const { run } = await command.load()
  let connected: Promise<Connected> | undefined
  const connection = () => {
    connected ??= import('./connect/connect.ts').then(({ connectBy }) =>
      connectBy(invocation.options),
    )
    return connected
  }
  const connect = async () => (await connection()).api
  const tend = async () => (await connection()).tend?.()
  try {
    return await run({ ...invocation, connect, tend })
  } catch (cause) {
    if (connected !== undefined && isOfShape(cause)) throw notUnderstood(cause)
    throw withWay(cause, await connected?.catch(() => undefined))
  } finally {
    await (await connected?.catch(() => undefined))?.close()
  }
}

/**
 * What JavaScript throws if a value has another shape than its type says; here the value is an
 * answer.
 */
const isOfShape = (error: unknown) => error instanceof TypeError || error instanceof RangeError

/** A refusal for want of a scope, with how to get one. */
function withWay(cause: unknown, connected: Connected | undefined): unknown {
  const isRefusal = cause instanceof ClientryError && cause.code === 'insufficient_scope'
  if (!isRefusal || cause.scope === undefined || connected?.wayTo === undefined) return cause
  return new ClientryError(cause.code, `${cause.message} ${connected.wayTo(cause.scope)}`, cause)
}

const notUnderstood = (cause: unknown) =>
  new ClientryError(
    'unexpected_answer',
    'The server returned an answer that this command cannot read. It may have another version (see clientry --version).',
    { cause },
  )

function failed(terminal: Terminal, error: unknown, json: boolean): number {
  const { exit, ...facts } = factsOf(error)
  const { code } = EXIT[exit]
  if (json) {
    terminal.note(plain(JSON.stringify({ ...facts, exit: code })))
    return code
  }
  terminal.note(`clientry: ${facts.error.split('\n').map(plain).join('\n')}`)
  const { requestId, operationId, providerMessage } = facts
  if (providerMessage !== undefined) {
    terminal.note(`The provider says: ${plain(providerMessage)}`)
  }
  if (operationId !== undefined) {
    terminal.note(`See the outcome with: clientry operation ${plain(operationId)}`)
  } else if (requestId !== undefined) terminal.note(`request ${plain(requestId)}`)
  return code
}

interface Facts {
  readonly error: string
  readonly exit: ExitName
  readonly code?: string
  readonly field?: string | undefined
  readonly requestId?: string | undefined
  readonly operationId?: string | undefined
  readonly retryAfter?: number | undefined
  readonly mend?: JsonObject | undefined
  readonly providerMessage?: string | undefined
  readonly scope?: string | undefined
}

function factsOf(error: unknown): Facts {
  if (error instanceof UsageError) return { error: error.message, exit: error.exit }
  if (error instanceof ClientryError) {
    const { message, code, field, requestId, operationId, retryAfter, mend } = error
    const { providerMessage, scope } = error
    const details = {
      code,
      field,
      requestId,
      operationId,
      retryAfter,
      mend,
      providerMessage,
      scope,
    }
    return { error: inCommandWords(message), ...details, exit: exitOf(error) }
  }
  // From a configuration that was read here: the error is in a file of the user.
  if (isClientError(error)) {
    const { message, code, field } = error
    return {
      error: message,
      code,
      field,
      exit: code === 'invalid_request' ? 'usage' : EXIT_OF[code],
    }
  }
  const says = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { error: says, exit: 'fault' }
}

/** An unknown provider is reported as not found, not as a refused change. */
const exitOf = ({ code, field }: ClientryError): ExitName =>
  code === 'invalid_field' && field === 'provider' ? 'notFound' : EXIT_OF[code]
