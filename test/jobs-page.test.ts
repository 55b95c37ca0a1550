/** docs/jobs.md: its lines as a shell runs them, one after the other, against a server. */

import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { expect } from 'vitest'
import { onShared } from './fixtures/opened.ts'
import { served } from './fixtures/served.ts'
import { type JobWorld, startJobWorld } from './http/jobs-world.ts'

const page = readFileSync(new URL('../docs/jobs.md', import.meta.url), 'utf8')
const [submit, results, start, events, undo] = [...page.matchAll(/```sh\n([\s\S]*?)```/g)].map(
  ([, line = '']) => line,
)
const ADDED = 'https://app.example.com/second'

let world: JobWorld
let port: number

const it = onShared(
  () => served(startJobWorld(3)),
  (opened) => {
    ;({ world, port } = opened)
  },
)

async function run(line: string | undefined, job: unknown = ''): Promise<string> {
  const here = (line ?? '').replaceAll('localhost:8787', `127.0.0.1:${port}`)
  const env = { PATH: process.env.PATH, TOKEN: await world.token(), JOB: String(job) }
  return (await promisify(execFile)('sh', ['-c', here], { env })).stdout
}

const callbacks = () => world.ids.map((id) => world.auth0.client(id)?.callbacks)

it('plans, shows, changes, streams and undoes, as the page says', async () => {
  const before = callbacks()
  const { id } = JSON.parse(await run(submit))
  await world.until(id, 'planned')
  const { items } = JSON.parse(await run(results, id))
  expect(items).toHaveLength(world.ids.length + 1)
  expect(items[0].changes[0]).toMatchObject({ field: 'callbacks', added: [ADDED] })
  expect(callbacks()).toEqual(before)
  expect(JSON.parse(await run(start, id))).toMatchObject({ state: 'running' })
  expect(await run(events, id)).toContain('"state":"done"')
  expect(callbacks()).toEqual(before.map((list) => [...(list as string[]), ADDED]))
  const back = JSON.parse(await run(undo, id))
  await world.until(back.id, 'planned')
  await run(start, back.id)
  await world.until(back.id, 'done')
  expect(callbacks()).toEqual(before)
})
