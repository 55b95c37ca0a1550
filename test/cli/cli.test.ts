/** Each command as a process, against the development server: what it does, prints and ends with. */

import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { describe, expect } from 'vitest'
import { COMMANDS } from '../../src/cli/commands.ts'
import { EXIT, EXIT_OF } from '../../src/cli/exit.ts'
import { runLine } from '../../src/cli/run.ts'
import type { Client, HistoryItem, LintPage, Plan, SecretList } from '../../src/sdk/types.ts'
import { CONTROL_HEADERS } from '../emulators/control-headers.ts'
import { onShared } from '../fixtures/opened.ts'
import { jwk, privateJwk } from '../fixtures/public-keys.ts'
import { freePort } from '../free-port.ts'
import { clientry, clientryProcess, type DevServer, start, startDev } from './command-line.ts'

const ID = 'exampleClientId'
const POOL = 'us-east-1_1234test'
const IN_POOL = `cognito-client/${POOL}/${ID}`
const SECRET = 'auth0-example-secret-for-development-only'

let dev: DevServer
const it = onShared(startDev, (opened) => {
  dev = opened
})

/** Runs it in the folder of the development server. */
const run = (line: string, around: { input?: string; env?: Record<string, string> } = {}) =>
  clientry(line.split(' '), { folder: dev.folder, ...around })
const runProcess: typeof run = (line, around = {}) =>
  clientryProcess(line.split(' '), { folder: dev.folder, ...around })
/** Each request has an id of its own. */
const withoutIds = (text: string) => text.replaceAll(/[\da-f]{8}-[\da-f-]{27}/g, 'ID')
const file = (name: string, text: string) => {
  writeFileSync(join(dev.folder, name), text)
  return name
}
async function json<T>(line: string): Promise<T> {
  const { code, out, err } = await run(`${line} --json`)
  expect({ code, err }).toEqual({ code: 0, err: '' })
  return JSON.parse(out) as T
}
const held = () => json<Client>(`get ${ID}`)

