/** Which clients a job is about, and how it goes about them, from the options. */

import { readFileSync } from 'node:fs'
import type { JobClient, JobRequest, JobSelection } from '../../sdk/types.ts'
import { addressOf } from '../address.ts'
import type { Invocation } from '../command.ts'
import { UsageError } from '../exit.ts'
import type { Values } from '../options.ts'
import { plain } from '../terminal.ts'

/**
 * The clients that are listed or looked for. All clients must be asked for by name: leaving an option out
 * must not change everything.
 * @throws UsageError
 */
export async function clientsOf(
  invocation: Invocation,
): Promise<Pick<JobRequest, 'clients' | 'select'>> {
  const { options } = invocation
  const { clients: file, text, filter, 'every-client': every } = options
  const isSearch = text !== undefined || filter !== undefined || every === true
  if (file !== undefined && isSearch) {
    throw new UsageError('Give either --clients or --text, --filter and --every-client.')
  }
  if (file !== undefined) return { clients: await listed(invocation, file) }
  if (!isSearch) {
    throw new UsageError(
      'Say which clients: --filter, --text, --clients FILE, or --every-client for all of the provider.',
    )
  }
  return { select: selectionOf(options) }
}

/** The clients that the options look for. */
export function selectionOf({ provider, pool, text, filter }: Values): JobSelection {
  return {
    ...(provider === undefined ? {} : { provider }),
    ...(pool === undefined ? {} : { userPoolId: pool }),
    ...(text === undefined ? {} : { q: text }),
    ...(filter === undefined ? {} : { filter }),
  }
}

async function listed({ options, terminal }: Invocation, file: string): Promise<JobClient[]> {
  const text = file === '-' ? await terminal.readInput() : textIn(file)
  const names = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
  if (names.length === 0)
    throw new UsageError('--clients must name one client a line, one at least.')
  return names.map((name) => addressOf(name, name.includes('/') ? {} : options))
}

function textIn(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    throw new UsageError(`The file ${plain(file)} cannot be read.`)
  }
}

/**
 * How the job goes about its clients.
 * @throws UsageError
 */
export function mannerOf({
  canary,
  'then-pause': thenPause,
  'max-failures': most,
  reserve,
}: Values): Pick<JobRequest, 'canary' | 'maxFailures' | 'reserve'> {
  if (thenPause === true && canary === undefined)
    throw new UsageError('--then-pause needs --canary.')
  return {
    ...(canary === undefined
      ? {}
      : { canary: { share: shareOf(canary), ...(thenPause === true && { thenPause }) } }),
    ...(most === undefined ? {} : { maxFailures: failuresOf(most) }),
    ...(reserve === undefined ? {} : { reserve: reserveOf(reserve) }),
  }
}

function shareOf(text: string): number {
  const [, percent] = /^(\d{1,3}(?:\.\d+)?)%$/.exec(text) ?? []
  const share = percent === undefined ? Number.NaN : Number(percent) / 100
  if (share > 0 && share <= 1) return share
  throw new UsageError('--canary must be a share in percent, such as 5%.')
}

function reserveOf(text: string): number {
  const [, percent] = /^(\d{1,2})%$/.exec(text) ?? []
  if (percent !== undefined && Number(percent) <= 95) return Number(percent) / 100
  throw new UsageError('--reserve must be a whole number of percent up to 95%, such as 50%.')
}

function failuresOf(text: string): number | null {
  if (text === 'any') return null
  if (/^\d{1,5}$/.test(text)) return Number(text)
  throw new UsageError('--max-failures must be a whole number, or any.')
}
