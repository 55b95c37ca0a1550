/** One folder of clients for two tenants: planned, applied, compared and exported by the command, on emulators. */

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import {
  type Auth0Emulator,
  DEFAULT_CREDENTIAL,
  startAuth0Emulator,
} from '../../src/emulators/auth0/index.ts'
import type { Client } from '../../src/sdk/types.ts'
import { clientry } from './command-line.ts'

const SECRET = 'hunter2-hunter2'
const ENVIRONMENTS = `environments:
  staging: # for tests
    places: { customers: auth0-staging }
    variables:
      host: app.staging.example.com
      callbacks: [https://app.staging.example.com/cb, http://localhost:3000/cb]
      token: { env: TOKEN }
    overrides:
      customers/portal.yaml:
        client: { idTokenLifetime: 300 }
  production:
    places: { customers: auth0-production }
    variables:
      host: app.example.com
      callbacks: [https://app.example.com/cb]
      token: { env: TOKEN }
`
const PORTAL = `# of the portal team
provider: customers
kind: web
client:
  name: Portal
  description: costs $\${5} at \${host}
  callbacks: \${callbacks}
  webOrigins: ["https://\${host}"]
  clientMetadata: { token: "\${token}" }
`

let tenants: Readonly<Record<'staging' | 'production', Auth0Emulator>>
let folder: string
beforeEach(async () => {
  const credentials = [{ ...DEFAULT_CREDENTIAL, clientSecret: 'management-secret' }]
  const start = () => startAuth0Emulator({ credentials })
  tenants = { staging: await start(), production: await start() }
  folder = mkdtempSync(join(tmpdir(), 'clientry-environments-'))
  const providers = Object.entries(tenants).map(
    ([name, { url }]) =>
      `  auth0-${name}: { type: auth0, baseUrl: "${url}", clientId: ${DEFAULT_CREDENTIAL.clientId}, clientSecret: { env: AUTH0_SECRET } }\n`,
  )
  writeFileSync(
    join(folder, 'clientry.yaml'),
    `key: { env: KEY }\nstore: { type: sqlite, path: history.db, create: true }\ndefaultProvider: auth0-staging\nproviders:\n${providers.join('')}`,
  )
  mkdirSync(join(folder, 'clients', 'customers'), { recursive: true })
  write('environments.yaml', ENVIRONMENTS)
  write('customers/portal.yaml', PORTAL)
})
afterEach(async () => {
  await Promise.all(Object.values(tenants).map((tenant) => tenant.close()))
  rmSync(folder, { recursive: true, force: true })
})

const read = (name: string) => readFileSync(join(folder, 'clients', name), 'utf8')
const write = (name: string, text: string) => writeFileSync(join(folder, 'clients', name), text)
const run = (line: string, env: Record<string, string> = {}) =>
  clientry([...line.split(' '), '--config', 'clientry.yaml'], {
    folder,
    env: {
      KEY: Buffer.alloc(32, 3).toString('base64'),
      AUTH0_SECRET: 'management-secret',
      TOKEN: SECRET,
      ...env,
    },
  })
const planned = async (environment: string) => {
  const plan = await run(`plan clients --env ${environment} --out plan.json`)
  expect(plan, plan.err).toMatchObject({ code: 0 })
  return { ...plan, text: readFileSync(join(folder, 'plan.json'), 'utf8') }
}
const applied = async (environment: string) => {
  await planned(environment)
  const done = await run(`apply plan.json --env ${environment} --yes`)
  expect(done, done.err).toMatchObject({ code: 0 })
}
const idIn = (environment: string) =>
  new RegExp(`${environment}:[\\s\\S]*?\\n {8}id: (\\S+)`).exec(read('environments.yaml'))?.[1] ??
  ''
const held = async (environment: string) =>
  JSON.parse((await run(`get auth0-${environment}/${idIn(environment)} --json`)).out) as Client

/** As the provider has it, with what is shown to no one. */
const stored = (environment: 'staging' | 'production') =>
  tenants[environment].client(idIn(environment))

