/** `clientry store create` on DynamoDB: what is missing is made, by what AWS documents, and nothing else is touched. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { JsonObject } from '../src/core/json/json.ts'
import { openStore } from '../src/program/open-store.ts'
import { createStore } from '../src/program/operate/create-store.ts'
import { tableDefinition } from '../src/store/dynamodb/dynamodb-items.ts'
import { clientry } from './cli/command-line.ts'
import { CREDENTIALS, call, type Dynamodb, startDynamodb } from './contract/dynamodb.ts'
import { KEY } from './fixtures/stores/installation.ts'

const WRITES = /^(Create|Update|Put|Delete)/

let folder: string
let dynamodb: Dynamodb
const env = {
  KEY,
  AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clientry-create-'))
  dynamodb = await startDynamodb()
})
afterEach(async () => {
  await dynamodb.close()
  rmSync(folder, { recursive: true, force: true })
})

function configure(store: JsonObject): string {
  const { region, endpoint } = dynamodb.settings
  const config = {
    key: { env: 'KEY' },
    store: { type: 'dynamodb', region, endpoint, ...store },
    providers: {
      auth0: { type: 'auth0', domain: 'a.auth0.com', clientId: 'a', clientSecret: { env: 'KEY' } },
    },
  }
  writeFileSync(join(folder, 'clientry.json'), JSON.stringify(config))
  return 'clientry.json'
}

const create = (...options: readonly string[]) =>
  clientry(['store', 'create', '--config', 'clientry.json', ...options], { folder, env })

const sent = () => dynamodb.front.calls.map(({ operation }) => operation)
const described = async (name: string) => {
  const url = dynamodb.settings.endpoint
  const { body } = await call(url, 'DescribeTable', JSON.stringify({ TableName: name }))
  return (body as { readonly Table: JsonObject }).Table
}
const make = (definition: object) =>
  call(dynamodb.settings.endpoint, 'CreateTable', JSON.stringify(definition))

it('shows what is missing and makes nothing, then makes it once', async () => {
  configure({ table: 'made' })
  const shown = await create('--dry-run')
  expect([shown.code, shown.err]).toEqual([0, ''])
  expect(shown.out).toBe(
    [
      'the table made of eu-central-1: the table, with its index, paid by request, and protection against deletion would be made',
      'the table made of eu-central-1: point-in-time recovery would be made',
      'a new store would be made in it',
      '',
    ].join('\n'),
  )
  expect(sent().filter((one) => WRITES.test(one))).toEqual([])
  const made = await create()
  expect([made.code, made.err]).toEqual([0, ''])
  const [, id] = /store (\S+): new/.exec(made.out) ?? []
  const { BillingModeSummary: billing, ...table } = await described('made')
  expect(table).toMatchObject({
    KeySchema: tableDefinition('made').KeySchema,
    DeletionProtectionEnabled: true,
  })
  expect(billing).toMatchObject({ BillingMode: 'PAY_PER_REQUEST' })
  expect(sent()).toContain('UpdateContinuousBackups')
  dynamodb.front.clearCalls()
  const again = await create('--json')
  expect(JSON.parse(again.out)).toMatchObject({ table: [], store: id, isNew: false })
  expect(sent().filter((one) => WRITES.test(one))).toEqual([])
})

it('makes a store that a server opens without being allowed to make one', async () => {
  configure({ table: 'made' })
  const { out } = await create('--json')
  const { store: id } = JSON.parse(out) as { readonly store: string }
  const { table: _, ...settings } = dynamodb.settings
  Object.assign(process.env, env)
  try {
    const store = { type: 'dynamodb' as const, ...settings, table: 'made', create: false }
    expect((await openStore({ store, mode: 'production' })).id).toBe(id)
  } finally {
    for (const name of Object.keys(env)) delete process.env[name]
  }
})

it('adds what protects it to a table of the right shape that someone else has made', async () => {
  configure({ table: dynamodb.settings.table })
  const { code, out } = await create()
  expect(code).toBe(0)
  expect(out).toMatch(/protection against deletion was made\n.*point-in-time recovery was made/)
  // Backups may be refused for a moment.
  expect([...new Set(sent().filter((one) => /^(Create|Update)/.test(one)))]).toEqual([
    ...['UpdateTable', 'UpdateContinuousBackups'],
  ])
  expect(await described(dynamodb.settings.table)).toMatchObject({
    DeletionProtectionEnabled: true,
  })
})

const ours = tableDefinition('other')
const index = (ours.GlobalSecondaryIndexes as readonly JsonObject[])[0] ?? {}
const SHAPES: Readonly<Record<string, readonly [object, string]>> = {
  'another key': [
    {
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'N' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      GlobalSecondaryIndexes: undefined,
    },
    'its key is id (N), and must be pk (S), sk (S)',
  ],
  'no index': [
    {
      AttributeDefinitions: (ours.AttributeDefinitions as readonly JsonObject[]).slice(0, 2),
      GlobalSecondaryIndexes: undefined,
    },
    'it has no index feed',
  ],
  'an index without the hashes': [
    {
      GlobalSecondaryIndexes: [
        { ...index, Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['provider'] } },
      ],
    },
    'its index feed does not contain actor, outcome, hash',
  ],
}

it.each(Object.entries(SHAPES))(
  'refuses a table with %s, and changes nothing',
  async (_, shape) => {
    const [members, why] = shape
    expect((await make({ ...ours, ...members })).status).toBe(200)
    configure({ table: 'other' })
    dynamodb.front.clearCalls()
    for (const options of [[], ['--dry-run']]) {
      const { code, err } = await create(...options)
      expect(code).not.toBe(0)
      expect(err).toContain(`The table other of eu-central-1 is not one of a store: ${why}.`)
    }
    expect(sent().filter((one) => WRITES.test(one))).toEqual([])
  },
)

it('names the rights that are missing', async () => {
  configure({ table: 'made' })
  dynamodb.front.inject({ kind: 'expired_credentials' })
  const { code, err } = await create()
  expect(code).toBe(6)
  expect(err).toContain(
    'AWS refused to make the table made of eu-central-1 (ExpiredTokenException)',
  )
  expect(err).toContain('dynamodb:CreateTable')
})

it('is for tables alone', async () => {
  const store = { type: 'sqlite' as const, path: join(folder, 'a.db'), create: false }
  const keys = [{ key: Buffer.from(KEY, 'base64'), at: 'key' }] as const
  await expect(createStore({ store, mode: 'production', keys })).rejects.toThrow('--create-store')
})
