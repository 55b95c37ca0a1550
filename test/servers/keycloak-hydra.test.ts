/**
 * Two real Keycloaks and two real Hydras of one configuration, as a person works with them: checked, described, imported from
 * their own JSON, copied from one to the other, changed by a job, leased, suspended and linted.
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Json, type JsonObject, withoutMembers } from '../../src/core/json/json.ts'
import { createTurns } from '../../src/service/base/turns.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { carryOutDue } from '../../src/service/upkeep/due.ts'
import { clientry } from '../cli/command-line.ts'
import { openBench, requestFor } from '../contract/service.ts'
import { realmAt } from '../providers/keycloak/subject.ts'
import { only } from '../providers/subject.ts'
import { unlessChosen } from './chosen.ts'
import { type Hydra, inFile, startHydra, whyNoHydra } from './hydra.ts'
import { adminAt } from './hydra-cases.ts'
import {
  type Keycloak,
  makeRealm,
  newServiceAccount,
  realmName,
  startKeycloak,
  tokenOf,
} from './keycloak.ts'
import { inOneOrder } from './one-order.ts'

const reason = unlessChosen('keycloak') ?? (await whyNoHydra())
const SECRET = 'a-secret-of-the-test-0123456789'
const KEY = Buffer.alloc(32, 3).toString('base64')
const CALLBACK = 'https://app.example.com/cb'
const PREVIEW = 'https://pr-7.preview.example.com/cb'
const [REALM, BRANCH] = [realmName('customers'), realmName('branch')]

/** A place of the configuration, and what is really there. */
interface Place {
  readonly name: string
  /** Of the same type, on another server. */
  readonly elsewhere: Place | undefined
  /** Makes a client as its administrators do, with callbacks and a secret. */
  make(id: string, members?: JsonObject): Promise<void>
  read(id: string): Promise<JsonObject>
  /** What a list of its clients shows, as its own tools print it. */
  dump(): Promise<Json>
  callbacks(record: JsonObject): readonly string[]
  /** Whether the client gets a token for itself. */
  token(id: string): Promise<boolean>
}

function keycloakPlace(name: string, keycloak: Keycloak, realm: string, elsewhere?: Place): Place {
  const { admin, url } = keycloak
  const listed = async (query: string) =>
    (await admin('GET', `/${realm}/clients${query}`)).body as readonly JsonObject[]
  return {
    name,
    elsewhere,
    make: async (clientId, members = {}) => {
      const { status, body } = await admin('POST', `/${realm}/clients`, {
        clientId,
        name: `Client ${clientId}`,
        secret: SECRET,
        serviceAccountsEnabled: true,
        redirectUris: [CALLBACK],
        webOrigins: ['+'],
        attributes: {
          'pkce.code.challenge.method': 'S256',
          'access.token.lifespan': '300',
          'post.logout.redirect.uris': '+',
          // What Keycloak adds where a protocol is named.
          'backchannel.logout.session.required': 'true',
          'backchannel.logout.revoke.offline.tokens': 'false',
        },
        ...members,
      })
      if (status !== 201) throw new Error(`not made: ${JSON.stringify(body)}`)
    },
    read: async (id) => (await listed(`?clientId=${id}`))[0] ?? {},
    dump: () => listed(''),
    callbacks: (record) => record.redirectUris as string[],
    token: (clientId) =>
      tokenOf(url, realm, { clientId, clientSecret: SECRET }).then(
        () => true,
        () => false,
      ),
  }
}

function hydraPlace(name: string, { adminUrl, publicUrl }: Hydra, elsewhere?: Place): Place {
  const admin = adminAt(adminUrl)
  return {
    name,
    elsewhere,
    make: async (client_id, members = {}) => {
      const { status, body } = await admin.send('POST', '', {
        client_id,
        client_name: `Client ${client_id}`,
        client_secret: SECRET,
        redirect_uris: [CALLBACK],
        grant_types: ['authorization_code', 'client_credentials'],
        response_types: ['code'],
        scope: 'openid',
        authorization_code_grant_access_token_lifespan: '300s',
        ...members,
      })
      if (status !== 201) throw new Error(`not made: ${JSON.stringify(body)}`)
    },
    read: admin.read,
    dump: async () => (await admin.send('GET', '?page_size=1000')).body,
    callbacks: (record) => record.redirect_uris as string[],
    token: async (id) => {
      const answer = await fetch(`${publicUrl}/oauth2/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`${id}:${SECRET}`).toString('base64')}` },
        body: new URLSearchParams({ grant_type: 'client_credentials' }),
      })
      return answer.ok
    },
  }
}

