/** docs/guarantees.md has a row for each real server that `npm run test:servers` asks, and a figure for each question. */

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { SERVER_NAMES } from './servers/chosen.ts'
import { disagreements, ENDPOINTS, rowsOf, staleness, withFigures } from './servers/table.ts'

const page = readFileSync('docs/guarantees.md', 'utf8')

describe('the table of real servers', () => {
  it('has every endpoint, every figure and nothing else', () => {
    expect(staleness(page)).toEqual([])
  })

  it('is of servers that are started', () => {
    for (const { server } of ENDPOINTS) expect(SERVER_NAMES).toContain(server)
  })

  it('is out of date without one of its rows, with one too many, and with an empty cell', () => {
    const [first = { name: '', kind: '' }] = ENDPOINTS
    const line = page.split('\n').find((one) => one.startsWith(`| ${first.name} |`)) ?? ''
    expect(line).not.toBe('')
    expect(staleness(page.replace(`${line}\n`, ''))).toEqual([`${first.name} is missing.`])
    const another = line.replace(first.name, 'Another')
    expect(staleness(page.replace(line, `${line}\n${another}`))).toEqual([
      'Another is no endpoint any more.',
    ])
    const [cell = ''] = rowsOf(page)[2]?.slice(1) ?? []
    expect(staleness(page.replace(line, line.replace(`| ${cell} |`, '|  |')))).toHaveLength(1)
  })

  it('takes the figures of a run, and disagrees with others where they are always the same', () => {
    const [{ kind }] = ENDPOINTS
    const figures = { [kind]: { contract: '1 of 30 cases', adders: '3 / 1' } }
    expect(disagreements(page, figures)).toHaveLength(1)
    const written = withFigures(page, figures)
    expect(rowsOf(written)[2]?.slice(1, 3)).toEqual(['1 of 30 cases', '3 / 1'])
    expect(disagreements(written, figures)).toEqual([])
  })
})
