/** How the command gets its tokens by itself: of a job of GitHub, a file, and a profile that is a program. */

import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EXIT } from '../../src/cli/exit.ts'
import { startWorld, type World } from '../contract/world.ts'
import { served } from '../fixtures/served.ts'
import {
  AUDIENCE,
  type OidcIssuer,
  SECRET,
  startGithub,
  startOidcIssuer,
} from '../tokens/issuer.ts'
import { clientry, ended, start } from './command-line.ts'

const GITHUB = 'https://token.actions.githubusercontent.com'

let issuer: OidcIssuer
let world: World
let url: string
let folder: string
let close: () => Promise<void>

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clientry-sign-in-'))
  issuer = await startOidcIssuer()
  const workflow = { repository: 'acme/shop', environment: 'production' }
  const read = { scope: 'clients:read', grants: ['clients:read'] }
  const opening = startWorld({
    permissions: [
      { ...read, issuer: issuer.url },
      { issuer: GITHUB, claims: workflow, grants: ['clients:read'] },
    ] as never,
    issuer: { issuer: issuer.url, jwksUrl: `${issuer.url}/jwks`, audience: [AUDIENCE] },
    issuers: [{ issuer: GITHUB, audience: [AUDIENCE], requireTyp: false }],
  })
  ;({ world, url, close } = await served(opening))
})
afterAll(async () => {
  await close()
  await issuer.close()
  rmSync(folder, { recursive: true, force: true })
})

/** What a job of this workflow gets for an audience. */
const workflowToken = (audience: string) =>
  world.token(
    [],
    {
      ...{ iss: GITHUB, aud: [audience, AUDIENCE], sub: 'repo:acme/shop:environment:production' },
      ...{ repository: 'acme/shop', environment: 'production', client_id: undefined },
      scope: undefined,
    },
    { typ: 'JWT' },
  )

describe('in a job of GitHub', () => {
  it('the command has a token for the address of the server, and shows its claims', async () => {
    const github = await startGithub(workflowToken)
    try {
      const env = { ...github.environment, CLIENTRY_URL: `${url}/` }
      const { code, out, err } = await clientry(['whoami'], { folder, env })
      expect({ code, err }).toEqual({ code: 0, err: '' })
      expect(out).toContain('repository=acme/shop environment=production')
      expect(out).toMatch(/^auth0.* {2}clients:read$/m)
      expect(github.asked.map(({ audience }) => audience)).toEqual([url])
      const named = { ...env, CLIENTRY_AUDIENCE: AUDIENCE }
      expect((await clientry(['whoami'], { folder, env: named })).code).toBe(0)
      expect(github.asked.at(-1)?.audience).toBe(AUDIENCE)
      const given = { ...env, CLIENTRY_TOKEN: await workflowToken(url) }
      expect((await clientry(['whoami'], { folder, env: given })).code).toBe(0)
      expect(github.asked).toHaveLength(2)
    } finally {
      await github.close()
    }
  })

  it('a refusal of GitHub ends it with 3', async () => {
    const github = await startGithub(workflowToken)
    github.answer(403)
    try {
      const env = { ...github.environment, CLIENTRY_URL: url }
      const { code, err } = await clientry(['whoami'], { folder, env })
      expect(code).toBe(EXIT.auth.code)
      expect(err).toContain('GitHub gave no token (status 403)')
    } finally {
      await github.close()
    }
  })
})

it('takes a token from a file that is replaced', async () => {
  const file = join(folder, 'token')
  const env = { CLIENTRY_URL: url, CLIENTRY_TOKEN_FILE: file }
  const missing = await clientry(['whoami'], { folder, env })
  expect(missing).toMatchObject({ code: EXIT.usage.code, err: expect.stringContaining(file) })
  writeFileSync(file, `${await workflowToken(url)}\n`)
  expect((await clientry(['whoami'], { folder, env })).code).toBe(0)
})

