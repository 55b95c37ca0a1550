/** A person is there: the difference is shown, the question is asked, and only a clear yes changes anything. */

import { execFileSync, spawn } from 'node:child_process'
import { PassThrough, Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTerminal, plain } from '../../src/cli/terminal.ts'
import { type Api, connect } from '../../src/sdk/index.ts'
import {
  CLIENTRY,
  clientry,
  type DevServer,
  ended,
  environmentOf,
  startDev,
} from './command-line.ts'

const ID = 'exampleClientId'

let dev: DevServer
let api: Api
beforeAll(async () => {
  dev = await startDev()
  const { out } = await clientry(['token'], { folder: dev.folder })
  api = connect({ url: dev.url, token: out.trim() })
})
afterAll(() => dev.close())

/** Whether this machine has a program that gives a process a terminal (util-linux). */
const hasScript = (() => {
  try {
    return execFileSync('script', ['--version'], { encoding: 'utf8' }).includes('util-linux')
  } catch {
    return false
  }
})()
if (!hasScript)
  process.stderr.write('Skipped: there is no `script` here to make a terminal with.\n')

/** Runs it on a terminal of its own; once the question stands, `answer` gives what is typed. */
function onTerminal(
  line: string,
  answer: string | (() => Promise<string>),
  env: Record<string, string> = {},
): Promise<{ readonly code: number | null; readonly text: string }> {
  const command = `${process.execPath} ${CLIENTRY} ${line}`
  const around = environmentOf({ folder: dev.folder, env: { TERM: 'xterm', ...env } })
  const child = spawn('script', ['-qec', command, '/dev/null'], { cwd: dev.folder, env: around })
  const typed = async () => (typeof answer === 'string' ? answer : answer())
  let seen = ''
  child.stdout.on('data', (chunk: Buffer) => {
    const asked = seen.includes('[y/N]')
    seen += chunk.toString()
    if (!asked && seen.includes('[y/N]')) typed().then((text) => child.stdin.write(text))
  })
  return new Promise((resolve) => {
    child.once('close', (code) => resolve({ code, text: seen }))
  })
}

describe.skipIf(!hasScript)('on a terminal', () => {
  const set = (name: string) => `set ${ID} name=${name} --add-callback https://${name}.example/`

  it('shows the difference in colours, asks, and does it after a yes', async () => {
    const { code, text } = await onTerminal(set('yes'), 'y\n')
    expect(text).toContain('\u001b[31m- Example\u001b[0m')
    expect(text).toContain('\u001b[32m+ yes\u001b[0m')
    expect(text).toContain('Change exampleClientId? [y/N]')
    expect(text).toMatch(/changed \(operation/)
    expect(code).toBe(0)
    expect((await api.getClient(ID)).body.name).toBe('yes')
  })

  it.each([
    ['n\n', 'a no'],
    ['\n', 'nothing'],
    ['perhaps\n', 'something else'],
    ['\u0004', 'the end of input'],
  ])('changes nothing after %j, %s', async (typed) => {
    const before = await api.getClient(ID)
    const { code, text } = await onTerminal(set('never'), typed)
    expect(text).toContain('Nothing was changed.')
    expect(code).toBe(1)
    expect((await api.getClient(ID)).etag).toBe(before.etag)
  })

  it('asks for a new secret with what becomes of the old one', async () => {
    const { code, text } = await onTerminal(
      `rotate-secret ${ID} --cut-over --secret-to never`,
      'n\n',
    )
    const facts = 'replaces the secret at once and stops every application that still uses it'
    expect(text.indexOf(facts)).toBeGreaterThan(-1)
    expect(text.indexOf(facts)).toBeLessThan(text.indexOf('[y/N]'))
    expect(code).toBe(1)
    const { text: beside } = await onTerminal(
      `rotate-secret cognito-client/us-east-1_1234test/${ID} --retire-after 60 --secret-to never`,
      'n\n',
    )
    expect(beside).toMatch(/adds a second secret; the current one ends \d{4}-\S+:/)
    expect(beside).toContain(`Add a secret to cognito-client/us-east-1_1234test/${ID}? [y/N]`)
  })

  it('refuses a change that was agreed to for another state', async () => {
    const { code, text } = await onTerminal(set('agreed'), async () => {
      await api.updateClient(ID, { description: 'Meanwhile' })
      return 'y\n'
    })
    expect(text).toContain('has changed since')
    expect(code).toBe(5)
  })

  it.each([{ NO_COLOR: '1' }, { TERM: 'dumb' }])('has no colours with %o', async (env) => {
    const { text } = await onTerminal(`get ${ID}`, '', env)
    expect(text).toContain('exampleClientId')
    expect(text).not.toContain('\u001b[')
  })
})

describe('a terminal', () => {
  const streams = (typed: string, isTTY: boolean) => ({
    input: Object.assign(Readable.from([Buffer.from(typed)]), { isTTY }),
    output: Object.assign(new PassThrough(), { isTTY }),
    errors: Object.assign(new PassThrough(), { isTTY }),
  })
  const text = (stream: PassThrough) => String(stream.read() ?? '')

  it.each([
    ['y\n', true],
    ['YES\n', true],
    [' y \n', true],
    ['n\n', false],
    ['yep\n', false],
    ['\n', false],
    ['', false],
  ])('takes %j for a yes: %s', async (typed, yes) => {
    const given = streams(typed, true)
    expect(await createTerminal(given, true).confirm('Do it?')).toBe(yes)
    expect(text(given.errors)).toContain('Do it? [y/N] ')
    expect(text(given.output)).toBe('')
  })

  it('has neither colours nor progress where no one looks', () => {
    const given = streams('', false)
    const terminal = createTerminal(given, true)
    expect(terminal.person).toBe(false)
    terminal.progress('50 items')
    terminal.print(terminal.style('added', '+ one'))
    expect(text(given.errors)).toBe('')
    expect(text(given.output)).toBe('+ one\n')
  })

  it('replaces one line of progress by the next', () => {
    const given = streams('', true)
    createTerminal(given, true).progress('50 items')
    expect(text(given.errors)).toBe('\r\u001b[K50 items')
  })

  it('prints a name in place of each masked text, however JSON spells it', () => {
    const given = streams('', false)
    const terminal = createTerminal(given, false)
    terminal.mask(
      new Map([
        ['hunter2"x', 'quoted'],
        ['hunter2', 'plain'],
        ['true', 'flag'],
        ['abc', 'short'],
      ]),
    )
    terminal.print('say hunter2 and hunter2"x abc')
    terminal.note('no hunter2')
    terminal.printJson({ ok: true, text: 'hunter2"x' })
    expect(text(given.output)).toBe(
      'say ${plain} and ${quoted} abc\n{\n  "ok": true,\n  "text": "${quoted}"\n}\n',
    )
    expect(text(given.errors)).toBe('no ${plain}\n')
  })

  it('spells out what would steer it', () => {
    expect(plain('a\u001b[2J\u0007\u200b\u2028é😀\n')).toBe(
      'a\\u001b[2J\\u0007\\u200b\\u2028é😀\\u000a',
    )
  })
})

it('a script can answer no by its own input', async () => {
  const { folder } = dev
  const child = spawn(process.execPath, [CLIENTRY, 'set', ID, 'name=piped'], {
    cwd: folder,
    env: environmentOf({ folder }),
  })
  expect(await ended(child, 'y\n')).toMatchObject({ code: 2 })
})
