/** Findings of many clients, counted: each client once for a rule, however often the rule finds something on it. */

import { describe, expect, it } from 'vitest'
import type { Finding } from '../../src/core/lint/rule.ts'
import { tallyRules, tallySeverities } from '../../src/core/lint/tally.ts'

const finding = (rule: string, severity: Finding['severity'], field = 'client.name'): Finding => ({
  ...{ rule, severity, field },
  message: `${rule} at ${field}`,
  source: `where ${rule} comes from`,
})

const LINTED = [
  [finding('b', 'warning'), finding('b', 'warning', 'client.callbacks'), finding('z', 'error')],
  [],
  [finding('c', 'warning'), finding('i', 'info')],
  [finding('c', 'warning'), finding('a', 'warning')],
]

describe('findings of many clients', () => {
  it('are counted by severity', () => {
    expect(tallySeverities(LINTED)).toEqual({ error: 1, warning: 5, info: 1 })
    expect(tallySeverities([])).toEqual({ error: 0, warning: 0, info: 0 })
  })

  it('are counted by rule: the most severe first, then those of the most clients, then by name', () => {
    const tallied = tallyRules(LINTED)
    expect(tallied.map(({ rule, findings, clients }) => [rule, findings, clients])).toEqual([
      ['z', 1, 1],
      ['c', 2, 2],
      ['a', 1, 1],
      ['b', 2, 1],
      ['i', 1, 1],
    ])
    expect(tallied[0]).toEqual({
      ...{ rule: 'z', severity: 'error', source: 'where z comes from', findings: 1, clients: 1 },
    })
    expect(tallyRules([])).toEqual([])
  })
})