describe('get', () => {
  it('shows a client by its id, by where it is, and by options', async () => {
    const lines = [`get ${IN_POOL}`, `get ${ID} --provider cognito-client --pool ${POOL}`]
    for (const line of lines) {
      const { code, out } = await run(line)
      expect(code).toBe(0)
      expect(out.split('\n')[0]).toBe(IN_POOL)
      expect(out).toMatch(/^ {2}name +Example$/m)
    }
    expect((await run(`get ${ID}`)).out).toMatch(/^auth0\/exampleClientId\n/)
  })

  it('shows a secret only where it is asked for', async () => {
    for (const line of [`get ${ID}`, `get ${ID} --json`]) {
      expect((await run(line)).out).not.toContain(SECRET)
      expect((await run(`${line} --show-secret`)).out).toContain(SECRET)
    }
  })

  it('steers no terminal by what a provider holds', async () => {
    const wild = 'x\u001b[31m\u009b2J\u202eevil\u{e0041}'
    const record = JSON.parse(await emulated(dev.auth0, 'GET')) as { client_id: string }[]
    const [example] = record.filter(({ client_id: id }) => id === ID)
    await emulated(dev.auth0, 'PUT', { ...example, client_id: 'wild', name: wild })
    const { out } = await run('get wild')
    expect(out).toMatch(/name +x\\u001b\[31m\\u009b2J\\u202eevil\\udb40\\udc41$/m)
    const printed = await run('get wild --json')
    for (const one of ['\u001b', '\u009b', '\u202e', '\u{e0041}']) {
      expect(printed.out).not.toContain(one)
    }
    expect((JSON.parse(printed.out) as Client).name).toBe(wild)
  })
})

/** The control routes of the Auth0 emulator. */
async function emulated(url: string, method: 'GET' | 'PUT', body?: object): Promise<string> {
  const response = await fetch(`${url}/_emulator/clients`, {
    method,
    headers: CONTROL_HEADERS,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return response.text()
}

describe('set', () => {
  it('changes what is named, reports the operation, and does nothing twice', async () => {
    const line = `set ${ID} description=By-hand clientMetadata.tier=gold --yes`
    const first = await run(line)
    expect(first).toMatchObject({ code: 0, err: '' })
    const [, operation = ''] = /changed \(operation (.+)\)/.exec(first.out) ?? []
    expect((await run(line)).out).toContain('nothing to change')
    const item = await json<HistoryItem>(`operation ${operation}`)
    expect(item.changes.map(({ field }) => field)).toEqual(['description', 'clientMetadata.tier'])
    expect((await held()).clientMetadata).toEqual({ team: 'identity', tier: 'gold' })
  })

  it('adds and removes callbacks', async () => {
    const url = 'https://app.example.com/by-hand'
    await run(`set ${ID} --add-callback ${url} --yes`)
    expect((await held()).callbacks).toContain(url)
    await run(`set ${ID} --remove-callback ${url} callbacks+=https://b.example/ --yes`)
    const { callbacks } = await held()
    expect(callbacks).toContain('https://b.example/')
    expect(callbacks).not.toContain(url)
  })

  it('takes YAML, JSON and what get has printed, from a file and from standard input', async () => {
    const yaml = file('wish.yaml', 'description: From a file\nwebOrigins: [https://a.example]\n')
    await run(`set ${ID} --from ${yaml} name=Over --yes`)
    expect(await held()).toMatchObject({ description: 'From a file', name: 'Over' })
    const whole = JSON.stringify({ ...(await held()), name: 'Whole' })
    const { code } = await run(`set ${ID} --from - --yes`, { input: whole })
    expect(code).toBe(0)
    expect((await held()).name).toBe('Whole')
  })

  it('takes a secret from standard input or a file, never from its words', async () => {
    const secret = 'a-secret-from-standard-input-0123456789'
    const { code } = await run(`set ${ID} --secret-from - --yes`, { input: `${secret}\n` })
    expect(code).toBe(0)
    expect((await run(`get ${ID} --show-secret`)).out).toContain(secret)
    const refused = await run(`set ${ID} secret=${secret} --yes`)
    expect(refused.code).toBe(EXIT.usage.code)
    expect(refused.err).not.toContain(secret)
    await run(`set ${ID} --secret-from ${file('secret', SECRET)} --yes`)
  })

  it('shows what would change, and changes nothing', async () => {
    const before = await held()
    const { code, out } = await run(`set ${ID} name=Dry callbacks-=https://b.example/ --dry-run`)
    expect(code).toBe(0)
    expect(out).toBe(
      `auth0/${ID}\n  name\n    - Whole\n    + Dry\n  callbacks\n    - https://b.example/\n`,
    )
    const plan = await json<Plan>(`set ${ID} name=Dry --dry-run`)
    expect(plan.changes).toMatchObject([{ field: 'name', after: 'Dry' }])
    expect(await held()).toEqual(before)
  })

  it('changes nothing where no one is there to be asked', async () => {
    const before = await held()
    const { code, err } = await run(`set ${ID} name=Other`)
    expect(code).toBe(EXIT.usage.code)
    expect(err).toContain('--yes')
    expect(await held()).toEqual(before)
  })

  it('keeps to the state that it was given', async () => {
    const { code, err } = await run(`set ${ID} name=Late --if-match outdated --yes`)
    expect(code).toBe(EXIT.conflict.code)
    expect(err).toContain('has changed since')
  })

  it('does once what has one key', async () => {
    const line = `set ${ID} name=Keyed --key release-1 --yes`
    const [first, second] = [await run(line), await run(line)]
    expect(second.out).toBe(first.out.replace('changed', 'changed earlier with the same key'))
  })
})

describe('diff', () => {
  it.each([
    [`diff ${ID} name=Keyed`, 0, ''],
    [`diff ${ID} name=Other`, 1, '  name\n    - Keyed\n    + Other\n'],
    [`diff ${ID} ${ID}`, 0, ''],
    [`diff ${ID} ${IN_POOL}`, 1, '  name\n    - Keyed\n    + Example\n'],
  ])('%s ends with %i', async (line, code, out) => {
    const ended = await run(line)
    expect(ended).toMatchObject({ code, err: '' })
    expect(ended.out).toContain(out)
    const { changes } = JSON.parse((await run(`${line} --json`)).out) as { changes: unknown[] }
    expect(changes.length > 0).toBe(code === 1)
  })
})

describe('the life of a client', () => {
  it('is made, protected, changed, rolled back, removed', async () => {
    const made = await run('create --kind web name=Portal callbacks=https://p.example/cb --yes')
    expect(made.code).toBe(0)
    const [name = ''] = made.out.split('\n')
    expect(made.err).toContain(`clientry get ${name} --show-secret`)
    const { secret } = await json<Client>(`get ${name} --show-secret`)
    expect(made.out).not.toContain(secret)

    await run(`protect ${name} --yes`)
    const refused = await run(`delete ${name} --yes`)
    expect(refused.code).toBe(EXIT.refused.code)
    expect(refused.err).toContain('Remove the protection first: clientry unprotect.')
    expect((await run(`get ${name}`)).out).toMatch(/protected +true/)
    await run(`unprotect ${name} --yes`)

    await run(`set ${name} name=Changed --yes`)
    expect((await run(`rollback ${name} --to 1 --yes`)).code).toBe(0)
    expect((await json<Client>(`get ${name}`)).name).toBe('Portal')

    const look = await run(`delete ${name} --dry-run`)
    expect(look.out).toContain('no new client can get back')
    expect(await run(`delete ${name} --yes`)).toMatchObject({ code: 0, out: `${name}: deleted\n` })
    expect((await run(`get ${name}`)).code).toBe(EXIT.notFound.code)
  })

  it('prints the secret of a new client once, where it is asked for', async () => {
    const line = 'create --kind machine name=Nightly --key nightly-1 --yes --json'
    const { secret } = JSON.parse((await run(`${line} --show-secret`)).out) as Client
    expect(secret).toMatch(/.{24}/)
    expect((JSON.parse((await run(line)).out) as Client).secret).toBeNull()
  })
})

describe('list', () => {
  it('finds clients, at every provider, by a text and by a filter', async () => {
    const all = await run('list --fresh --all --provider auth0')
    expect(all).toMatchObject({ code: 0 })
    expect(all.out).toMatch(new RegExp(`^auth0/${ID} +Keyed$`, 'm'))
    const line = 'list app.example.com --fresh --provider auth0'
    const { clients } = await json<{ clients: Client[] }>(line)
    expect(clients.map(({ id }) => id)).toContain(ID)
    expect(JSON.stringify(clients)).not.toContain(SECRET)
    const one = await json<{ clients: Client[] }>('list --fresh --provider auth0 --limit 1')
    expect(one.clients).toHaveLength(1)
  })
})

describe('copy', () => {
  it('reports what it loses, makes the client, and keeps its secret in a file', async () => {
    const look = await run(`copy ${ID} local --dry-run`)
    expect(look).toMatchObject({ code: 0, err: '' })
    expect(look.out).toMatch(/ is lost.*\n/)
    const refused = await run(`copy ${ID} local --secret-to unused --yes`)
    expect(refused.code).toBe(EXIT[EXIT_OF.lossy_copy].code)
    expect(existsSync(join(dev.folder, 'unused'))).toBe(false)
    const path = join(dev.folder, 'copied')
    const done = await run(`copy ${ID} local name=Copy --allow-loss --secret-to ${path} --yes`)
    expect(done).toMatchObject({
      code: 0,
      err: `The secret is in ${path}, which only you can read.\n`,
    })
    const [name = ''] = done.out.split(': a copy of')
    expect(await json<Client>(`get ${name}`)).toMatchObject({ provider: 'local', name: 'Copy' })
    expect(done.out).not.toContain(readFileSync(path, 'utf8').trim())
  })
})

describe('secrets', () => {
  it('are rotated into a file of one owner, listed and retired', async () => {
    const refused = await run(`rotate-secret ${IN_POOL} --yes`)
    expect(refused).toMatchObject({ code: EXIT.usage.code, out: '' })
    const path = join(dev.folder, 'new-secret')
    const done = await run(`rotate-secret ${IN_POOL} --secret-to ${path} --yes`)
    expect(done).toMatchObject({ code: 0, out: '' })
    expect(done.err).toContain(`The secret is in ${path}`)
    const secret = readFileSync(path, 'utf8').trim()
    expect(statSync(path).mode & 0o077).toBe(0)
    expect(secret).toMatch(/^\S{24,}$/)
    expect(done.err).not.toContain(secret)

    const { secrets } = await json<{ secrets: { id: string }[] }>(`secrets ${IN_POOL}`)
    expect(secrets).toHaveLength(2)
    expect((await run(`secrets ${IN_POOL}`)).out).not.toContain(secret)
    await run(`retire-secret ${IN_POOL} ${secrets[0]?.id} --retire-after 3600 --yes`)
    expect((await run(`secrets ${IN_POOL}`)).out).toMatch(/ since \S+, ends \d{4}-\S+\n/)
    const ended = await run(`retire-secret ${IN_POOL} ${secrets[0]?.id} --yes`)
    expect(ended).toMatchObject({ code: 0, err: '' })
    expect(ended.out).toContain('has ended')
    expect(await json(`secrets ${IN_POOL}`)).toMatchObject({ secrets: [{ id: secrets[1]?.id }] })
  })

  it('are rotated after the facts: what becomes of the current one', async () => {
    const beside = await run(`rotate-secret ${IN_POOL} --retire-after 3600 --dry-run`)
    expect(beside).toMatchObject({ code: 0, err: '' })
    expect(beside.out).toMatch(
      /\n {2}adds a second secret; the current one ends \d{4}-\d\d-\d\dT\S+:\n/,
    )
    const open = await run(`rotate-secret ${IN_POOL} --dry-run`)
    expect(open.out).toContain('the current one stays live until clientry retire-secret ends it')
    const replaced = await run(`rotate-secret ${ID} --cut-over --dry-run`)
    expect(replaced).toMatchObject({ code: 0, err: '' })
    expect(replaced.out).toContain(
      'replaces the secret at once and stops every application that still uses it',
    )
    const said = (await run(`rotate-secret ${ID} --cut-over --dry-run --json`)).out
    expect(JSON.parse(said)).toMatchObject({ previous: [] })
  })

  it('can be the own ones of the caller, from a file or standard input, at a creation and a rotation', async () => {
    const [first, second] = ['own_first_secret_0123456789_one', 'own_second_secret_0123456789_two']
    const made = await run(
      `create --kind web name=Own callbacks=https://own.example.com/cb --provider cognito-client --pool us-east-1_1234test --secret-from ${file('own-secret', first)} --yes --json`,
    )
    expect(made.code, made.err).toBe(0)
    const own = `cognito-client/us-east-1_1234test/${(JSON.parse(made.out) as Client).id}`
    expect((await run(`get ${own} --show-secret`)).out).toContain(first)

    const rotated = await run(`rotate-secret ${own} --secret-from - --yes`, {
      input: `${second}\n`,
    })
    expect(rotated.code, rotated.err).toBe(0)
    for (const { out, err } of [made, rotated]) {
      expect(`${out}${err}`).not.toContain(first)
      expect(`${out}${err}`).not.toContain(second)
    }
    const { secrets } = await json<SecretList>(`secrets ${own}`)
    await run(`retire-secret ${own} ${secrets[0]?.id} --yes`)
    const third = 'own_third_secret_0123456789_three'
    const again = `rotate-secret ${own} --secret-from ${file('third', third)}`
    expect(await run(`${again} --show-secret --yes`)).toMatchObject({ code: 0, out: `${third}\n` })

    const empty = await run(`rotate-secret ${own} --secret-from ${file('empty', '')} --yes`)
    expect(empty).toMatchObject({ code: EXIT.usage.code, out: '' })
  })

  it('say where they were written, of a new client and of a copy too', async () => {
    for (const line of [
      'create --kind machine name=Kept --provider local --secret-to made --yes',
      `copy ${ID} local name=Kept2 --allow-loss --secret-to copied2 --yes`,
    ]) {
      expect((await run(line)).err).toMatch(
        /^The secret is in (made|copied2), which only you can read/,
      )
    }
  })

  it('are not made where they could not be kept', async () => {
    const path = join(dev.folder, 'new-secret')
    const before = await json(`secrets ${IN_POOL}`)
    const { code } = await run(`rotate-secret ${IN_POOL} --secret-to ${path} --yes`)
    expect(code).toBe(EXIT.usage.code)
    expect(await json(`secrets ${IN_POOL}`)).toEqual(before)
  })

  it('are printed once, where that is asked for', async () => {
    const { out } = await run(`rotate-secret ${IN_POOL} --show-secret --yes`)
    expect(out).toMatch(/^\S{24,}\n$/)
    const line = `rotate-secret ${IN_POOL} --dry-run`
    expect(await run(line)).toMatchObject({ code: expect.any(Number), out: expect.any(String) })
  })
})

describe('keys', () => {
  it('are listed, added from a file and removed', async () => {
    const first = file('first.jwk.json', JSON.stringify(jwk('rsa', { kid: 'first-key-1' })))
    const plan = await run(`add-key ${ID} --file ${first} --dry-run`)
    expect(plan.out).toMatch(/has these keys then:\n {4}first-key-1 RSA \(not in use\)\n/)
    const added = await run(`add-key ${ID} --file ${first} --yes`)
    expect(added.out).toMatch(/first-key-1 was added\n/)
    expect((await run(`keys ${ID}`)).out).toMatch(
      /first-key-1 RS256 since \S+ \(not in use\)\n {2}at most 2\n$/,
    )
    const input = JSON.stringify(jwk('other', { kid: 'second-key' }))
    expect((await run(`add-key ${ID} --file - --yes`, { input })).out).toMatch(
      /second-key was added/,
    )
    for (const kid of ['first-key-1', 'second-key']) {
      expect((await run(`remove-key ${ID} ${kid} --yes`)).out).toContain(`${kid} was removed`)
    }
    expect(await json(`keys ${ID}`)).toEqual({ keys: [], atMost: 2 })
  })

  it('are never printed where they are private', async () => {
    const key = privateJwk('rsa', { kid: 'first-key-1' })
    const path = file('private.jwk.json', JSON.stringify(key))
    const broken = file('broken.jwk.json', `${JSON.stringify(key)}}`)
    for (const name of [path, broken]) {
      const { code, out, err } = await run(`add-key ${ID} --file ${name} --yes`)
      expect(code).not.toBe(0)
      expect(err).toMatch(/public key/)
      for (const member of ['d', 'p', 'q']) expect(out + err).not.toContain(key[member])
    }
  })
})

describe('standing', () => {
  it('is shown as what holds, and as nothing where nothing does', async () => {
    expect((await run(`standing ${IN_POOL}`)).out).toBe(
      `${IN_POOL}\n  nothing beside its settings\n`,
    )
    await run(`protect ${IN_POOL} --yes`)
    expect((await run(`standing ${IN_POOL}`)).out).toBe(`${IN_POOL}\n  protected\n`)
    expect(await json(`standing ${IN_POOL}`)).toMatchObject({ protected: true, leases: [] })
    await run(`unprotect ${IN_POOL} --yes`)
    await run(`suspend ${IN_POOL} --yes`)
    expect((await run(`standing ${IN_POOL}`)).out).toMatch(/\n {2}suspended since \d{4}-\S+\n$/)
    await run(`resume ${IN_POOL} --yes`)
  })
})

describe('history', () => {
  it('shows what was done, newest first, as many as asked for', async () => {
    await run(`set ${ID} description=Newest --yes`)
    const one = await run(`history ${ID} --limit 1`)
    expect(one.out).toMatch(/^\S+Z +\d+ applied by clientry-development\n {2}operation /)
    const { items } = await json<{ items: HistoryItem[] }>(`history ${ID} --all`)
    expect(items.length).toBeGreaterThan(5)
    const all = await json<{ items: HistoryItem[] }>('history --outcome applied --limit 3')
    expect(all.items).toHaveLength(3)
    const none = await json<{ items: unknown[] }>('history --since 2100-01-01T00:00:00Z')
    expect(none.items).toEqual([])
  })
})

describe('lint', () => {
  it('ends with 1 where there is something, and the fix that it shows works', async () => {
    await run(`set ${ID} grantTypes+=implicit --yes`)
    const { code, out } = await run(`lint ${ID}`)
    expect(code).toBe(EXIT.differs.code)
    const [, mend = ''] = /fix: (\{.*\})/.exec(out) ?? []
    await run(`set ${ID} --from ${file('mend.json', mend)} --yes`)
    expect((await held()).grantTypes).not.toContain('implicit')
  })
})

describe('lint of all', () => {
  it('reports for each client what it was, and ends with 1', async () => {
    await run('list --fresh --all')
    await run(`set ${ID} grantTypes+=implicit --yes`)
    const { code, out } = await run('lint --provider auth0')
    expect(code).toBe(EXIT.differs.code)
    expect(out).toContain(`auth0/${ID}\n`)
    const all = JSON.parse((await run('lint --json')).out) as LintPage
    expect(all.items.map(({ client }) => client.id)).toContain(ID)
    await run(`set ${ID} grantTypes-=implicit --yes`)
  })
})

describe('token', () => {
  it('is printed alone, with all scopes or some', async () => {
    const { out } = await run('token clients:read')
    const env = { CLIENTRY_URL: dev.url, CLIENTRY_TOKEN: out.trim() }
    expect((await run(`get ${ID}`, { env })).code).toBe(0)
    expect((await run(`get ${ID} --url ${dev.url}`, { env })).code).toBe(0)
  })

  it('that is none ends with 3', async () => {
    const env = { CLIENTRY_URL: dev.url, CLIENTRY_TOKEN: 'not.a.token' }
    const { code, err } = await run(`get ${ID}`, { env })
    expect(code).toBe(EXIT.auth.code)
    expect(err).not.toContain('not.a.token')
  })
})

describe.concurrent('a failure', () => {
  it.each([
    ['nothing', 2, 'There is no command nothing'],
    ['sett x', 2, 'Did you mean set?'],
    [`get`, 2, 'CLIENT is missing'],
    [`get a b`, 2, 'too many words'],
    [`get ${ID} --unknown`, 2, "Unknown option '--unknown'"],
    [`get ${ID} --url ${'x'} --url y`, 2, '--url is given twice'],
    [`get ${ID} --url http://clientry.example.com`, 2, 'must be https'],
    [`get a//b`, 2, 'Name the client as'],
    [`set ${ID}`, 2, 'There is nothing to change'],
    [`set ${ID} nmae=x --yes`, 2, 'nmae is not an attribute'],
    [`set ${ID} --from missing.yaml --yes`, 2, 'cannot be read'],
    [`create name=x --yes`, 2, '--kind must be one of'],
    [`rollback ${ID} --yes`, 2, '--to must be a revision'],
    [`get ${ID} --profile constructor`, 2, 'There is no profile constructor'],
    [`get ${ID} --profile none`, 2, 'There is no profile none'],
    [`get nosuch`, 4, 'There is no such client'],
    [`get nosuch/x`, 4, 'provider must be one of'],
    [`rotate-secret ${ID} --dry-run`, 7, '--cut-over'],
    [`operation nosuch`, 4, 'There is no such operation'],
    [`set ${ID} callbacks=https://good@evil.example/ --yes`, 7, 'user information'],
    [`set ${ID} createdAt=2026-01-01T00:00:00Z --yes`, 7, 'createdAt'],
  ])('of %s ends with %i', async (line, code, says) => {
    const ended = await run(line)
    expect(ended.err).toContain(says)
    expect(ended).toMatchObject({ code, out: '' })
  })

  it.each([
    [`get ${ID} --json`, 0],
    ['get', 2],
    ['get nosuch', 4],
    [`set ${ID} createdAt=2026-01-01T00:00:00Z --yes`, 7],
  ])('of %s is that of its process', async (line, code) => {
    const ended = await runProcess(line)
    expect(ended.code).toBe(code)
    const here = await run(line)
    expect({ ...here, err: withoutIds(here.err) }).toEqual({ ...ended, err: withoutIds(ended.err) })
  })

  it('of a server that is not there ends with 6', async () => {
    const ended = await run(`get ${ID} --url http://127.0.0.1:${await freePort()}`)
    expect(ended).toMatchObject({ code: EXIT.unavailable.code, out: '' })
  })

  it('is shown as JSON to programs', async () => {
    const { code, out, err } = await run('get nosuch --json')
    expect({ code, out }).toEqual({ code: 4, out: '' })
    expect(JSON.parse(err)).toMatchObject({
      code: 'not_found',
      exit: 4,
      requestId: expect.any(String),
    })
  })

  it('of no server at all shows the ways to one', async () => {
    const ended = await clientry(['get', ID], { folder: join(dev.folder, '.clientry') })
    expect(ended.code).toBe(EXIT.usage.code)
    expect(ended.err).toMatch(/CLIENTRY_URL.*clientry login.*clientry dev.*--config/)
  })
})

describe('help', () => {
  /** The same in this process, where nothing of it needs one of its own. */
  async function said(...given: readonly string[]): Promise<string> {
    const [output, errors] = [new PassThrough(), new PassThrough()]
    expect(await runLine(given, { input: new PassThrough(), output, errors })).toBe(0)
    expect(errors.read()).toBeNull()
    return String(output.read())
  }

  it('lists every command and every exit code', async () => {
    const { code, out, err } = await run('--help')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    for (const { name, says } of COMMANDS) expect(out).toContain(`  ${name.padEnd(14)}${says}\n`)
    for (const { code: one, says } of Object.values(EXIT)) {
      expect(out).toContain(`  ${one}  ${says}\n`)
    }
    expect(out).toBe(await said('--help'))
  })

  it.each(COMMANDS)('of $name shows its words, its options and examples', async (command) => {
    const out = await said(command.name, '--help')
    expect(out).toMatch(/examples:\n {2}clientry /)
    for (const { name } of command.takes) expect(out).toContain(`  ${name} `)
    for (const option of command.options) expect(out).toContain(`  --${option} `)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are the point
    expect(out).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
  })

  it('follows a command line without one, which ends with 2', async () => {
    expect((await clientry([], { folder: dev.folder })).code).toBe(EXIT.usage.code)
  })
})

it('shows its version', async () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
  expect(await run('--version')).toEqual({ code: 0, out: `${version}\n`, err: '' })
})

describe('the folder', () => {
  it('leads to no server but on this machine', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'clientry-folder-'))
    mkdirSync(join(folder, '.clientry'))
    const address = { ...dev.address(), url: 'https://elsewhere.example' }
    writeFileSync(join(folder, '.clientry', 'address.json'), JSON.stringify(address))
    for (const given of [
      ['get', ID],
      ['login', '--no-browser'],
    ]) {
      const { code, err } = await clientry(given, { folder })
      expect(code).toBe(EXIT.usage.code)
      expect(err).not.toContain('elsewhere')
    }
    rmSync(folder, { recursive: true, force: true })
  })
})

