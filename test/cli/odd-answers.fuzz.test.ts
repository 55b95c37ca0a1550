/**
 * Whatever a server answers with 200, every command ends with a sentence and an exit code of its own: no
 * stack trace, and none of the words of the runtime.
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runLine } from '../../src/cli/run.ts'
import { patience, runs } from '../property.ts'

let server: Server
let url: string
let body = '{}'
let folder: string

beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume()
    const headers = { 'content-type': 'application/json', 'x-request-id': 'odd', etag: '"odd"' }
    response.writeHead(200, headers).end(body)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  folder = mkdtempSync(join(tmpdir(), 'clientry-odd-'))
  writeFileSync(join(folder, 'a.yaml'), 'provider: auth0\nid: abc\nclient:\n  name: Portal\n')
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise((closed) => server.close(closed))
  rmSync(folder, { recursive: true, force: true })
})

async function run(line: readonly string[]) {
  const texts = { out: '', err: '' }
  const into = (name: 'out' | 'err') =>
    new Writable({
      write: (chunk, _, done) => {
        texts[name] += String(chunk)
        done()
      },
    })
  const streams = { input: Readable.from([]), output: into('out'), errors: into('err') }
  const code = await runLine([...line, '--url', url], streams as never)
  return { code, ...texts }
}

/** Each command that shows what a server answers. */
const lines = (): readonly (readonly string[])[] => [
  ['get', 'abc'],
  ['list'],
  ['list', '--fresh', '--json'],
  ['set', 'abc', 'name=New', '--yes'],
  ['diff', 'abc', 'name=New'],
  ['create', 'name=New', '--kind', 'web', '--provider', 'auth0', '--yes'],
  ['copy', 'abc', 'local', '--yes'],
  ['delete', 'abc', '--yes'],
  ['history', 'abc'],
  ['operation', 'abc'],
  ['rollback', 'abc', '--to', '1', '--yes'],
  ['rotate-secret', 'abc', '--yes', '--show-secret'],
  ['secrets', 'abc'],
  ['retire-secret', 'abc', 'one', '--yes'],
  ['protect', 'abc', '--yes'],
  ['suspend', 'abc', '--yes'],
  ['resume', 'abc', '--yes'],
  ['standing', 'abc'],
  ['keys', 'abc'],
  ['remove-key', 'abc', 'one', '--yes'],
  ['lint'],
  ['lint', 'abc'],
  ['export', join(folder, 'out'), '--provider', 'auth0'],
  ['plan', folder],
  ['drift', folder],
]

const value = fc.oneof(
  fc.constantFrom('null', '[]', '{}', '1', '"text"', '[null]', '[{}]', '{"id":1}', '[[]]', '1E400'),
  fc.json({ maxDepth: 2 }),
)
const NAMES = [
  'id',
  'name',
  'clients',
  'items',
  'providers',
  'changes',
  'findings',
  'secrets',
  'fields',
]
const MORE = [
  'mirror',
  'warnings',
  'next',
  'secret',
  'previous',
  'client',
  'providerSettings',
  'leases',
  'endingSecrets',
  'openChange',
  'keys',
]
const answer = fc.oneof(
  value,
  fc
    .array(fc.tuple(fc.constantFrom(...NAMES, ...MORE), value), { maxLength: 5 })
    .map((members) => `{${members.map(([name, held]) => `"${name}":${held}`).join(',')}}`),
  value.map((held) => `{"clients":[${held}],"items":[${held}],"providers":[${held}],"mirror":[]}`),
)

it(
  'is reported in a sentence',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: lines().length - 1 }), answer, async (which, text) => {
        // A page that names a next one for ever is another matter.
        fc.pre(!text.includes('"next"'))
        body = text
        const line = lines()[which] ?? []
        const { code, err } = await run(line)
        expect(err, line.join(' ')).not.toMatch(
          /\n\s+at |TypeError|RangeError|undefined|is not a function/,
        )
        // 9: a fault of the command; 2: a command line that asks for nothing.
        expect([2, 9], `${line.join(' ')}: ${err}`).not.toContain(code)
      }),
      {
        numRuns: runs(150),
        examples: [
          [0, '[]'],
          [1, '{"clients":[null]}'],
          [19, '{"clients":{}}'],
        ],
      },
    )
  },
  patience(120_000),
)
