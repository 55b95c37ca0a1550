/** The settings of every provider of the registry, as a configuration has them: what they mean, what is refused. */

import { describe, expect, it } from 'vitest'
import { parseConfig } from '../../src/config/config-parse.ts'
import { ClientError } from '../../src/core/errors.ts'
import type { JsonObject } from '../../src/core/json/json.ts'
import { createProviders, mappingOf, partsBehind } from '../../src/providers/configured.ts'
import { keysOf } from '../../src/store/keys/keys.ts'
import { createSeal } from '../../src/store/seal.ts'
import { openDatabase } from '../../src/store/sqlite/database.ts'
import { createDocuments } from '../../src/store/sqlite/documents.ts'
import { createSqliteStore } from '../../src/store/sqlite/sqlite.ts'
import { everySubject, PROVIDER_SUBJECTS } from './subjects.ts'

const KEY = Buffer.alloc(32, 1)

const parsed = (settings: JsonObject) =>
  parseConfig(
    {
      mode: 'development',
      key: { env: 'KEY' },
      store: { type: 'sqlite', path: ':memory:' },
      providers: { it: settings },
      auth: { issuers: [{ issuer: 'https://issuer.example', audience: ['clientry'] }] },
    },
    { KEY: KEY.toString('base64'), SECRET: 'the secret' },
  )

const settingsOf = (settings: JsonObject) => {
  const { it: found } = parsed(settings).providers
  if (found === undefined) throw new TypeError('no provider')
  return found
}

it('every provider of the registry has something real behind it', async () => {
  const names = (await everySubject()).map(({ name }) => name)
  for (const { type } of PROVIDER_SUBJECTS) {
    expect(
      names.some((name) => name.split(' ')[0] === type),
      type,
    ).toBe(true)
  }
})

describe.each(PROVIDER_SUBJECTS)('settings of $type', ({ type, settings, kinds }) => {
  it.each(settings.right)('%j make a provider of that type', async (one) => {
    const members = { public: ['a'], secret: [] }
    const found = settingsOf({ type, ...one, members })
    const database = await openDatabase(':memory:')
    const providers = await createProviders(
      { it: found },
      {
        now: Date.now,
        environmentCredentials: () => undefined,
        documents: createDocuments(database, { keys: keysOf(KEY) }),
        store: createSqliteStore(database),
        seal: createSeal(KEY),
      },
    )
    database.close()
    const provider = providers.get('it')
    expect(provider).toMatchObject({ type, mapping: { members } })
    expect(Object.keys(provider?.mapping.fields ?? {})).toEqual(
      Object.keys((await mappingOf(type)).fields),
    )
    // Secrets are looked up, and are in no text that is made of the settings.
    expect(JSON.stringify(found)).not.toContain('the secret')
  })

  it.each(settings.wrong)('%j are refused, with the place and what is wrong', (one, says) => {
    const attempt = () => parsed({ type, ...one })
    expect(attempt).toThrow(ClientError)
    const text = says.startsWith('.') || says.startsWith(' ') ? says : ` ${says}`
    expect(attempt).toThrow(`providers.it${text}`)
  })

  it.each(settings.issuers)('of the issuer %j, these parts are behind: %j', (issuer, parts) => {
    const [first = {}] = settings.right
    expect(partsBehind(settingsOf({ type, ...first }), issuer)).toEqual(parts)
  })

  it('name the type as the kinds of the suites do', () => {
    for (const { name } of kinds) expect(name).toBe(type)
  })
})