describe('serve', () => {
  const config = {
    server: { port: 0 },
    key: { env: 'KEY' },
    store: { type: 'sqlite', path: 'served.db' },
    providers: {
      auth0: { type: 'auth0', domain: 'a.example', clientId: 'a', clientSecret: { env: 'KEY' } },
    },
    auth: { issuers: [{ issuer: 'https://issuer.example/', audience: ['a'] }] },
  }

  it('runs until it is stopped, also when no one reads its log any more', async () => {
    const name = file('served.json', JSON.stringify(config))
    const env = { KEY: Buffer.alloc(32, 5).toString('base64') }
    const child = start(['serve', '--config', name, '--create-store'], { folder: dev.folder, env })
    const port = await new Promise<number>((resolve) => {
      child.stdout?.on('data', (chunk: Buffer) => {
        const [, found] = /"port":(\d+)/.exec(chunk.toString()) ?? []
        if (found !== undefined) resolve(Number(found))
      })
    })
    child.stdout?.destroy()
    const health = () => fetch(`http://127.0.0.1:${port}/healthz`).then(({ status }) => status)
    expect([await health(), await health(), await health()]).toEqual([200, 200, 200])
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGTERM')
    expect(await gone).toBe(0)
  })

  it('ends with 2 and a sentence where the configuration is none', async () => {
    const { code, err } = await runProcess(`serve --config ${file('none.json', '{"a\\nb":1}')}`)
    expect(code).toBe(EXIT.usage.code)
    expect(err).toContain('The configuration is not usable:\n- ')
    // A line for each fault, and none that a name in it begins.
    expect(err).toMatch(/\n- \S*none\.json:1:2: a\\u000ab is not known here\.\n?$/)
  })

  it('ends with 6 where its port is taken', async () => {
    const { code, err } = await runProcess('dev', { env: { PORT: new URL(dev.url).port } })
    expect(code).toBe(EXIT.unavailable.code)
    expect(err).toContain('cannot be used')
  })
})

it('ends quietly when no one reads further', async () => {
  const child = start(['history', '--all', '--json'], { folder: dev.folder })
  child.stdout?.destroy()
  let said = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  expect(await new Promise((resolve) => child.once('close', resolve))).toBe(0)
  expect(said).toBe('')
})

it('keeps the files of the development server to its owner', () => {
  const { mode } = statSync(join(dev.folder, '.clientry', 'address.json'))
  expect(mode & 0o077).toBe(0)
  expect(readFileSync(join(dev.folder, '.clientry', 'address.json'), 'utf8')).toContain('signIn')
})
