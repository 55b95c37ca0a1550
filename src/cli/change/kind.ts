/** The kind of a new client, from the option `--kind`. */

import type { ClientKind } from '../../sdk/types.ts'
import { UsageError } from '../exit.ts'
import type { Values } from '../options.ts'

const KINDS: readonly ClientKind[] = ['spa', 'web', 'native', 'machine']

/** @throws UsageError */
export function kindOf({ kind }: Values): ClientKind {
  const match = KINDS.find((one) => one === kind)
  if (match !== undefined) return match
  throw new UsageError(`--kind must be one of: ${KINDS.join(', ')}.`)
}
