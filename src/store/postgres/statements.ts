/** Statements with names of their own. */

import type { Statement } from './connections.ts'

/** Gives each statement of a part its name, by which a connection knows it again. */
export function named<N extends string>(
  part: string,
  texts: Readonly<Record<N, string>>,
): Readonly<Record<N, Statement>> {
  const entries = Object.entries<string>(texts)
  return Object.fromEntries(
    entries.map(([name, text]) => [name, { name: `${part} ${name}`, text }]),
  ) as Record<N, Statement>
}
