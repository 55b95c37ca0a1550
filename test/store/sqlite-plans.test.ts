/** How SQLite goes about the store's statements: none may walk through what grows with the history. */

import { expect, it } from 'vitest'
import { openDatabase } from '../../src/store/sqlite/database.ts'
import { createSqliteStore } from '../../src/store/sqlite/sqlite.ts'

/** What the planner does for each statement of the store, a line a step. */
async function plans(): Promise<ReadonlyMap<string, string>> {
  const database = await openDatabase(':memory:')
  const statements: string[] = []
  const { mirror } = createSqliteStore({
    exec: (sql) => database.exec(sql),
    close: () => database.close(),
    prepare: (sql) => {
      statements.push(sql)
      return database.prepare(sql)
    },
  })
  // What finds in the mirror is put together for what is asked.
  const places = [{ provider: 'auth0' }]
  const sight = { tag: 't', record: 'r', at: 1, text: 'text', terms: ['a:1', 'b:2'] }
  await mirror?.put({ client: { provider: 'auth0', id: 'one' }, ...sight }, true)
  for (const text of [undefined, 'te', 'text']) {
    for (const terms of [[], ['a:1'], ['a:1', 'b:2']]) {
      await mirror?.search({ places, terms, limit: 1, ...(text === undefined ? {} : { text }) })
    }
  }
  const planOf = (sql: string) => database.prepare(`explain query plan ${sql}`).all()
  const plain = statements.filter((sql) => !sql.startsWith('pragma'))
  const found = plain.map((sql) => {
    const steps = planOf(sql).map(({ detail }) => String(detail))
    return [sql, steps.join('\n')] as const
  })
  database.close()
  return new Map(found)
}

it('never scans a table that grows, nor sorts its rows', async () => {
  const found = await plans()
  expect(found.size).toBeGreaterThan(10)
  for (const [sql, plan] of found) {
    expect(plan, sql).not.toMatch(
      /SCAN (log|feed|operations|lanes|mirror_clients|mirror_terms|mirror_unread|one)\b/,
    )
    expect(plan, sql).not.toContain('TEMP B-TREE')
  }
})

it('begins a page of the history across clients where the page before ended', async () => {
  const found = await plans()
  const searches = [...found].filter(([sql]) => sql.includes('join feed'))
  expect(searches).toHaveLength(1)
  for (const [, plan] of searches) expect(plan).toContain('(at,position)<(?,?)')
})
