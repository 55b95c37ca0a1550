/** `clientry store rekey`: a store from one key to the next, with the configuration as operators change it. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/config.ts'
import { openStoreAndKeys } from '../../src/program/keys/open-keys.ts'
import type { RingKey } from '../../src/store/keys/keyring.ts'
import { following } from '../../src/store/log/chain.ts'
import { KEYS } from '../../src/store/resource.ts'
import { outsideChangeOf } from '../fixtures/entries.ts'
import { clientry } from './command-line.ts'

const ENV = {
  OLD: Buffer.alloc(32, 1).toString('base64'),
  NEW: Buffer.alloc(32, 2).toString('base64'),
  SECRET: 'management-secret',
}
const RESOURCE = '["auth0",null,"client"]'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clientry-rekey-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const file = () => join(folder, 'clientry.json')

function configure(keys: object): void {
  const auth0 = {
    type: 'auth0',
    baseUrl: 'https://tenant.example.com',
    clientId: 'a',
    clientSecret: { env: 'SECRET' },
  }
  const store = { type: 'sqlite', path: 'store.db', create: true }
  const auth = { issuers: [{ issuer: 'https://issuer.example/', audience: ['a'] }] }
  writeFileSync(file(), JSON.stringify({ ...keys, store, providers: { auth0 }, auth }))
}

const opened = async () => openStoreAndKeys(await loadConfig({ ...ENV, CLIENTRY_CONFIG: file() }))
const run = (line: string) =>
  clientry([...line.split(' '), '--config', file()], { folder, env: ENV })

/** A store that the old key has made, with a record in it. */
async function makeStore(): Promise<string> {
  configure({ key: { env: 'OLD' } })
  const { store, keys } = await opened()
  const sealed = keys.seal.close({ a: 1 }, 'place')
  const { seq: _, previous: __, hash: ___, ...body } = outsideChangeOf(RESOURCE, 1)
  await store.append(following(undefined, body))
  await store.close()
  return sealed
}

describe('clientry store rekey', () => {
  it('leads from one key to the next, and shows when the old one is used by nothing', async () => {
    const sealed = await makeStore()
    configure({ key: { env: 'NEW' } })
    const early = await run('verify')
    expect(early.code).not.toBe(0)
    expect(early.err).toMatch(/wrapped under the key [\w-]{12}, which the configuration does not/)

    configure({ key: { env: 'NEW' }, formerKeys: [{ env: 'OLD' }] })
    const planned = await run('store rekey --dry-run')
    expect(planned.out).toMatch(/^key \([\w-]{12}\) wraps nothing$/m)
    expect(planned.out).toMatch(/^formerKeys\[0\] \([\w-]{12}\) wraps 3 of the keys$/m)
    const { code, out } = await run('store rekey')
    expect(code).toBe(0)
    expect(out).toMatch(/^3 keys wrapped anew, 2 made, 0 given up$/m)
    expect(out).toMatch(/^key \([\w-]{12}\) wraps 5 of the keys$/m)
    expect(out).toMatch(
      /^formerKeys\[0\] \([\w-]{12}\) wraps nothing: it is used by nothing and can/m,
    )
    const again = await run('store rekey --json')
    expect(JSON.parse(again.out)).toMatchObject({ wrapped: 0, made: 0, keys: expect.any(Array) })

    configure({ key: { env: 'NEW' } })
    const { store, keys } = await opened()
    expect(keys.seal.open(sealed, 'place')).toEqual({ a: 1 })
    // One entry of what was done, without any key.
    expect(await store.entries(KEYS)).toEqual([
      expect.objectContaining({
        kind: 'keys',
        keys: JSON.parse(again.out).keys.map((one: RingKey) =>
          expect.objectContaining({ id: one.id, wrappedBy: one.wrappedBy }),
        ),
      }),
    ])
    await store.close()
    expect(await run('verify')).toMatchObject({ code: 0 })
  })

  it('leaves nothing of the old wrapping in the file', async () => {
    await makeStore()
    const ring = async () => {
      const { store } = await opened()
      const text = await store.keyring.read()
      await store.close()
      return JSON.parse(text ?? '{}') as { readonly keys: readonly { readonly wrapped: string }[] }
    }
    const before = await ring()
    configure({ key: { env: 'NEW' }, formerKeys: [{ env: 'OLD' }] })
    await run('store rekey')
    await ring()
    const file = readFileSync(join(folder, 'store.db')).toString('latin1')
    for (const { wrapped } of before.keys) expect(file).not.toContain(wrapped)
  })

  it('makes no store, and refuses a place without one', async () => {
    configure({ key: { env: 'OLD' } })
    const { code, err } = await run('store rekey')
    expect(code).toBe(2)
    expect(err).toContain('There is no store in')
  })

  it('says how a key in AWS KMS is named', async () => {
    configure({ key: { kms: 'alias/clientry' } })
    const { code, err } = await run('store rekey')
    expect(code).toBe(2)
    expect(err).toContain(
      'key.kms must be the ARN of a key in AWS KMS: arn:aws:kms:REGION:ACCOUNT:key/ID',
    )
  })
})

describe('clientry history export', () => {
  it('writes a file that clientry verify checks without the store', async () => {
    await makeStore()
    const { code, out } = await run('history export --out all.jsonl --from 2020-01-01T00:00:00Z')
    expect(code).toBe(0)
    const [, key = ''] = /whose public part is ([\w-]{43})$/m.exec(out) ?? []
    rmSync(join(folder, 'store.db'))
    const verify = (line: string) => clientry(['verify', ...line.split(' ')], { folder, env: {} })
    expect(await verify(`--export all.jsonl --public-key ${key}`)).toMatchObject({
      code: 0,
      out: expect.stringMatching(
        /^1 records of 1 logs\nstore .*\nsigned by the key .*\neverything is/,
      ),
    })
    const other = Buffer.alloc(32, 1).toString('base64url')
    const stranger = await verify(`--export all.jsonl --public-key ${other}`)
    expect(stranger).toMatchObject({ code: 1, out: expect.stringContaining('with another key') })
    const text = readFileSync(join(folder, 'all.jsonl'), 'utf8')
    writeFileSync(join(folder, 'cut.jsonl'), text.split('\n').slice(0, -2).join('\n'))
    expect(await verify('--export cut.jsonl')).toMatchObject({
      code: 1,
      out: expect.stringContaining('the signed checkpoint at the end is missing'),
    })
  })

  it('refuses a time that is none, a file that is there, and options that do not belong together', async () => {
    await makeStore()
    writeFileSync(join(folder, 'there.jsonl'), '')
    expect(await run('history export --out a.jsonl --from yesterday')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--from must be a time as in RFC 3339'),
    })
    expect(await run('history export --out there.jsonl')).toMatchObject({
      code: 2,
      err: expect.stringContaining('cannot be made'),
    })
    expect(await run('history export')).toMatchObject({ code: 2 })
    expect(await run('verify --export there.jsonl')).toMatchObject({ code: 2 })
    expect(await run('verify --public-key abc')).toMatchObject({ code: 2 })
  })
})