it('one file makes a client in each environment, and nothing is planned after that', async () => {
  const { out, text } = await planned('staging')
  expect(JSON.parse(text)).toMatchObject({
    environment: 'staging',
    items: [{ provider: 'auth0-staging', patch: { idTokenLifetime: 300 } }],
  })
  for (const shown of [out, text]) {
    expect(shown).toContain('${token}')
    expect(shown).not.toContain(SECRET)
  }
  const other = await run('apply plan.json --env production --yes')
  expect(other).toMatchObject({ code: 2, out: '' })
  expect(other.err).toContain('The plan was made for staging, so it is not applied to production.')
  const unset = await run('apply plan.json --yes', { TOKEN: '' })
  expect(unset.code).not.toBe(0)
  expect(unset.err).toContain('names the variable token, which comes from TOKEN')
  await applied('staging')
  await applied('production')
  // The id of each is known to its environment, and the file that both share is as it was.
  expect(read('customers/portal.yaml')).toBe(PORTAL)
  expect(read('environments.yaml')).toContain('# for tests')
  expect(idIn('staging')).not.toBe(idIn('production'))
  expect(await held('staging')).toMatchObject({
    description: 'costs ${5} at app.staging.example.com',
    callbacks: ['https://app.staging.example.com/cb', 'http://localhost:3000/cb'],
    idTokenLifetime: 300,
  })
  expect(stored('staging')).toMatchObject({ client_metadata: { token: SECRET } })
  expect(await held('production')).toMatchObject({
    callbacks: ['https://app.example.com/cb'],
    idTokenLifetime: 36000,
  })
  for (const environment of ['staging', 'production']) {
    expect((await run(`drift clients --env ${environment}`)).code).toBe(0)
    expect(JSON.parse((await planned(environment)).text)).toMatchObject({ items: [] })
  }
})

it('an environment must be chosen, and must be there', async () => {
  expect(await run('plan clients')).toMatchObject({
    code: 2,
    err: expect.stringContaining(
      'Choose an environment of clients/environments.yaml with --env NAME: staging, production.',
    ),
  })
  expect((await run('drift clients --env stagign')).err).toContain('has no environment "stagign"')
  expect((await run('plan clients --env staging --env production')).err).toContain(
    'Name one environment',
  )
  write(
    'customers/other.yaml',
    PORTAL.replace('${host}', '${hots}').replace('customers', 'partners'),
  )
  expect(await run('plan clients --env staging')).toMatchObject({
    code: 2,
    err: expect.stringContaining(
      'clients/customers/other.yaml:6: client.description names the variable hots',
    ),
  })
  rmSync(join(folder, 'clients', 'environments.yaml'))
  expect((await run('plan clients --env staging')).err).toContain(
    'There is no clients/environments.yaml',
  )
  expect((await run('plan clients')).err).toContain(
    'names the variable host, but no environment is chosen',
  )
})

it('an override of a file that is not there is refused', async () => {
  write('environments.yaml', ENVIRONMENTS.replace('portal.yaml', 'protal.yaml'))
  expect(await run('plan clients --env staging')).toMatchObject({
    code: 2,
    err: expect.stringContaining(
      'has an override in staging for customers/protal.yaml, which is no file in clients',
    ),
  })
})

