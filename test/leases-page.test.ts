/** The workflow in docs/leases.md: its lines as a shell runs them, against a server. */

import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parse } from 'yaml'
import { createNodeServer } from '../src/node/node-server.ts'
import { startWorld, type World } from './contract/world.ts'

const page = readFileSync(new URL('../docs/leases.md', import.meta.url), 'utf8')
const URL_OF_PREVIEW = 'https://pr-7.preview.example.com/callback'

let world: World
let server: ReturnType<typeof createNodeServer>
let environment: Readonly<Record<string, string>>

beforeAll(async () => {
  const permissions = [{ scope: 'leases:write', grants: ['leases:write'] }]
  world = await startWorld({ permissions })
  server = createNodeServer(world.clientry.app)
  const port = await server.listen(0, '127.0.0.1')
  environment = {
    LEASES: `http://127.0.0.1:${port}/clients/exampleClientId/leases`,
    TOKEN: await world.token(['leases:write']),
    OWNER: 'example/shop#7',
    URL: URL_OF_PREVIEW,
  }
})
afterAll(async () => {
  await server.close(1_000)
  await world.close()
})

const callbacks = () => world.auth0.client('exampleClientId')?.callbacks as readonly string[]
const run = async (line: string) => {
  const env = { ...environment, PATH: process.env.PATH }
  return JSON.parse((await promisify(execFile)('sh', ['-c', line], { env })).stdout)
}

it('adds the callback when a pull request opens, renews it, and takes it away when it closes', async () => {
  const [, yaml = ''] = /```yaml\n([\s\S]*?)```/.exec(page) ?? []
  const { steps, env } = parse(yaml).jobs.callback
  expect(Object.keys(env)).toEqual(Object.keys(environment))
  const [opened, closed] = steps.map((step: { run: string }) => step.run)
  const before = callbacks()
  for (const _ of ['opened', 'synchronize']) {
    const { leases } = await run(opened)
    expect(leases).toMatchObject([{ value: URL_OF_PREVIEW, owner: 'example/shop#7' }])
    expect(callbacks()).toEqual([...before, URL_OF_PREVIEW])
  }
  expect((await run(closed)).leases).toEqual([])
  expect(callbacks()).toEqual(before)
})