describe('a profile of a program', () => {
  const profilesPath = () => join(folder, 'config', 'clientry', 'profiles.json')
  const to = () => ['--url', url, '--issuer', issuer.url, '--audience', AUDIENCE]

  it.each<[string, () => readonly string[]]>([
    ['a secret in a variable', () => ['--client-id', 'in-header', '--client-secret-env', 'OWN']],
    [
      'a secret in a file',
      () => ['--client-id', 'in-body', '--secret-in', 'body', ...secretFile()],
    ],
    ['a private key', () => ['--client-id', 'by-key', ...keyFile()]],
  ])('has its tokens by %s, and no part of that is kept', async (_, way) => {
    const env = { OWN: SECRET }
    const login = await clientry(['login', ...to(), ...way(), '--as', 'ci'], { folder, env })
    expect(login).toMatchObject({ code: 0, out: `Signed in to ${url} (profile ci).\n` })
    expect(statSync(profilesPath()).mode & 0o077).toBe(0)
    const text = readFileSync(profilesPath(), 'utf8')
    expect(text).not.toContain(SECRET)
    expect(text).not.toContain('PRIVATE KEY')
    expect(JSON.parse(text).ci.signIn.scope).toBe('clients:read')
    const before = issuer.given()
    const used = await clientry(['whoami', '--profile', 'ci'], { folder, env })
    expect(used.out).toContain('clients:read')
    expect(issuer.given()).toBe(before)
    const profiles = JSON.parse(text)
    profiles.ci.tokens.expiresAt = Date.now() - 1
    writeFileSync(profilesPath(), JSON.stringify(profiles))
    expect((await clientry(['whoami', '--profile', 'ci'], { folder, env })).code).toBe(0)
    expect(issuer.given()).toBe(before + 1)
  })

  it('says where a secret was expected that is not there', async () => {
    const way = ['--client-id', 'in-header', '--client-secret-env', 'OWN']
    const { code, err } = await clientry(['login', ...to(), ...way], { folder })
    expect({ code, err }).toEqual({
      code: EXIT.usage.code,
      err: 'clientry: The variable OWN is missing or empty.\n',
    })
  })

  it.each([
    [['--client-secret-env', 'OWN', '--device'], /Give only one of/],
    [['--key-id', 'a', '--device'], /--key-id belongs to --private-key/],
    [['--secret-in', 'query', '--client-secret-env', 'OWN'], /--secret-in must be header or body/],
  ])('takes ways that fit together: %j', async (way, says) => {
    const { code, err } = await clientry(['login', ...to(), '--client-id', 'a', ...way], { folder })
    expect({ code, err }).toEqual({ code: EXIT.usage.code, err: expect.stringMatching(says) })
  })

  function secretFile(): readonly string[] {
    writeFileSync(join(folder, 'secret'), `${SECRET}\n`)
    return ['--client-secret-file', 'secret']
  }

  function keyFile(): readonly string[] {
    writeFileSync(join(folder, 'key.pem'), issuer.keys.RS256 ?? '')
    return ['--private-key', 'key.pem']
  }
})

it('signs in on another device, by the code that it shows', async () => {
  const way = ['--client-id', 'device', '--device', '--as', 'device']
  const to = ['--url', url, '--issuer', issuer.url, '--audience', AUDIENCE]
  const child = start(['login', ...to, ...way], { folder })
  let approved: Promise<void> | undefined
  child.stderr?.on('data', (chunk: Buffer) => {
    const [, code] = /enter the code (\S+)/.exec(chunk.toString()) ?? []
    if (code !== undefined) approved ??= issuer.approve(code)
  })
  const { code, err } = await ended(child)
  await approved
  expect(code, err).toBe(0)
  expect(err).toContain(`${issuer.url}/device`)
  const { out } = await clientry(['whoami', '--profile', 'device'], { folder })
  expect(out).toContain('alice')
})
