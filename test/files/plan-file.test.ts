/** A plan file is what `clientry plan` has written, or it is refused. */

import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { parsePlan, renderPlan } from '../../src/files/plan-file.ts'
import { thrown } from '../core/thrown.ts'

const CREATE = {
  action: 'create',
  file: 'clients/auth0/new.yaml',
  provider: 'auth0',
  key: '0123456789abcdef',
  name: 'New',
  kind: 'spa',
  patch: { name: 'New', callbacks: ['https://new.example.com/é'] },
  changes: [{ field: 'name', before: null, after: 'New' }],
} as const

/** A plan with another member here and there, and its digest made anew as someone with an editor would. */
function forged(change: (plan: Record<string, unknown>) => void): string {
  const { digest: _, ...plan } = JSON.parse(
    renderPlan(new Date(0), { folder: 'clients', items: [CREATE] }),
  )
  change(plan)
  const sorted = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value
    if (Array.isArray(value)) return value.map(sorted)
    const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
    return Object.fromEntries(members.map(([name, inner]) => [name, sorted(inner)]))
  }
  const digest = createHash('sha256')
    .update(JSON.stringify(sorted(plan)))
    .digest('hex')
  return JSON.stringify({ ...plan, digest })
}

const read = (text: string) => parsePlan('plan.json', text)

it('is read as it was written, however it is formatted since', () => {
  const text = renderPlan(new Date(0), { folder: 'clients', items: [CREATE] })
  expect(read(text).items).toEqual([CREATE])
  const { items, ...rest } = JSON.parse(text)
  expect(read(JSON.stringify({ items, ...rest })).items).toEqual([CREATE])
  expect(read(forged(() => {})).items).toEqual([CREATE])
})

it.each([
  ['a value', (text: string) => text.replace('https://new', 'https://evil')],
  ['the folder', (text: string) => text.replace('"folder": "clients"', '"folder": "."')],
  ['the digest', (text: string) => text.replace(/"digest": "./, '"digest": "x')],
])('is refused where %s was changed', (_, edit) => {
  const text = renderPlan(new Date(0), { folder: 'clients', items: [CREATE] })
  expect(edit(text)).not.toBe(text)
  const { code, message } = thrown(() => read(edit(text)))
  expect(code).toBe('invalid_field')
  expect(message).toContain('plan.json was edited after it was made')
})

describe('a file', () => {
  it.each([
    '../victim.yaml',
    'clients/../victim.yaml',
    'clients/../../clients/victim.yaml',
    'clientsfoo/victim.yaml',
    '/etc/victim.yaml',
    'victim.yaml',
    'clients',
    'clients/',
    './',
  ])('%s is refused: it is not below the folder', (file) => {
    const text = forged((plan) => {
      plan.items = [{ ...CREATE, file }]
    })
    expect(thrown(() => read(text)).message).toContain('is not below clients')
  })

  it.each(['clients/..new.yaml', './clients/a/b.yaml', 'clients/a/../b.yaml'])(
    '%s is below it',
    (file) => {
      const text = forged((plan) => {
        plan.items = [{ ...CREATE, file }]
      })
      expect(read(text).items).toMatchObject([{ file }])
    },
  )
})
