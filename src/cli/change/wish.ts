/** The patch that a command line describes: a file, attributes, callbacks, a secret. */

import { readFileSync } from 'node:fs'
import { isRecord, type JsonObject } from '../../core/json/json.ts'
import type { ClientPatch, ListChange } from '../../sdk/types.ts'
import type { Invocation } from '../command.ts'
import { UsageError } from '../exit.ts'
import { patchOf } from './assign.ts'

/**
 * Builds the patch; words and options win over the file.
 * @throws UsageError
 */
export async function wishOf(
  { options, terminal }: Invocation,
  assignments: readonly string[],
): Promise<ClientPatch> {
  const {
    from,
    'add-callback': add,
    'remove-callback': remove,
    'secret-from': secretFrom,
  } = options
  if (from === '-' && secretFrom === '-') {
    throw new UsageError(
      'Standard input can be read only once. Name a file for --from or --secret-from.',
    )
  }
  const read = async (path: string) => (path === '-' ? terminal.readInput() : readText(path))
  const start = from === undefined ? {} : await fromFile(from, await read(from))
  const patch = patchOf(assignments, start)
  return {
    ...patch,
    ...(add === undefined && remove === undefined
      ? {}
      : { callbacks: withCallbacks(patch.callbacks, add, remove) }),
    ...(secretFrom === undefined ? {} : { secret: firstLine(await read(secretFrom)) }),
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
