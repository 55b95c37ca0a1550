/** `clientry store rekey`: a store from one key to the next, with the configuration as operators change it. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/config.ts'
import { openStoreAndKeys } from '../../src/program/open-keys.ts'
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
    expect(planned.out).toMatch(/^formerKeys\[0\] \([\w-]{12}\) wraps 2 of the keys$/m)
    const { code, out } = await run('store rekey')
    expect(code).toBe(0)
    expect(out).toMatch(/^2 keys wrapped anew, 1 made, 0 given up$/m)
    expect(out).toMatch(/^key \([\w-]{12}\) wraps 3 of the keys$/m)
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
