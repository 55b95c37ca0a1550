/** The table of docs/providers/rfc7592.md is what real servers do now; a failure prints it. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { probe, type Seen } from '../peers/probe.ts'
import { NO_GLEWLWYD, PEERS } from './peers.ts'

/** As the table names them. */
const COLUMNS: Readonly<Record<string, string>> = {
  'rfc7592 at oidc-provider': 'oidc-provider 9.13.3, rotation off',
  'rfc7592 at oidc-provider that renews tokens': 'rotation on (its default)',
  'rfc7592 at the local provider': 'Clientry’s own',
  'rfc7592 at Glewlwyd': 'Glewlwyd 2.7.5',
}

it('is what is documented', async ({ skip }) => {
  if (NO_GLEWLWYD !== undefined) skip(NO_GLEWLWYD)
  const columns: [string, Seen][] = []
  for (const kind of PEERS) {
    const { peer, close } = await kind.start()
    columns.push([COLUMNS[kind.name] ?? kind.name, await probe(peer)])
    await close()
  }
  const page = readFileSync(join(process.cwd(), 'docs', 'providers', 'rfc7592.md'), 'utf8')
  expect(page).toContain(tableOf(columns))
})

function tableOf(columns: readonly (readonly [string, Seen])[]): string {
  const rows = Object.keys(columns[0]?.[1] ?? {})
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  return [
    line(['', ...columns.map(([name]) => name)]),
    `|${'---|'.repeat(columns.length + 1)}`,
    ...rows.map((row) => line([row, ...columns.map(([, seen]) => seen[row] ?? '')])),
  ].join('\n')
}
