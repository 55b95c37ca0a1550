/** The kind of a new client, from the option `--kind`. */

import type { ClientKind } from '../../sdk/types.ts'
import { UsageError } from '../exit.ts'
import type { Values } from '../options.ts'

const KINDS: readonly ClientKind[] = ['spa', 'web', 'native', 'machine']

/** @throws UsageError */
export function kindOf({ kind }: Values): ClientKind {
  const found = KINDS.find((one) => one === kind)
  if (found !== undefined) return found
  throw new UsageError(`--kind must be one of: ${KINDS.join(', ')}.`)
}
