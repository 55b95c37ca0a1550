/** The patch that a command line describes: a file, attributes, callbacks, a secret. */

import { readFileSync } from 'node:fs'
import { isRecord, type JsonObject } from '../../core/json/json.ts'
import type { ClientPatch, ListChange } from '../../sdk/types.ts'
import type { Invocation } from '../command.ts'
import { UsageError } from '../exit.ts'
import type { Terminal } from '../terminal.ts'
import { patchOf } from './assign.ts'

/**
 * Builds the patch; words and options win over the file.
 * @throws UsageError
 */
export async function wishOf(
  invocation: Invocation,
  assignments: readonly string[],
): Promise<ClientPatch> {
  const { options, terminal } = invocation
  const { from, 'add-callback': add, 'remove-callback': remove } = options
  if (from === '-' && options['secret-from'] === '-') {
    throw new UsageError(
      'Standard input can be read only once. Name a file for --from or --secret-from.',
    )
  }
  const start = from === undefined ? {} : await fromFile(from, await read(terminal, from))
  const secret = await secretFrom(invocation)
  const patch = patchOf(assignments, start)
  return {
    ...patch,
    ...(add === undefined && remove === undefined
      ? {}
      : { callbacks: withCallbacks(patch.callbacks, add, remove) }),
    ...(secret === undefined ? {} : { secret }),
  }
}

function withCallbacks(
  before: ClientPatch['callbacks'],
  add: readonly string[] | undefined,
  remove: readonly string[] | undefined,
): ListChange {
  if (Array.isArray(before) || before === null) {
    throw new UsageError('callbacks are set as a whole, so none can be added or removed as well.')
  }
  const list = (before ?? {}) as ListChange
  return {
    ...list,
    ...(add === undefined ? {} : { add: [...(list.add ?? []), ...add] }),
    ...(remove === undefined ? {} : { remove: [...(list.remove ?? []), ...remove] }),
  }
}

/** A client as `get --json` prints it, some of its attributes, or the body of a request. */
async function fromFile(path: string, text: string): Promise<ClientPatch> {
  const { parse } = await import('yaml')
  let value: unknown
  try {
    value = parse(text)
  } catch {
    throw new UsageError(`${path} is not valid YAML or JSON.`)
  }
  const client = isRecord(value) && isRecord(value.client) ? value.client : value
  if (isRecord(client)) return client as JsonObject as ClientPatch
  throw new UsageError(`${path} must contain the attributes of a client.`)
}

/**
 * The secret of `--secret-from`: other users can see what stands on the command line.
 * @throws UsageError
 */
export async function secretFrom({ options, terminal }: Invocation): Promise<string | undefined> {
  const { 'secret-from': path } = options
  return path === undefined ? undefined : firstLine(await read(terminal, path))
}

const read = async (terminal: Terminal, path: string) =>
  path === '-' ? terminal.readInput() : readText(path)

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    throw new UsageError(`${path} cannot be read.`)
  }
}

function firstLine(text: string): string {
  const [line = ''] = text.split(/\r?\n/, 1)
  if (line !== '') return line
  throw new UsageError('The secret must be on the first line.')
}
