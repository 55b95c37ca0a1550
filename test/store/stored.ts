/** The stores that an earlier version wrote, as files and items of their own for a test. */

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

const read = (name: string) =>
  gunzipSync(readFileSync(join('test', 'fixtures', 'stores', `${name}.gz`)))

/** Writes the SQLite file of layout 3 to a path. */
export function writeEarlierFile(path: string): void {
  writeFileSync(path, read('sqlite.db'))
}

/** The items of a table, as `PutItem` takes them. */
export const earlierItems = (): readonly object[] =>
  JSON.parse(read('dynamodb.json').toString()) as readonly object[]

/** What each route answered when the store was written, and more (`make.ts`). */
export const expectedOf = (name: 'sqlite' | 'dynamodb'): unknown =>
  JSON.parse(read(`${name}-expected.json`).toString())
