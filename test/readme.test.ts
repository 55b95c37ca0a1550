/** README.md: its commands run, its picture is what the command prints, and every page can be found from it. */

import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, normalize } from 'node:path'
import { expect, it } from 'vitest'
import { PICTURES, planOnTerminal, renderTerminal } from '../scripts/plan-picture.ts'
import { ended, startDev } from './cli/command-line.ts'
import { freePort } from './free-port.ts'

const ROOT = process.cwd()
const PAGE = readFileSync('README.md', 'utf8')
const [, BLOCK = ''] = /```sh\n([\s\S]*?)```/.exec(PAGE) ?? []

it('its first command starts everything, and its requests are answered as it says', async () => {
  const [start = '', ...rest] = BLOCK.split('\n')
  // The packages are installed: this test runs from them.
  expect(start).toMatch(/^npm ci && npm start {2,}# .*http:\/\/localhost:8787/)
  const folder = mkdtempSync(join(tmpdir(), 'clientry-readme-'))
  const port = await freePort()
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: folder,
    PORT: String(port),
    CLIENTRY_DEV_FOLDER: join(folder, '.clientry'),
  }
  // Of npm and of what it starts.
  const server = spawn('npm', ['start'], { cwd: ROOT, env, detached: true })
  const gone = new Promise((resolve) => server.once('close', resolve))
  try {
    await new Promise<void>((resolve, reject) => {
      server.stdout.on('data', (chunk: Buffer) => chunk.includes('Stop with Ctrl-C') && resolve())
      server.once('exit', () => reject(new TypeError('The server ended.')))
    })
    const script = rest
      .join('\n')
      .replaceAll('localhost:8787', `localhost:${port}`)
      .replaceAll('curl ', `curl -sS -w '\\n%{http_code}\\n' `)
    const { code, out } = await ended(
      spawn('bash', ['--norc', '-euo', 'pipefail', '-c', script], { cwd: ROOT, env }),
    )
    const [atAuth0 = '', first, atCognito = '', second] = out.trimEnd().split('\n')
    expect([code, first, second]).toEqual([0, '200', '200'])
    for (const answer of [atAuth0, atCognito]) {
      expect(JSON.parse(answer)).toMatchObject({
        callbacks: ['https://new-callback-url.com'],
        allowedLogoutUrls: ['https://new-logout-url.com'],
      })
    }
  } finally {
    if (server.pid !== undefined && server.exitCode === null) process.kill(-server.pid, 'SIGTERM')
    await gone
    rmSync(folder, { recursive: true, force: true })
  }
})

it('its second command runs the tests', () => {
  expect(PAGE).toContain('\n`npm ci && npm test` installs and runs all tests.')
  expect(JSON.parse(readFileSync('package.json', 'utf8')).scripts.test).toBe('vitest run')
})

it('its picture is a plan as the command prints it (npm run pictures)', async () => {
  const dev = await startDev()
  try {
    const printed = await planOnTerminal(dev)
    expect(printed).toContain('0 to create, 2 to change, 0 to delete.')
    for (const theme of ['light', 'dark'] as const) {
      expect(readFileSync(PICTURES[theme], 'utf8')).toBe(renderTerminal(printed, theme))
      expect(PAGE).toContain(`="${PICTURES[theme]}"`)
    }
  } finally {
    await dev.close()
  }
})

it('stays short', () => {
  expect(PAGE.split('\n').length).toBeLessThan(100)
})

const pagesIn = (folder: string) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name))

/** Where the links of a page lead, pages only. */
function linksOf(page: string): readonly string[] {
  const text = readFileSync(page, 'utf8').replace(/^```[\s\S]*?^```/gm, '')
  return [...text.matchAll(/\]\(([^()\s#]+)(?:#[^()\s]*)?\)/g)]
    .map(([, link = '']) => normalize(join(dirname(page), link)))
    .filter((link) => link.endsWith('.md'))
}

it('names every page that is for those who use it, and CONTRIBUTING.md the others', () => {
  const named = linksOf('README.md')
  const used = [...pagesIn('docs'), ...pagesIn('docs/providers')]
  expect(used.filter((page) => !named.includes(page))).toEqual([])
  const forOthers = linksOf('CONTRIBUTING.md')
  expect(pagesIn('docs/internals').filter((page) => !forOthers.includes(page))).toEqual([])
})