it('an export keeps the spelling of what still holds, and writes ids to the environment alone', async () => {
  await applied('staging')
  const before = { portal: read('customers/portal.yaml'), environments: read('environments.yaml') }
  const changed = await run(
    `set auth0-staging/${idIn('staging')} callbacks+=https://new.example.com/cb clientMetadata.note=\${note} --yes`,
  )
  expect(changed, changed.err).toMatchObject({ code: 0 })
  await run(
    'create --kind spa --provider auth0-staging name=Shop callbacks=https://shop.example.com/cb --yes',
  )
  const refused = await run('export clients --env staging')
  expect(refused, refused.out).toMatchObject({ code: 2 })
  const exported = await run('export clients --env staging --overwrite')
  expect(exported, exported.err).toMatchObject({ code: 0 })
  expect(readdirSync(join(folder, 'clients', 'customers'))).toEqual(
    expect.arrayContaining(['portal.yaml', 'shop.yaml']),
  )
  const portal = read('customers/portal.yaml')
  for (const line of [
    'provider: customers',
    'description: costs $${5} at ${host}',
    'token: "${token}"',
    'webOrigins: ["https://${host}"]',
    '- https://new.example.com/cb',
    'note: "$${note}"',
  ]) {
    expect(portal).toContain(line)
  }
  // What the environment has as an override is no attribute of the file.
  expect(portal).not.toMatch(/^id:|hunter2|idTokenLifetime: 300/m)
  expect(read('environments.yaml')).toMatch(/customers\/shop\.yaml:\n\s+id: \S+/)
  expect(
    read('environments.yaml').startsWith(before.environments.split('\n  production')[0] ?? '-'),
  ).toBe(true)
  expect((await run('drift clients --env staging --unmanaged')).code).toBe(0)
})

it('an export keeps comments and order, and leaves a file alone that says the same', async () => {
  const commented = PORTAL.replace(
    '  name: Portal',
    '  # as users see it\n  name: Portal # short',
  ).replace(
    '  webOrigins: ["https://${host}"]',
    '  webOrigins:\n    # single-page app\n    - "https://${host}"\n    - https://second.example.com',
  )
  write('customers/portal.yaml', commented)
  await applied('staging')
  expect((await run('export clients --env staging --overwrite')).code).toBe(0)
  const whole = read('customers/portal.yaml')
  const lines = commented.split('\n').map((line) => line.trim())
  const kept = whole.split('\n').map((line) => line.trim())
  const places = lines.filter((line) => line !== '').map((line) => kept.indexOf(line))
  expect(places, whole).not.toContain(-1)
  expect(places).toEqual([...places].sort((one, other) => one - other))
  // Nothing has changed since, so that nothing is to be overwritten either.
  expect(await run('export clients --env staging')).toMatchObject({ code: 0, err: '' })
  expect(read('customers/portal.yaml')).toBe(whole)
  await run(
    `set auth0-staging/${idIn('staging')} webOrigins-=https://second.example.com description=New --yes`,
  )
  expect((await run('export clients --env staging --overwrite')).code).toBe(0)
  const portal = read('customers/portal.yaml')
  expect(portal).not.toContain('second.example.com')
  for (const comment of [
    '# of the portal team',
    '# as users see it',
    '# short',
    '# single-page app',
  ])
    expect(portal).toContain(comment)
})

it('what only the client of another environment can have leaves the shared file', async () => {
  const methods = {
    private_key_jwt: { credentials: [{ id: 'cred_of_staging' }] },
  }
  tenants.staging.put({
    client_id: 'original',
    name: 'Keyed',
    app_type: 'regular_web',
    callbacks: ['https://keyed.example.com/cb'],
    grant_types: ['authorization_code'],
    oidc_conformant: true,
    jwt_configuration: { alg: 'RS256', lifetime_in_seconds: 36000 },
    client_authentication_methods: methods,
  })
  rmSync(join(folder, 'clients', 'customers', 'portal.yaml'))
  write('environments.yaml', ENVIRONMENTS.replace(/ {4}overrides:[\s\S]*?(?= {2}production)/, ''))
  const exported = await run('export clients --env staging')
  expect(exported, exported.err).toMatchObject({ code: 0 })
  const shared = read('customers/keyed.yaml')
  expect(shared).toContain('cred_of_staging')
  write('customers/keyed.yaml', `# of the portal team\n${shared}`)
  const { out } = await planned('production')
  expect(out).toContain('client_authentication_methods is left out')
  const done = await run('apply plan.json --env production --yes')
  expect(done, done.err).toMatchObject({ code: 0 })
  expect(read('customers/keyed.yaml')).not.toContain('cred_of_staging')
  expect(read('customers/keyed.yaml')).toContain('# of the portal team')
  expect(read('environments.yaml')).toContain('cred_of_staging')
  for (const environment of ['staging', 'production']) {
    expect(JSON.parse((await planned(environment)).text)).toMatchObject({ items: [] })
    const drift = await run(`drift clients --env ${environment}`)
    expect(drift, drift.out).toMatchObject({ code: 0 })
  }
  // What it is in staging is still managed there.
  await tenants.staging.put({
    ...tenants.staging.client('original'),
    client_authentication_methods: { private_key_jwt: { credentials: [{ id: 'cred_other' }] } },
  })
  const drift = await run('drift clients --env staging')
  expect(drift).toMatchObject({ code: 1 })
  expect(drift.out).toContain('cred_other')
})

