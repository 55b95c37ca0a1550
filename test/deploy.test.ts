/**
 * What is deployed by: the template for AWS, the unit for systemd and the Dockerfile, compared with what they speak of. The image itself
 * is built and run by `npm run test:servers -- image`; cfn-lint and systemd judge the others in `npm run suites -- deploy`.
 */

import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse, type ScalarTag } from 'yaml'
import { parseConfig } from '../src/config/config-parse.ts'
import type { Json, JsonObject } from '../src/core/json/json.ts'
import { tableDefinition } from '../src/store/dynamodb/dynamodb-items.ts'

const text = (path: string) => readFileSync(path, 'utf8')

/** The short forms of CloudFormation's functions: what they stand for is of no matter here. */
const functions = ['Ref', 'Sub', 'GetAtt', 'If', 'Not', 'Equals', 'Select'].flatMap((name) =>
  [undefined, 'seq', 'map'].map((collection) => ({
    tag: `!${name}`,
    ...(collection !== undefined && { collection }),
    resolve: (value: unknown) => value,
  })),
) as unknown as ScalarTag[]

interface Statement {
  readonly Sid: string
  readonly Action: readonly string[]
  readonly Condition?: Json
}
interface Policy {
  readonly PolicyName: string
  readonly PolicyDocument: { readonly Statement: readonly Statement[] }
}
interface Template {
  readonly Resources: {
    readonly Table: { readonly DeletionPolicy: string; readonly Properties: JsonObject }
    readonly Role: { readonly Properties: { readonly Policies: [Policy, [string, Policy]] } }
    readonly Function: { readonly Properties: JsonObject & { readonly Timeout: number } }
  }
}

describe('deploy/aws/template.yaml', () => {
  const { Resources } = parse(text('deploy/aws/template.yaml'), {
    customTags: functions,
  }) as Template
  const [own, [, pools]] = Resources.Role.Properties.Policies
  const statement = (sid: string) =>
    own.PolicyDocument.Statement.find(({ Sid }) => Sid === sid) ?? { Action: [] }

  it('has the table that the store makes, and keeps it', () => {
    const { TableName: _, ...made } = tableDefinition('any')
    expect(Resources.Table.Properties).toMatchObject(made)
    expect(Resources.Table.DeletionPolicy).toBe('Retain')
  })

  it('gives the function the rights that docs/stores.md names, and no others', () => {
    const [, policy = ''] =
      /```json\n(\{\n {2}"Version"[\s\S]*?)```/.exec(text('docs/stores.md')) ?? []
    const [history, markers] = JSON.parse(policy).Statement
    expect(statement('History').Action).toEqual(history.Action)
    expect([statement('Markers').Action].flat()).toEqual([markers.Action])
    expect(statement('Markers')).toMatchObject({ Condition: markers.Condition })
    const actions = own.PolicyDocument.Statement.flatMap(({ Action }) => Action)
    expect(actions.filter((one) => one.includes('*'))).toEqual([])
    expect(new Set(actions.map((one) => one.split(':')[0]))).toEqual(
      new Set(['dynamodb', 'kms', 'logs']),
    )
  })

  it('gives it the actions on user pools that docs/providers/cognito.md names', () => {
    const named = text('docs/providers/cognito.md').match(/cognito-idp:[A-Z]\w+/g) ?? []
    const given = pools.PolicyDocument.Statement.flatMap(({ Action }) => Action)
    expect([...given].sort()).toEqual([...new Set(named)].sort())
  })

  it('starts what the build makes, and waits longer than a request takes', () => {
    const { Handler, CodeUri, Timeout } = Resources.Function.Properties
    expect([Handler, CodeUri]).toEqual(['index.handler', '../../dist/lambda'])
    expect(existsSync('dist/lambda/index.mjs')).toBe(true)
    expect(1_000 * Timeout).toBeGreaterThan(25_000 + 2_000)
  })
})

