/**
 * What a runner and GitHub are for the action: the environment of a job, its token, and the few requests of the REST API
 * (https://docs.github.com/en/rest/issues/comments, https://docs.github.com/en/rest/commits/commits#list-pull-requests-associated-with-a-commit).
 */

import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createNodeServer } from '../../src/node/node-server.ts'
import { startWorld, type World } from '../contract/world.ts'
import { startGithub } from '../tokens/issuer.ts'

export const AUDIENCE = 'https://clientry.example.com'
export const REPOSITORY = 'example/shop'
const ISSUER = 'https://token.actions.githubusercontent.com'

export interface Comment {
  readonly id: number
  body: string
  readonly user: { readonly login: string }
}

/** A pull request as it is found by the commit that its merge made. */
export interface Pull {
  readonly number: number
  readonly merged_at: string | null
  readonly merge_commit_sha: string
}

export interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
  readonly outputs: Readonly<Record<string, string>>
  readonly summary: string
}

export interface GithubWorld {
  readonly world: World
  readonly comments: Map<number, Comment[]>
  readonly pulls: Pull[]
  /** The folder that the job has checked out. */
  readonly checkout: string
  /** What GitHub says of the job in its token. */
  claims: Readonly<Record<string, string>>
  /** The status of everything that the REST API answers; `undefined`: its own. */
  refuseWith: number | undefined
  run(step: StepInput): Promise<Ended>
  close(): Promise<void>
}

export interface StepInput {
  readonly inputs: Readonly<Record<string, string>>
  readonly event: object
  readonly commit?: string
  /** Without it the job may not ask for a token. */
  readonly idToken?: boolean
}

/** Starts a server that takes tokens of jobs, and a GitHub for them. */
export async function startGithubWorld(permissions: readonly object[]): Promise<GithubWorld> {
  const issuer = { issuer: ISSUER, audience: [AUDIENCE], requireTyp: false }
  const world = await startWorld({ permissions: permissions as never, issuer })
  const server = createNodeServer(world.clientry.app)
  const port = await server.listen(0, '127.0.0.1')
  const tokens = await startGithub((aud) =>
    world.token(
      [],
      { ...state.claims, iss: ISSUER, aud, scope: undefined, client_id: undefined },
      { typ: 'JWT' },
    ),
  )
  const comments = new Map<number, Comment[]>()
  const pulls: Pull[] = []
  const checkout = mkdtempSync(join(tmpdir(), 'clientry-action-'))
  const state: Pick<GithubWorld, 'claims' | 'refuseWith'> = { claims: {}, refuseWith: undefined }
  const api = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString()
      const isAllowed =
        request.headers.authorization === 'Bearer github-token' &&
        request.headers['user-agent'] !== undefined
      const [status, body] = isAllowed
        ? answerOf(request.method ?? '', request.url ?? '', text)
        : [401, { message: 'Bad credentials' }]
      response.writeHead(state.refuseWith ?? status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(body))
    })
  })
  let next = 1
  const answerOf = (method: string, target: string, text: string): [number, unknown] => {
    const { pathname, searchParams } = new URL(target, 'http://api')
    const page = <T>(all: readonly T[]) => {
      const size = Number(searchParams.get('per_page') ?? 30)
      const from = (Number(searchParams.get('page') ?? 1) - 1) * size
      return all.slice(from, from + size)
    }
    const path = pathname.replace(`/repos/${REPOSITORY}`, '')
    const [, number = ''] = /^\/issues\/(\d+)\/comments$/.exec(path) ?? []
    const list = comments.get(Number(number)) ?? []
    if (number !== '' && method === 'GET') return [200, page(list)]
    if (number !== '' && method === 'POST') {
      const comment = {
        id: next,
        body: JSON.parse(text).body,
        user: { login: 'github-actions[bot]' },
      }
      next += 1
      comments.set(Number(number), [...list, comment])
      return [201, comment]
    }
    const [, id = ''] = /^\/issues\/comments\/(\d+)$/.exec(path) ?? []
    const comment = [...comments.values()].flat().find((one) => one.id === Number(id))
    if (comment !== undefined && method === 'PATCH') {
      comment.body = JSON.parse(text).body
      return [200, comment]
    }
    const [, commit = ''] = /^\/commits\/(\w+)\/pulls$/.exec(path) ?? []
    if (commit !== '' && method === 'GET') return [200, page(pulls)]
    return [404, { message: 'Not Found' }]
  }
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve))
  const { port: apiPort } = api.address() as AddressInfo

  const run = async ({ inputs, event, commit = '', idToken = true }: StepInput) => {
    const files = mkdtempSync(join(tmpdir(), 'clientry-runner-'))
    const at = (name: string) => join(files, name)
    for (const name of ['output', 'summary']) writeFileSync(at(name), '')
    writeFileSync(at('event.json'), JSON.stringify(event))
    const given = { ...inputs, url: `http://127.0.0.1:${port}`, audience: AUDIENCE }
    const env = {
      PATH: process.env.PATH,
      GITHUB_ACTIONS: 'true',
      GITHUB_REPOSITORY: REPOSITORY,
      GITHUB_SHA: commit,
      GITHUB_API_URL: `http://127.0.0.1:${apiPort}`,
      GITHUB_EVENT_PATH: at('event.json'),
      GITHUB_OUTPUT: at('output'),
      GITHUB_STEP_SUMMARY: at('summary'),
      RUNNER_TEMP: files,
      ...(idToken ? tokens.environment : {}),
      ...Object.fromEntries(
        Object.entries(given).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
      ),
    }
    const bundle = join(process.cwd(), 'dist', 'action', 'index.mjs')
    const ended = await new Promise<Pick<Ended, 'code' | 'out' | 'err'>>((resolve) => {
      execFile(process.execPath, [bundle], { cwd: checkout, env }, (error, out, err) =>
        resolve({ code: error === null ? 0 : Number(error.code), out, err }),
      )
    })
    const outputs = Object.fromEntries(
      readFileSync(at('output'), 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => line.split(/=(.*)/s, 2)),
    )
    const summary = readFileSync(at('summary'), 'utf8')
    rmSync(files, { recursive: true, force: true })
    return { ...ended, outputs, summary }
  }
  return Object.assign(state, {
    world,
    comments,
    pulls,
    checkout,
    run,
    close: async () => {
      api.close()
      api.closeAllConnections()
      await tokens.close()
      await server.close(1_000)
      await world.close()
      rmSync(checkout, { recursive: true, force: true })
    },
  })
}
