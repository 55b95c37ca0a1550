/** `npm run fields`: writes what pages have from the mappings, the list of operations and the attempts at speed, and prints for each whether it changed. */

import { readFileSync, writeFileSync } from 'node:fs'
import { withTried } from '../bench/aims-page.ts'
import { renderFields, withCopies } from './fields.ts'
import { withRoutes } from './routes.ts'

const PAGES: Readonly<Record<string, (page: string) => string>> = {
  'docs/fields.md': renderFields,
  'docs/copy.md': withCopies,
  'docs/http.md': withRoutes,
  'docs/internals/benchmarks.md': withTried,
}

for (const [path, render] of Object.entries(PAGES)) {
  const before = readFileSync(path, 'utf8')
  const after = render(before)
  if (after !== before) writeFileSync(path, after)
  console.log(after === before ? `${path}: nothing changed` : `${path}: written`)
}
