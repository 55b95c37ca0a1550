/** A step as each part of the action sees it: its inputs, its job, and commands of the program that it runs. */

import { Readable, Writable } from 'node:stream'
import type { Run } from '../cli/command.ts'
import { checkedUrl } from '../cli/connect/url.ts'
import type { Values } from '../cli/options.ts'
import { createTerminal } from '../cli/terminal.ts'
import { httpFetch } from '../net/http-fetch.ts'
import type { Api } from '../sdk/api.ts'
import { connect } from '../sdk/index.ts'
import { byGithub } from '../tokens/github.ts'
import { kept } from '../tokens/kept.ts'
import type { Inputs } from './inputs.ts'
import type { Job } from './job.ts'

export interface Step {
  readonly inputs: Inputs
  readonly job: Job
  /** Runs a command, and gives what it prints beside its exit code. */
  run(command: Run, words: readonly string[], options: Values): Promise<Ran>
}

export interface Ran {
  readonly code: number
  readonly text: string
}

type Environment = Readonly<Record<string, string | undefined>>

/** A step whose commands write their notes to `errors`. */
export function stepOf(
  { inputs, job }: Pick<Step, 'inputs' | 'job'>,
  environment: Environment,
  errors: Writable,
): Step {
  let api: Api | undefined
  const connected = async () => {
    api ??= connectBy(inputs, environment)
    return api
  }
  const run: Step['run'] = async (command, words, options) => {
    const parts: string[] = []
    const output = new Writable({
      write: (chunk: Buffer, _, done) => {
        parts.push(chunk.toString())
        done()
      },
    })
    const terminal = createTerminal({ input: Readable.from([]), output, errors }, false)
    const invocation = { groups: [], words, options, terminal }
    const code = await command({ ...invocation, connect: connected, tend: async () => {} })
    return { code, text: parts.join('') }
  }
  return { inputs, job, run }
}

function connectBy(inputs: Inputs, environment: Environment): Api {
  const url = checkedUrl(inputs.needed('url'))
  const audience = inputs.text('audience') ?? url.replace(/\/+$/, '')
  const token = inputs.text('token')
  return connect({
    url,
    token: token ?? kept(() => byGithub({ audience, environment })),
    fetch: httpFetch,
  })
}