describe.skipIf(reason !== undefined)('Keycloak and Hydra', () => {
  const folder = mkdtempSync(join(tmpdir(), 'clientry-pair-'))
  let servers: readonly [Keycloak, Keycloak, Hydra, Hydra]
  let places: Readonly<Record<'Keycloak' | 'Hydra', Place>>
  let secrets: Record<string, string>

  beforeAll(async () => {
    servers = await Promise.all([
      startKeycloak(),
      startKeycloak(join(folder, 'second')),
      startHydra(inFile(join(folder, 'one.sqlite'))),
      startHydra(inFile(join(folder, 'two.sqlite'))),
    ])
    const [keycloak, second, hydra, another] = servers
    await Promise.all([makeRealm(keycloak, REALM), makeRealm(second, BRANCH)])
    const account = { clientId: 'clientry', role: 'manage-clients' }
    const { clientSecret } = await newServiceAccount(keycloak, REALM, account)
    await newServiceAccount(second, BRANCH, account)
    secrets = { CLIENTRY_KEY: KEY, KEYCLOAK_SECRET: clientSecret }
    const pool = ({ url: baseUrl }: Keycloak, realm: string) => ({ baseUrl, realm })
    const login = ({ adminUrl: baseUrl, publicUrl }: Hydra) => ({
      type: 'hydra',
      baseUrl,
      issuer: publicUrl,
    })
    writeFileSync(
      join(folder, 'clientry.yaml'),
      JSON.stringify({
        key: { env: 'CLIENTRY_KEY' },
        store: { type: 'sqlite', path: 'history.db', create: true },
        auth: { issuers: [{ issuer: 'https://issuer.example', audience: ['urn:clientry'] }] },
        defaultProvider: 'sso',
        providers: {
          sso: {
            type: 'keycloak',
            clientId: account.clientId,
            clientSecret: { env: 'KEYCLOAK_SECRET' },
            pools: { customers: pool(keycloak, REALM), branch: pool(second, BRANCH) },
            pace: { perSecond: 10_000 },
            listLagSeconds: 0,
          },
          login: login(hydra),
          another: login(another),
        },
      }),
    )
    places = {
      Keycloak: keycloakPlace(
        'sso/customers',
        keycloak,
        REALM,
        keycloakPlace('sso/branch', second, BRANCH),
      ),
      Hydra: hydraPlace('login', hydra, hydraPlace('another', another)),
    }
  })
  afterAll(async () => {
    for (const server of servers ?? []) await server.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  /** Runs a line that ends with this code, and gives what it printed. */
  async function run(line: string, code = 0): Promise<string> {
    const words = [...line.split(' '), '--config', 'clientry.yaml']
    const done = await clientry(words, { folder, env: secrets })
    expect({ line, code: done.code }, done.err + done.out).toEqual({ line, code })
    return done.out
  }
  const NOTHING = '0 to create, 0 to change, 0 to delete.'

  describe.each(['Keycloak', 'Hydra'] as const)('%s', (type) => {
    const at = () => {
      const { elsewhere, ...place } = places[type]
      if (elsewhere === undefined) throw new TypeError('there is no other place')
      return { place, elsewhere }
    }

    it('is checked on both of its servers, and says what it can hold', async () => {
      const { place, elsewhere } = at()
      for (const { name } of [place, elsewhere]) {
        expect(await run(`check ${name}`)).not.toContain('FAIL')
      }
      const [provider] = place.name.split('/')
      const facts = JSON.parse(await run(`providers ${provider} --json`))
      expect(facts).toMatchObject(FACTS[type])
    })

    it('its own JSON becomes client files that plan nothing here, and the same client on another server', async () => {
      const { place, elsewhere } = at()
      await place.make('portal')
      const before = await place.read('portal')
      const write = (name: string, value: Json) =>
        writeFileSync(join(folder, name), JSON.stringify(value))
      write('clients.json', await place.dump())
      // As the page of the provider says.
      await run(`${importLine(type)} --into ${type}-here`)
      expect(await run(`plan ${type}-here`)).toContain(NOTHING)
      // Each client has an id of its own, which a new one is given.
      write('portal.json', [withoutMembers(before, OWN)])
      await run(`import native portal.json ${optionsOf(elsewhere)} --into ${type}-there`)
      expect(await run(`plan ${type}-there --out ${type}-plan.json`)).toContain('1 to create')
      await run(`apply ${type}-plan.json --yes`)
      expect(await run(`plan ${type}-there`)).toContain(NOTHING)
      const { clients } = JSON.parse(
        await run(`list ${optionsOf(elsewhere)} Client --fresh --json`),
      )
      // Those that a realm has from the start fit as well.
      const { id } = clients.find(({ name }: { name: string }) => name === 'Client portal')
      const made = await elsewhere.read(id)
      expect(settled(withoutMembers(made, OWN))).toEqual(settled(withoutMembers(before, OWN)))
      expect(inOneOrder(await place.read('portal'))).toEqual(inOneOrder(before))
    })

    it('is copied to the other kind of server, as a dry run has said before', async () => {
      const { place } = at()
      const other = places[type === 'Keycloak' ? 'Hydra' : 'Keycloak']
      await place.make('copied')
      const copy = `copy ${place.name}/copied ${other.name} --allow-loss --json`
      const planned = JSON.parse(await run(`${copy} --dry-run`))
      const made = JSON.parse(await run(`${copy} --yes --secret-to ${type}-copy`))
      const lost = ({ report }: { report: Record<string, readonly { field: string }[]> }) =>
        report.lost?.map(({ field }) => field)
      expect(lost(made)).toEqual(lost(planned))
      // Each client there may ask for openid, which is no client scope; Hydra has no word for what follows callbacks.
      expect(lost(made)).toContain(type === 'Hydra' ? 'scopes' : 'allowedLogoutUrls')
      const there = await other.read(made.id)
      expect(there).toMatchObject(COPIED[type])
      expect(other.callbacks(there)).toEqual([CALLBACK])
    })

    it('a job adds a callback to many of its clients, and is undone', async () => {
      const { place } = at()
      const ids = ['job-1', 'job-2', 'job-3']
      for (const id of ids) await place.make(id)
      const lists = () =>
        Promise.all(ids.map(async (id) => place.callbacks(await place.read(id)).toSorted()))
      const job = JSON.parse(
        await run(`jobs submit ${optionsOf(place)} --text job- callbacks+=${PREVIEW} --yes --json`),
      )
      expect(await lists()).toEqual(ids.map(() => [CALLBACK, PREVIEW].sort()))
      await run(`jobs undo ${job.id} --yes`)
      expect(await lists()).toEqual(ids.map(() => [CALLBACK]))
    })

    it('a leased callback is there until its time is over', async () => {
      const { place } = at()
      await place.make('leased')
      const [keycloak, , hydra] = servers
      const account = { clientId: 'clientry', clientSecret: secrets.KEYCLOAK_SECRET ?? '' }
      const provider = await only(
        type === 'Keycloak'
          ? { type: 'keycloak', ...realmAt(keycloak.url, REALM, account) }
          : { type: 'hydra', baseUrl: hydra.adminUrl },
      )
      const bench = await openBench(new Map([['it', provider]]), { upstreamTimeoutMs: 10_000 })
      try {
        const [userPoolId] = provider.userPools ?? []
        const pool = userPoolId === undefined ? {} : { userPoolId }
        const request = requestFor(bench.service, { provider: 'it', ...pool, id: 'leased' }, {})
        const patch = { kind: 'lease', field: 'callbacks', value: PREVIEW } as const
        const leased = { ...patch, owner: 'pr-7', seconds: 3_600 }
        await changeClient(bench.service, { ...request, patch: leased })
        const shown = async () => place.callbacks(await place.read('leased')).toSorted()
        expect(await shown()).toEqual([CALLBACK, PREVIEW].sort())
        const due = (seconds: number) => {
          const now = () => Date.now() + seconds * 1_000
          return carryOutDue({ ...bench.service, turns: createTurns(now), now }, new Map())
        }
        expect(await due(3_000)).toMatchObject({ done: 0, failed: [] })
        expect(await due(3_700)).toMatchObject({ done: 1, failed: [] })
        expect(await shown()).toEqual([CALLBACK])
      } finally {
        await bench.close()
      }
    })

    it('a client is suspended and resumed, and refused and given tokens in between', async () => {
      const { place } = at()
      await place.make('suspended')
      const before = await place.read('suspended')
      const tokens = [await place.token('suspended')]
      for (const command of ['suspend', 'resume']) {
        await run(`${command} ${place.name}/suspended --yes`)
        tokens.push(await place.token('suspended'))
      }
      expect(tokens).toEqual([true, false, true])
      expect(settled(await place.read('suspended'))).toEqual(settled(before))
    })

    it('is linted by rules of its own and those of all', async () => {
      const { place } = at()
      for (const [index, [members, expected]] of LINTED[type].entries()) {
        await place.make(`linted-${index}`, members)
        const { findings } = JSON.parse(await run(`lint ${place.name}/linted-${index} --json`, 1))
        const rules = (findings as readonly { rule: string }[]).map(({ rule }) => rule)
        expect(rules).toEqual(expect.arrayContaining([...expected]))
      }
    })
  })
})

/** How the command line names a place by options. */
function optionsOf({ name }: Pick<Place, 'name'>): string {
  const [provider, pool] = name.split('/')
  return `--provider ${provider}${pool === undefined ? '' : ` --pool ${pool}`}`
}

/** The command that the page of a provider shows, without where it writes to. */
function importLine(type: Type): string {
  const page = readFileSync(join(process.cwd(), `docs/providers/${type.toLowerCase()}.md`), 'utf8')
  const [, line = ''] = /`clientry (import native [^`]*?)(?: --into \S+)?`/.exec(page) ?? []
  return line
}

/** What a copy of the client of the type has at the other server, in its words. */
const COPIED: Readonly<Record<Type, object>> = {
  Keycloak: { client_name: 'Client copied', token_endpoint_auth_method: 'client_secret_basic' },
  Hydra: { name: 'Client copied', publicClient: false, standardFlowEnabled: true },
}

/** What belongs to the very client, or moves by itself. */
const OWN = [
  ...['id', 'clientId', 'secret', 'access', 'client_id', 'created_at', 'updated_at'],
  'client_secret_expires_at',
]

/** A record without what moves, and with sets in one order. */
const settled = ({ updated_at: _, ...record }: JsonObject) => inOneOrder(record)

type Type = 'Keycloak' | 'Hydra'

/** What each can hold, by its own documentation. */
const FACTS: Readonly<Record<Type, object>> = {
  Keycloak: {
    type: 'keycloak',
    userPools: true,
    updates: 'merge',
    fields: { disabled: { writable: true }, webOrigins: { writable: true } },
  },
  Hydra: {
    type: 'hydra',
    userPools: false,
    updates: 'merge',
    fields: { disabled: { writable: false }, webOrigins: { writable: false } },
  },
}

/** Clients as no one should have them, and rules that find that. */
const LINTED: Readonly<Record<Type, readonly (readonly [JsonObject, readonly string[]])[]>> = {
  Keycloak: [
    [
      {
        publicClient: true,
        secret: null,
        serviceAccountsEnabled: false,
        implicitFlowEnabled: true,
        directAccessGrantsEnabled: true,
        redirectUris: ['https://app.example.com/*'],
        webOrigins: ['*'],
        attributes: {},
      },
      [
        ...['password_grant', 'implicit_grant', 'wildcard_redirect', 'any_origin'],
        ...['full_scope', 'no_pkce', 'no_consent'],
      ],
    ],
  ],
  Hydra: [
    [
      {
        grant_types: ['authorization_code', 'implicit'],
        response_types: ['code', 'token'],
        redirect_uris: ['https://app.example.com/*'],
        scope: 'openid api.*',
        skip_consent: true,
        access_token_strategy: 'jwt',
      },
      [
        ...['implicit_grant', 'wildcard_redirect', 'wildcard_scope', 'consent_skipped'],
        'jwt_access_tokens',
      ],
    ],
    [
      { grant_types: ['authorization_code', 'refresh_token'], scope: 'openid' },
      ['no_offline_scope', 'lifetimes_differ'],
    ],
  ],
}
