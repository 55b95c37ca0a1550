/** Searching the mirror on PostgreSQL, as every mirror is searched. */

import { afterAll, beforeAll } from 'vitest'
import { describeSearches } from '../store/mirror-searches.ts'
import { describePostgres, openPlace, type PostgresPlace } from './place.ts'

describePostgres('the mirror on PostgreSQL', () => {
  let place: PostgresPlace
  beforeAll(async () => {
    place = await openPlace()
  })
  afterAll(() => place.close())
  describeSearches(() => {
    const { mirror } = place.store()
    if (mirror === undefined) throw new TypeError('no mirror')
    return mirror
  })
})
