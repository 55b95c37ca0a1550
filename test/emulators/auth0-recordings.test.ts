import { existsSync, readFileSync } from 'node:fs'
import { it } from 'vitest'
import { type Recorded, replay } from './auth0-replay.ts'

const calls = readFileSync('../shared/recordings/auth0-clients.jsonl', 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((l) => JSON.parse(l) as Recorded)
const files = new Map<string, Recorded[]>()
for (const c of calls) files.set(c.file, [...(files.get(c.file) ?? []), c])
it('x', async () => {
  let n = 0
  const un: Record<string, number> = {}
  for (const [file, list] of files) {
    const r = await replay(list)
    n += r.compared.length
    for (const [k, v] of Object.entries(r.uncompared)) un[k] = (un[k] ?? 0) + v
    for (const c of r.compared)
      if (c.differences.length)
        process.stdout.write(`${file} ${c.index} ${c.kind} ${c.differences.join(', ')}\n`)
  }
  process.stdout.write(`${n} ${JSON.stringify(un)}\n`)
}, 60000)
void existsSync
