/**
 * What one may not see costs as much as what is not there: as many upstream calls and as many calls of the store, on every
 * route that takes the id of a client, at every provider. Counts are exact; the ratio of times is a figure of
 * `npm run bench -- --only=hidden`.
 */

import { describe, expect, it } from 'vitest'
import { everySubject } from '../contract/subjects.ts'
import { LIMITS, OF_ONE_CLIENT, openHidden } from './hidden-world.ts'

describe.each(await everySubject())('at $name', (kind) => {
  it('a client outside costs what none costs, on every route', async () => {
    const { ask, outside, absent, close } = await openHidden(kind)
    try {
      for (const scope of Object.keys(LIMITS)) {
        for (const route of OF_ONE_CLIENT) {
          const name = `${route.method} ${route.path}`
          const one = await ask(scope, route, outside)
          const other = await ask(scope, route, absent)
          expect({ name, scope, ...one }).toEqual({ name, scope, ...other })
          // A token that opens no client is refused where each is opened by its own.
          const statuses = route.operationId === 'adoptClient' ? [400, 404] : [404]
          expect(statuses, JSON.stringify({ name, scope, one })).toContain(one.status)
        }
      }
    } finally {
      await close()
    }
  })
})
