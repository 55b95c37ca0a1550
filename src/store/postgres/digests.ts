/** What names are found by: an index holds short keys only, and a text of PostgreSQL has no character 0. */

import { createHash } from 'node:crypto'

export const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest()