it('a value of the process environment is printed nowhere, refused or not', async () => {
  await applied('staging')
  // Two characters, which are a part of many words; and a value that the server refuses.
  for (const token of ['zq', 'https://user@zq.example.com/zq']) {
    write(
      'customers/portal.yaml',
      PORTAL.replace('token: "${token}"', 'note: "${token}"').replace(
        'callbacks: ${callbacks}',
        'callbacks: ["${token}"]',
      ),
    )
    for (const line of [
      'plan clients',
      'drift clients',
      'plan clients --json',
      'drift clients --json',
      'plan clients --format markdown',
    ]) {
      const { out, err } = await run(`${line} --env staging`, { TOKEN: token })
      expect(out + err, line).toContain('callbacks')
      expect(out + err, line).not.toContain('zq')
    }
  }
})

it('two environments are compared beyond what the files say', async () => {
  const diff = (more = '') => run(`diff clients --env staging --env production${more}`)
  await applied('staging')
  const missing = await diff()
  expect(missing).toMatchObject({ code: 1, err: '' })
  expect(missing.out).toContain('clients/customers/portal.yaml has no client in production\n')
  await applied('production')
  // Host, callbacks and a lifetime differ, since variables and an override say so.
  expect(await diff()).toMatchObject({ code: 0, err: '' })
  const staging = `auth0-staging/${idIn('staging')}`
  await run(`set ${staging} callbacks+=https://drift.example.com/cb --yes`)
  await run(`set ${staging} logoUri=https://example.com/logo.png clientMetadata.team=a --yes`)
  const { code, out } = await diff(' --json')
  expect(code).toBe(1)
  const { differences } = JSON.parse(out)
  expect(differences).toMatchObject([
    {
      file: 'clients/customers/portal.yaml',
      changes: [
        { field: 'callbacks', removed: expect.arrayContaining(['https://drift.example.com/cb']) },
        { field: 'clientMetadata', before: { team: 'a' }, after: {} },
        { field: 'logoUri', before: 'https://example.com/logo.png', after: null },
      ],
    },
  ])
  expect((await diff()).out).toContain('1 file with differences beyond what they say.')
  for (const line of ['diff clients --env staging', 'diff clients --env staging --env staging']) {
    expect((await run(line)).err).toContain('Name the two environments to compare')
  }
})

it('docs/environments.md shows files and lines that work, one after the other', async () => {
  const page = readFileSync('docs/environments.md', 'utf8')
  const blocks = (language: string) =>
    [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
      ([, text = '']) => text,
    )
  const [environments = '', portal = ''] = blocks('yaml')
  write('environments.yaml', environments)
  write('customers/portal.yaml', portal)
  const lines = blocks('sh').flatMap((block) => [...block.matchAll(/^clientry (.+)$/gm)])
  expect(lines.length).toBeGreaterThanOrEqual(5)
  for (const [, line = ''] of lines) {
    const { code, err } = await run(line, { WEBHOOK_TOKEN: SECRET })
    expect({ line, code }, err).toEqual({ line, code: 0 })
  }
  expect(await held('production')).toMatchObject({ webOrigins: ['https://app.example.com'] })
})
