/** Public keys at every provider: one is added and removed, and nothing else of the client changes (G1). */

import { expect, it } from 'vitest'
import { isRecord, type JsonObject } from '../../src/core/json/json.ts'
import { publicKeyOf } from '../../src/core/keys/public-key.ts'
import { parseMergePatch } from '../../src/core/patch/patch.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { changeKeys } from '../../src/service/keys/key-change.ts'
import { jwk } from '../fixtures/public-keys.ts'
import { openBench } from './service.ts'
import { differences, everySubject } from './subjects.ts'

const ANY = publicKeyOf(jwk('rsa', { kid: 'a-key-of-its-own', alg: 'RS256', use: 'sig' }))

it.each(await everySubject())('$name', async (kind) => {
  const KEY = kind.key === undefined ? ANY : publicKeyOf(kind.key)
  const subject = await kind.start()
  const bench = await openBench(new Map([[subject.ref.provider, subject.provider]]))
  try {
    const { ref, provider } = subject
    const request = () => ({
      ref,
      provider,
      dryRun: false,
      actor: { subject: 'tester', issuer: 'https://issuer.example' },
      requestId: 'request',
      deadline: Date.now() + 10_000,
    })
    const add = () => changeKeys(bench.service, { ...request(), wanted: { added: KEY } })
    if (provider.keys === undefined) {
      await expect(add()).rejects.toMatchObject({ code: 'unsupported_operation' })
      return
    }
    const { support } = provider.mapping.fields.jwksUri
    if (support === 'native' && provider.keys.kind === 'record') {
      // A set of keys and its address exclude each other.
      const patch = parseMergePatch({ jwksUri: null })
      await changeClient(bench.service, { ...request(), patch })
    }
    const before = subject.stored()
    const added = await add()
    expect(added.keys.map(({ kid }) => kid)).toContain(KEY.kid)
    const names = differences(kind, flat(before), flat(subject.stored()))
    expect(names.filter((name) => !/jwks|keyCredentials|updated|date/i.test(name))).toEqual([])
    const wanted = { removed: KEY.kid }
    const removed = await changeKeys(bench.service, { ...request(), wanted })
    expect(removed.keys.map(({ kid }) => kid)).not.toContain(KEY.kid)
    const left = differences(kind, flat(before), flat(subject.stored()))
    expect(left.filter((name) => !/updated|date/i.test(name))).toEqual([])
  } finally {
    await bench.close()
    await subject.close()
  }
})

/** Each attribute of Keycloak's as a member of its own. */
function flat({ attributes, ...record }: JsonObject = {}): JsonObject {
  const named = Object.entries(isRecord(attributes) ? attributes : {})
  return { ...record, ...Object.fromEntries(named.map(([name, value]) => [`@${name}`, value])) }
}
