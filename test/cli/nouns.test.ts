/** The nouns of the command, each as a process: jobs, leases, providers, profiles, who calls, and help that helps. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { describe, expect } from 'vitest'
import { EXIT } from '../../src/cli/exit.ts'
import { runLine } from '../../src/cli/run.ts'
import type {
  Caller,
  Client,
  Job,
  JobResult,
  Leases,
  Page,
  Provider,
  ProviderList,
} from '../../src/sdk/types.ts'
import { CONTROL_HEADERS } from '../emulators/control-headers.ts'
import { onShared } from '../fixtures/opened.ts'
import { clientry, type DevServer, startDev } from './command-line.ts'

const ID = 'exampleClientId'

let dev: DevServer
const it = onShared(startDev, (opened) => {
  dev = opened
})

const run = (line: string, env: Readonly<Record<string, string>> = {}) =>
  clientry(line.split(' '), { folder: dev.folder, env })
async function json<T>(line: string): Promise<T> {
  const { code, out, err } = await run(`${line} --json`)
  expect({ code, err }).toEqual({ code: 0, err: '' })
  return JSON.parse(out) as T
}

describe('jobs', () => {
  const CHANGE = 'jobs submit --provider auth0 --every-client description=By-a-job'
  let id = ''

  it('shows what a job would change, and starts nothing', async () => {
    const { code, out } = await run(`${CHANGE} --dry-run`)
    expect(code).toBe(0)
    expect(out).toContain(`auth0/${ID} would change`)
    expect(out).toMatch(/\+ By-a-job/)
    ;[, id = ''] = /next: clientry jobs start (\S+)/.exec(out) ?? []
    expect(id).not.toBe('')
    expect((await json<Client>(`get ${ID}`)).description).not.toBe('By-a-job')
  })

  it('starts the changes of that job and follows them', async () => {
    const { code, out } = await run(`jobs start ${id}`)
    expect(code).toBe(0)
    expect(out).toContain(`${id} done`)
    expect((await json<Client>(`get ${ID}`)).description).toBe('By-a-job')
    const { items } = await json<Page<JobResult>>(`jobs results ${id}`)
    expect(items.map(({ phase, outcome }) => [phase, outcome])).toContainEqual(['run', 'applied'])
    expect((await json<Job>(`jobs show ${id}`)).state).toBe('done')
    expect((await json<Job>(`jobs watch ${id}`)).counts.applied).toBeGreaterThan(0)
    expect((await json<Page<Job>>('jobs')).items.map((one) => one.id)).toContain(id)
  })

  it('undoes it by a job of its own', async () => {
    const job = await json<Job>(`jobs undo ${id} --yes`)
    expect(job).toMatchObject({ undoes: id, state: 'done' })
    expect((await json<Client>(`get ${ID}`)).description).not.toBe('By-a-job')
  })

  it('pauses after the canary, resumes and cancels', async () => {
    writeFileSync(join(dev.folder, 'clients.txt'), `# two of them\nauth0/${ID}\n\nlocal/${ID}\n`)
    const submit = 'jobs submit --clients clients.txt --canary 50% --then-pause --yes'
    const paused = await json<Job>(`${submit} description=Canary`)
    expect(paused).toMatchObject({ state: 'paused', counts: { applied: 1, planned: 1 } })
    expect(await json<Job>(`jobs resume ${paused.id}`)).toMatchObject({ state: 'done' })
    const later = await json<Job>(`${submit} description=Later`)
    expect((await run(`jobs pause ${later.id}`)).code).toBe(0)
    expect(await json<Job>(`jobs cancel ${later.id}`)).toMatchObject({ state: 'cancelled' })
    expect((await run(`jobs watch ${later.id}`)).code).toBe(EXIT.conflict.code)
    expect((await run(`jobs resume ${later.id}`)).code).toBe(EXIT.refused.code)
  })

  it('ends with 5 where a client failed', async () => {
    writeFileSync(join(dev.folder, 'clients.txt'), `auth0/${ID}\nauth0/missing\n`)
    const { code, out } = await run('jobs submit --clients clients.txt description=Both --yes')
    expect(code).toBe(EXIT.conflict.code)
    expect(out).toContain('1 changed, 1 failed')
  })

  it('changes nothing where it is not clear what, or no one could agree', async () => {
    const nothing = await run('jobs submit description=x --yes')
    expect(nothing).toMatchObject({ code: EXIT.usage.code })
    expect(nothing.err).toContain('--every-client')
    const nobody = await run(CHANGE)
    expect(nobody).toMatchObject({ code: EXIT.usage.code })
    expect(nobody.err).toContain('--yes')
    expect((await run('jobs show made-up')).code).toBe(EXIT.notFound.code)
  })

  it('does not wait with --detach', async () => {
    const { code, out, err } = await run(`${CHANGE}-too --detach --yes`)
    expect(code).toBe(0)
    expect(err).toContain('clientry jobs watch')
    expect((await json<Job>(`jobs watch ${out.trim()}`)).state).toBe('done')
  })
})

describe('reap', () => {
  const LINE = 'reap --provider auth0 --every-client --older-than 90d'

  it('only looks, and says of each client why it is spared or not', async () => {
    const old = { created_at: '2020-01-01T00:00:00.000Z', updated_at: '2020-01-01T00:00:00.000Z' }
    const response = await fetch(`${dev.auth0}/_emulator/clients`, { headers: CONTROL_HEADERS })
    const clients = (await response.json()) as { readonly client_id: string }[]
    const example = clients.find((one) => one.client_id === ID)
    await fetch(`${dev.auth0}/_emulator/clients`, {
      method: 'PUT',
      headers: CONTROL_HEADERS,
      body: JSON.stringify({ ...example, ...old, client_id: 'stale', client_aliases: [] }),
    })
    await run('list --provider auth0 --fresh')
    const spared = await run(`${LINE} --dry-run`)
    expect(spared.code).toBe(0)
    expect(spared.out).toMatch(/auth0\/stale is old enough, but when it was last used is unknown/)
    const { out } = await run(`${LINE} --unknown-use --dry-run`)
    expect(out).toMatch(/auth0\/stale would be suspended, and removed later\n {2}created \d+ d ago/)
    expect((await json<Client>('get auth0/stale')).disabled).toBe(false)
  })

  it('suspends, and undoes that', async () => {
    const job = await json<Job>(`${LINE} --unknown-use --grace 7d --yes`)
    expect(job).toMatchObject({ state: 'done', counts: { applied: 1 }, reap: { unknownUse: true } })
    expect((await run('standing auth0/stale')).out).toMatch(
      /suspended since .*\n {2}is removed at /,
    )
    expect((await run(`jobs results ${job.id}`)).out).toContain('removed at ')
    expect((await json<Job>(`jobs undo ${job.id} --yes`)).counts.failed).toBe(0)
    expect((await json<Client>('get auth0/stale')).disabled).toBe(false)
    await run('delete auth0/stale --yes')
  })

  it('ends well where no client matches, as on most nights', async () => {
    const none = 'reap --provider auth0 --filter name:nosuch --older-than 90d --yes'
    expect(await run(none)).toMatchObject({
      code: 0,
      err: expect.stringContaining('No client matches, so there is nothing to reap.'),
    })
    expect(JSON.parse((await run(`${none} --json`)).out)).toEqual({ job: null })
  })

  it('needs to know which clients and how old', async () => {
    expect((await run('reap --provider auth0 --every-client --yes')).err).toContain('--older-than')
    expect((await run('reap --provider auth0 --older-than 90d --yes')).err).toContain('--filter')
    expect((await run(`${LINE}`)).err).toContain('--yes')
  })
})

describe('lease', () => {
  const URL_OF = 'https://pr-7.preview.example.com'
  const VALUES = `callbacks=${URL_OF}/cb allowedLogoutUrls=${URL_OF}/out`

  it('takes all URLs of a preview in one change, renews and ends them', async () => {
    const { leases } = await json<Leases>(`lease take ${ID} ${VALUES} --owner pr-7 --for 1h --yes`)
    expect(leases.map(({ field }) => field)).toEqual(['callbacks', 'allowedLogoutUrls'])
    const { items } = JSON.parse((await run(`history ${ID} --limit 1 --json`)).out)
    expect(items[0]).toMatchObject({ action: 'lease', outcome: 'applied' })
    expect(items[0].changes.map(({ field }: { field: string }) => field).sort()).toEqual([
      'allowedLogoutUrls',
      'callbacks',
    ])
    const renewed = await json<Leases>(`lease renew ${ID} --owner pr-7 --for 2d --yes`)
    const [first] = leases
    const [later] = renewed.leases
    expect(Date.parse(later?.expiresAt ?? '')).toBeGreaterThan(Date.parse(first?.expiresAt ?? ''))
    expect((await run(`lease list ${ID}`)).out).toMatch(
      /callbacks .*pr-7.* \((2 d|1 d 23 h) left\)/,
    )
    expect((await run(`lease end ${ID} --owner pr-7 --yes`)).code).toBe(0)
    expect((await json<Leases>(`lease list ${ID}`)).leases).toEqual([])
    const client = await json<Client>(`get ${ID}`)
    expect(JSON.stringify(client)).not.toContain(URL_OF)
  })

  it('takes none where one is refused, and names that', async () => {
    const line = `lease take ${ID} callbacks=${URL_OF}/cb allowedLogoutUrls=${URL_OF}/*/x --owner pr-7 --for 1h --yes`
    const { code, err } = await run(line)
    expect(code).toBe(EXIT.refused.code)
    expect(err).toContain('values')
    expect((await json<Leases>(`lease list ${ID}`)).leases).toEqual([])
  })

  it('needs to know who and how long, with a unit', async () => {
    const line = `lease take ${ID} ${VALUES} --yes`
    expect((await run(line)).err).toContain('--owner')
    expect((await run(`${line} --owner pr-7`)).err).toContain('--for')
    expect((await run(`${line} --owner pr-7 --for 7`)).err).toContain('90d')
    expect((await run(`lease renew ${ID} --owner no-one --for 1h --yes`)).code).toBe(
      EXIT.notFound.code,
    )
  })
})

describe('who calls, and where', () => {
  it('shows permissions, and the scope for each that is missing', async () => {
    const all = await json<Caller>('whoami')
    expect(all.providers.map(({ provider }) => provider)).toEqual([
      'auth0',
      'cognito-client',
      'local',
    ])
    expect(all.providers.flatMap(({ missing }) => missing)).toEqual([])
    const { out: token } = await run('token clients:read')
    const env = { CLIENTRY_URL: dev.url, CLIENTRY_TOKEN: token.trim() }
    const { out } = await run('whoami', env)
    expect(out).toMatch(/^auth0, cognito-client, local {2}clients:read$/m)
    // What is lacking is one line, however much it is.
    expect(out.match(/^lacks .*$/gm)).toEqual([
      expect.stringMatching(/^lacks clients:write, .*access:grant \(scope of that name\)$/),
    ])
    expect((await run('providers auth0', env)).out).toContain('  you may do: clients:read\n')
  })

  it('says how to get a permission that a command lacks', async () => {
    const { out: token } = await run('token clients:read')
    const env = { CLIENTRY_URL: dev.url, CLIENTRY_TOKEN: token.trim() }
    const { code, err } = await run(`set ${ID} name=x --yes`, env)
    expect(code).toBe(EXIT.auth.code)
    expect(err).toContain('Use a token in CLIENTRY_TOKEN that has the scope clients:write.')
  })

  it('lists providers, and what one of them can hold', async () => {
    const { providers } = await json<ProviderList>('providers')
    expect(providers.find((one) => one.default)?.id).toBe('auth0')
    expect((await run('providers')).out).toContain('cognito-client  cognito, has user pools\n')
    const { fields } = await json<Provider>('providers cognito-client')
    const [missing] = Object.entries(fields).find(([, one]) => one.support === 'missing') ?? []
    expect((await run('providers cognito-client')).out).toMatch(
      new RegExp(`^  ${missing} +missing, not writable: `, 'm'),
    )
  })

  it('lists no profiles where there are none', async () => {
    expect(await json('profiles')).toEqual({ profiles: [] })
    expect((await run('profiles')).err).toContain('clientry login')
  })
})

describe('help', () => {
  it('explains a command by its name, and names the others of its noun', async () => {
    const { code, out } = await run('help jobs submit')
    expect(code).toBe(0)
    expect(out).toBe((await run('jobs submit --help')).out)
    expect(out).toContain('see also:')
    expect((await run('help')).out).toBe((await run('--help')).out)
    expect((await run('help lst')).err).toContain('Did you mean list?')
  })

  it.each([
    ['lst', 'Did you mean list?'],
    ['read', 'Did you mean get?'],
    ['show', 'Did you mean get?'],
    ['bet', 'Did you mean get?'],
    ['shwo', 'Did you mean get?'],
    ['delte x', 'Did you mean delete?'],
    ['jbos', 'Did you mean jobs?'],
    ['jobs wtach', 'Did you mean clientry jobs watch?'],
    ['lease', 'one of these is expected: take, renew, end, list'],
    ['something-else', 'clientry --help lists them'],
    [`set ${ID} callback=x --yes`, 'callback is not an attribute. Did you mean callbacks?'],
    [`set ${ID} --add-calback x`, 'Did you mean --add-callback?'],
  ])('%s: %s', async (line, hint) => {
    // In this process: nothing is sent anywhere.
    const [output, errors] = [new PassThrough(), new PassThrough()]
    const streams = { input: new PassThrough(), output, errors }
    expect(await runLine(line.split(' '), streams)).toBe(EXIT.usage.code)
    expect(String(errors.read())).toContain(hint)
  })
})

describe('what people read', () => {
  it('has units on durations, and blocks for what is wide', async () => {
    await run(`set ${ID} idTokenLifetime=36000 --yes`)
    const { out } = await run(`get ${ID}`)
    expect(out).toMatch(/^ {2}idTokenLifetime +36000 s \(10 h\)$/m)
    for (const line of out.split('\n')) expect(line.length).toBeLessThan(160)
  })
})
