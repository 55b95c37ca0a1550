/** The GitHub Action from its inputs to an exit code: the one place of it that catches. */

import { randomUUID } from 'node:crypto'
import type { Writable } from 'node:stream'
import { UsageError } from '../cli/exit.ts'
import { isClientError } from '../core/errors.ts'
import { ClientryError } from '../sdk/error.ts'
import { apply } from './apply.ts'
import { inputsOf } from './inputs.ts'
import { jobOf } from './job.ts'
import { lease } from './lease.ts'
import { plan } from './plan.ts'
import { type Ran, type Step, stepOf } from './step.ts'

const COMMANDS: Readonly<Record<string, (step: Step) => Promise<Ran>>> = { lease, plan, apply }

interface Streams {
  readonly output: Writable
  readonly errors: Writable
}

/** Runs the step that an environment describes, and gives its exit code. */
export async function runAction(
  environment: Readonly<Record<string, string | undefined>>,
  { output, errors }: Streams,
): Promise<number> {
  // What a provider or a file holds may look like a command to the runner, which takes none until this word:
  // https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#stopping-and-starting-workflow-commands
  const word = randomUUID()
  output.write(`::stop-commands::${word}\n`)
  let failure: string | undefined
  try {
    const inputs = inputsOf(environment)
    const command = inputs.needed('command')
    const run = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined
    if (run === undefined) {
      throw new UsageError(`The input command must be one of ${Object.keys(COMMANDS).join(', ')}.`)
    }
    const job = jobOf(environment)
    const { code, text } = await run(stepOf({ inputs, job }, environment, errors))
    output.write(`${text.trimEnd()}\n`)
    job.summary(command === 'lease' ? `\`\`\`\n${text}\`\`\`` : text)
    if (code !== 0) failure = 'It is not done; the lines above say why.'
    return code
  } catch (error) {
    failure = sentenceOf(error)
    return 1
  } finally {
    output.write(`::${word}::\n`)
    if (failure !== undefined) output.write(`::error title=Clientry::${escaped(failure)}\n`)
  }
}

function sentenceOf(error: unknown): string {
  if (error instanceof ClientryError) {
    const { message, providerMessage, requestId } = error
    const says = providerMessage === undefined ? [] : [`The provider says: ${providerMessage}`]
    return [message, ...says, ...(requestId === undefined ? [] : [`(request ${requestId})`])].join(
      ' ',
    )
  }
  if (error instanceof UsageError || isClientError(error)) return error.message
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

/** https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts, `escapeData`. */
const escaped = (text: string) =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