describe('Dockerfile', () => {
  const lines = text('Dockerfile').split('\n')

  it('copies only what is there', () => {
    const copied = lines
      .filter((line) => /^COPY (?!--from)/.test(line))
      .flatMap((line) => line.split(' ').slice(1, -1))
    expect(copied.filter((path) => !existsSync(path))).toEqual([])
    const sent = text('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1))
    expect(sent.filter((path) => !existsSync(path))).toEqual([])
    // What holds secrets or state never is a part of it.
    expect(text('.dockerignore').split('\n')[0]).toBe('*')
  })
})

describe('deploy/systemd/clientry.service', () => {
  it('starts the server that the build makes, and gives it the time that it takes to stop', () => {
    const unit = text('deploy/systemd/clientry.service')
    const [, started = ''] =
      /ExecStart=\/usr\/bin\/env node \/opt\/clientry\/(\S+)/.exec(unit) ?? []
    expect(existsSync(started)).toBe(true)
    const [, seconds = '0'] = /TimeoutStopSec=(\d+)/.exec(unit) ?? []
    // docs/operations.md, "As a Node server".
    expect(Number(seconds)).toBeGreaterThan(30)
  })

  it('gives the server the files that the configuration of docs/deploy.md names', () => {
    const unit = text('deploy/systemd/clientry.service')
    const loaded = [...unit.matchAll(/^LoadCredential=(\w+):/gm)].map(([, name]) => name)
    const named = text('docs/deploy.md').match(/(?<=\/run\/credentials\/clientry\.service\/)\w+/g)
    expect(named).toEqual(loaded)
    expect(unit).toContain('StateDirectory=clientry\n')
    expect(text('docs/deploy.md')).toContain('path: /var/lib/clientry/')
  })

  it('the configurations of docs/deploy.md are accepted', () => {
    const blocks = [...text('docs/deploy.md').matchAll(/```yaml\n([\s\S]*?)```/g)]
    expect(blocks).toHaveLength(2)
    for (const [, block = ''] of blocks) {
      // Files of another machine.
      const settings = parse(block.replace(/\{ file: \S+\/(\w+) \}/g, '{ env: $1 }'))
      const key = Buffer.alloc(32, 7).toString('base64')
      const env = { key, CLIENTRY_KEY: key, auth0: 'secret', AUTH0_CLIENT_SECRET: 'secret' }
      expect(parseConfig(settings, env).store.type).toBe('sqlite')
    }
  })
})

describe('compose.yaml', () => {
  const { services, volumes } = parse(text('compose.yaml')) as {
    readonly services: Readonly<
      Record<
        string,
        {
          readonly network_mode?: string
          readonly ports?: readonly string[]
          readonly volumes?: readonly string[]
          readonly environment: Readonly<Record<string, string>>
          readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
          readonly healthcheck?: object
        }
      >
    >
    readonly volumes: object
  }
  const realm = JSON.parse(text('deploy/compose/realm.json'))
  const config = parseConfig(
    parse(text('deploy/compose/clientry.yaml')),
    services.clientry?.environment ?? {},
    '.',
  )
  const secretOf = (id: string) =>
    realm.clients.find(({ clientId }: { clientId: string }) => clientId === id)?.secret

  it('starts Clientry with a configuration that fits its database and its realm', () => {
    expect(config.store).toMatchObject({
      type: 'postgresql',
      database: services.postgres?.environment.POSTGRES_DB,
      user: services.postgres?.environment.POSTGRES_USER,
    })
    const { environment } = services.clientry ?? { environment: {} }
    expect(environment.POSTGRES_PASSWORD).toBe(services.postgres?.environment.POSTGRES_PASSWORD)
    expect(environment.KEYCLOAK_SECRET).toBe(secretOf('clientry'))
    expect(config.providers.sso).toMatchObject({ type: 'keycloak' })
    expect(config.issuers[0]?.issuer).toBe(`http://localhost:8080/realms/${realm.realm}`)
  })

  it('has one network, which only this machine reaches, and files that are there', () => {
    const others = Object.entries(services).filter(([name]) => name !== 'keycloak')
    for (const [, one] of others) {
      expect(one.network_mode).toBe('service:keycloak')
      expect(one.ports).toBeUndefined()
    }
    for (const port of services.keycloak?.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/)
    const mounted = Object.values(services).flatMap((one) => one.volumes ?? [])
    for (const [source = ''] of mounted.map((one) => one.split(':'))) {
      expect(source.startsWith('./') ? existsSync(source) : source in volumes).toBe(true)
    }
    const waited = Object.keys(services.clientry?.depends_on ?? {})
    expect(waited.filter((name) => services[name]?.healthcheck === undefined)).toEqual([])
  })

  it('gives the realm a program whose tokens are accepted, and an account that may manage clients', () => {
    const page = text('docs/deploy.md')
    expect(page).toContain(`client_id=cli -d client_secret=${secretOf('cli')}`)
    const cli = realm.clients.find(({ clientId }: { clientId: string }) => clientId === 'cli')
    const [mapper] = cli.protocolMappers
    expect(config.issuers[0]?.audience).toEqual([mapper.config['included.custom.audience']])
    expect(config.permissions?.[0]?.claims).toBeDefined()
    expect(realm.users[0]).toMatchObject({
      serviceAccountClientId: 'clientry',
      clientRoles: { 'realm-management': ['manage-clients'] },
    })
  })
})

describe('deploy/cdk', () => {
  it('gives the function the actions on user pools that the template gives it', () => {
    const actionsIn = (path: string) => [
      ...new Set(
        text(path).match(
          /\b(?:Describe|Update|Create|Delete|List|Add|Get)\w*(?:UserPool|Identity|Resource|ManagedLogin|Risk)\w+/g,
        ),
      ),
    ]
    expect(actionsIn('deploy/cdk/clientry.ts').sort()).toEqual(
      actionsIn('deploy/aws/template.yaml').sort(),
    )
  })
})
