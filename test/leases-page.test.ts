/** The workflow in docs/leases.md: its lines as a shell runs them, against a server and what GitHub has for a job. */

import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parse } from 'yaml'
import { AUDIENCE, startWorld, type World } from './contract/world.ts'
import { served } from './fixtures/served.ts'
import { startGithub } from './tokens/issuer.ts'

const page = readFileSync(new URL('../docs/leases.md', import.meta.url), 'utf8')
const URL_OF_PREVIEW = 'https://pr-7.preview.example.com/callback'

let world: World
let port: number
let close: () => Promise<void>
let github: Awaited<ReturnType<typeof startGithub>>
let folder: string
let environment: Readonly<Record<string, string>>

const GITHUB = 'https://token.actions.githubusercontent.com'
/** As the page has it. */
const CLAIMS = { repository: 'example/shop', event_name: 'pull_request' }

beforeAll(async () => {
  expect(page).toContain('`claims: { repository: example/shop, event_name: pull_request }`')
  const permissions = [{ issuer: GITHUB, claims: CLAIMS, grants: ['leases:write'] }]
  const issuer = { issuer: GITHUB, audience: [AUDIENCE], requireTyp: false }
  ;({ world, port, close } = await served(startWorld({ permissions, issuer })))
  github = await startGithub((aud) => {
    const own = { ...CLAIMS, iss: GITHUB, aud, scope: undefined, client_id: undefined }
    return world.token([], own, { typ: 'JWT' })
  })
  folder = mkdtempSync(join(tmpdir(), 'clientry-leases-'))
  writeFileSync(join(folder, 'env'), '')
  environment = {
    LEASES: `http://127.0.0.1:${port}/clients/exampleClientId/leases`,
    AUDIENCE,
    OWNER: 'example/shop#7',
    URL: URL_OF_PREVIEW,
  }
})
afterAll(async () => {
  await close()
  await github.close()
  rmSync(folder, { recursive: true, force: true })
})

const callbacks = () => world.auth0.client('exampleClientId')?.callbacks as readonly string[]
/** What a step prints, with what those before it have left for it. */
const run = async (line: string) => {
  const file = join(folder, 'env')
  const left = readFileSync(file, 'utf8').split('\n').filter(Boolean)
  const env = {
    ...environment,
    ...github.environment,
    ...Object.fromEntries(left.map((one) => one.split(/=(.*)/, 2))),
    GITHUB_ENV: file,
    PATH: process.env.PATH,
  }
  return (await promisify(execFile)('sh', ['-ec', line], { env })).stdout
}

it('adds the callback when a pull request opens, renews it, and takes it away when it closes', async () => {
  const [, yaml = ''] = /```yaml\n((?:(?!```)[\s\S])*ACTIONS_ID_TOKEN[\s\S]*?)```/.exec(page) ?? []
  const { steps, env, permissions } = parse(yaml).jobs.callback
  expect(permissions).toEqual({ 'id-token': 'write' })
  expect(Object.keys(env)).toEqual(Object.keys(environment))
  const [token, opened, closed] = steps.map((step: { run: string }) => step.run)
  expect(await run(token)).toMatch(/^::add-mask::\S+\n$/)
  const before = callbacks()
  for (const _ of ['opened', 'synchronize']) {
    const { leases } = JSON.parse(await run(opened))
    expect(leases).toMatchObject([{ value: URL_OF_PREVIEW, owner: 'example/shop#7' }])
    expect(callbacks()).toEqual([...before, URL_OF_PREVIEW])
  }
  expect(JSON.parse(await run(closed)).leases).toEqual([])
  expect(callbacks()).toEqual(before)
})
