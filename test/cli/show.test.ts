/** Differences as the command prints them. */

import { expect, it } from 'vitest'
import { showChanges } from '../../src/cli/show/show.ts'
import type { Terminal } from '../../src/cli/terminal.ts'

const terminal = { style: (_: string, text: string) => text } as unknown as Terminal

function linesOf(change: Parameters<typeof showChanges>[1][number]): readonly string[] {
  const lines: string[] = []
  showChanges(terminal, [change], (line) => void lines.push(line))
  return lines.slice(1)
}

it.each([
  ['an empty object in the place of none', null, {}, ['    + {}']],
  ['none in the place of an empty object', {}, null, ['    - {}']],
  ['a text in the place of none', null, 'new', ['    + new']],
  ['an object that is filled', {}, { aws: {} }, ['    + {"aws":{}}']],
  ['a list in another order', ['a', 'b'], ['b', 'a'], ['    in another order']],
])('%s', (_, before, after, lines) => {
  const isList = Array.isArray(before)
  const moved = isList ? { added: [], removed: [] } : {}
  const field = isList ? 'callbacks' : 'providerSettings.addons'
  expect(linesOf({ field, before, after, ...moved })).toEqual(lines)
})
