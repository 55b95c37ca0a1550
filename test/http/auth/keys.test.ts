/** Key sets that rotate, fail, grow old, or hold what must not be trusted. */

import type { ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isClientError } from '../../../src/core/errors.ts'
import { createVerifier, type Verifier } from '../../../src/http/auth/verify.ts'
import {
  createClock,
  fetchDocument,
  json,
  type KeyServer,
  type SigningKey,
  START,
  sign,
  signingKey,
  startKeyServer,
} from './issuer.ts'

const ISSUER = 'https://issuer.example'
const AUDIENCE = 'clientry'
const MINUTE = 60
const HOUR = 3_600

let server: KeyServer
let clock: ReturnType<typeof createClock>
let verify: Verifier
let first: SigningKey
let second: SigningKey

beforeEach(async () => {
  server = await startKeyServer()
  clock = createClock()
  verify = createVerifier({
    issuers: [{ issuer: ISSUER, jwksUrl: server.url, audience: [AUDIENCE] }],
    fetchDocument,
    now: clock.now,
  })
  first = await signingKey('first')
  second = await signingKey('second')
})

afterEach(() => server.close())

/** A token that is good for an hour from now. */
const fresh = (key: SigningKey, subject = 'user') => {
  const iat = clock.now() / 1_000
  const claims = { iss: ISSUER, aud: AUDIENCE, sub: subject, client_id: 'app', iat }
  return sign(key, { ...claims, exp: iat + HOUR })
}

async function outcome(token: string): Promise<string> {
  try {
    return (await verify(token, clock.now() + 25_000)).subject
  } catch (thrown) {
    if (isClientError(thrown)) return `${thrown.status} ${thrown.code}`
    throw thrown
  }
}

const UNAVAILABLE = '503 keys_unavailable'
const REFUSED = '401 unauthenticated'

describe('fetching', () => {
  it('fetches nothing before the first token, and once for many at the same time', async () => {
    server.publish(first)
    expect(server.count()).toBe(0)
    const tokens = await Promise.all(
      Array.from({ length: 50 }, (_, index) => fresh(first, `user-${index}`)),
    )
    const subjects = await Promise.all(tokens.map(outcome))
    expect(subjects).toEqual(tokens.map((_, index) => `user-${index}`))
    expect(server.count()).toBe(1)
  })

  it('fetches nothing for a token that is no token, or from an unknown issuer', async () => {
    server.publish(first)
    expect(await outcome('x.y.z')).toBe(REFUSED)
    expect(await outcome(await sign(first, { iss: 'https://evil.test' }))).toBe(REFUSED)
    expect(server.count()).toBe(0)
  })

  it('fetches again after ten minutes', async () => {
    server.publish(first)
    await outcome(await fresh(first))
    clock.pass(10 * MINUTE - 1)
    await outcome(await fresh(first))
    expect(server.count()).toBe(1)
    clock.pass(1)
    await outcome(await fresh(first))
    await verify.renew()
    expect(server.count()).toBe(2)
  })

  it('makes two calls per cooldown for a flood of unknown key ids', async () => {
    server.publish(first)
    await outcome(await fresh(first))
    const flood = async () => {
      const tokens = Array.from({ length: 20 }, (_, index) =>
        fresh({ ...second, kid: `k${index}` }),
      )
      return new Set(await Promise.all((await Promise.all(tokens)).map(outcome)))
    }
    expect(await flood()).toEqual(new Set([REFUSED]))
    expect(await flood()).toEqual(new Set([REFUSED]))
    expect(server.count()).toBe(2)
    clock.pass(30)
    for (let round = 0; round < 3; round += 1) {
      expect(await flood()).toEqual(new Set([REFUSED]))
    }
    expect(server.count()).toBe(4)
  })
})

describe('rotation', () => {
  it('takes a new key within the cooldown, once, and after it at the latest', async () => {
    server.publish(first)
    await outcome(await fresh(first))
    server.publish(first, second)
    clock.pass(1)
    expect(await outcome(await fresh(second))).toBe('user')
    const third = await signingKey('third')
    server.publish(first, second, third)
    expect(await outcome(await fresh(third))).toBe(REFUSED)
    clock.pass(30)
    expect(await outcome(await fresh(third))).toBe('user')
    expect(server.count()).toBe(3)
  })

  it('takes a new key within the cooldown although tokens by an unusable one keep coming', async () => {
    const third = await signingKey('third')
    const unusable = { ...third, jwk: { ...third.jwk, use: 'enc' } }
    server.publish(first, unusable)
    expect(await outcome(await fresh(first))).toBe('user')
    expect(await outcome(await fresh(unusable))).toBe(REFUSED)
    server.publish(first, unusable, second)
    expect(await outcome(await fresh(second))).toBe('user')
    expect(server.count()).toBe(2)
  })

  it('takes a new key after the cooldown', async () => {
    server.publish(first)
    await outcome(await fresh(first))
    server.publish(first, second)
    clock.pass(30)
    expect(await outcome(await fresh(second))).toBe('user')
  })

  it('drops remembered tokens whose key is no longer published', async () => {
    server.publish(first)
    const token = await fresh(first)
    expect(await outcome(token)).toBe('user')
    server.publish(second)
    clock.pass(30)
    expect(await outcome(await fresh(second))).toBe('user')
    expect(await outcome(token)).toBe(REFUSED)
  })

  it('drops remembered tokens when the set is due for renewal and has lost their key', async () => {
    server.publish(first)
    await outcome(await fresh(first))
    clock.pass(8 * MINUTE)
    const token = await fresh(first)
    expect(await outcome(token)).toBe('user')
    server.publish(second)
    clock.pass(2 * MINUTE)
    await verify.renew()
    expect(await outcome(token)).toBe(REFUSED)
  })

  it('takes a key that was withdrawn no longer than until the look that the first request starts', async () => {
    server.publish(first)
    await outcome(await fresh(first))
    server.publish(second)
    clock.pass(59 * MINUTE)
    expect(await outcome(await fresh(first))).toBe('user')
    await verify.renew()
    expect(await outcome(await fresh(first))).toBe(REFUSED)
  })

  it('takes no key that no one has looked for in the last hour', async () => {
    server.publish(first)
    await outcome(await fresh(first))
    server.publish(second)
    clock.pass(HOUR)
    expect(await outcome(await fresh(first))).toBe(REFUSED)
  })

  /** A look that was under way when the process froze, and a token that is judged two hours later. */
  async function afterFreeze() {
    server.publish(first)
    await outcome(await fresh(first))
    const requests = new Promise<ServerResponse>((resolve) => server.answer(resolve))
    clock.pass(11 * MINUTE)
    expect(await outcome(await fresh(first))).toBe('user')
    const frozen = await requests
    clock.pass(2 * HOUR)
    server.publish(second)
    const waiting = outcome(await fresh(first))
    return { frozen, waiting }
  }

  it('takes no key after a freeze in which a look was under way', async () => {
    const { frozen, waiting } = await afterFreeze()
    frozen.destroy()
    expect(await waiting).toBe(REFUSED)
  })

  it('takes keys that came before a freeze for no newer than that', async () => {
    const { frozen, waiting } = await afterFreeze()
    json(frozen, { keys: [first.jwk] })
    expect(await waiting).toBe(REFUSED)
  })

  it('drops remembered tokens when another key has taken over the kid', async () => {
    server.publish(first)
    const token = await fresh(first)
    await outcome(token)
    server.publish({ ...second, jwk: { ...second.jwk, kid: 'first' } }, second)
    clock.pass(30)
    expect(await outcome(await fresh(second))).toBe('user')
    expect(await outcome(token)).toBe(REFUSED)
  })
})

describe('an issuer that fails', () => {
  const failures: Readonly<Record<string, () => void>> = {
    'answers 503': () => server.answer((response) => json(response, {}, 503)),
    'answers 200 with a page': () => server.answer((response) => response.end('<html>')),
    'answers with a list': () => server.answer((response) => json(response, [])),
    'answers without keys': () => server.answer((response) => json(response, { keys: [] })),
    'answers with far too many keys': () =>
      server.answer((response) => json(response, { keys: Array(65).fill(first.jwk) })),
    'cuts the answer': () =>
      server.answer((response) => {
        response.writeHead(200, { 'content-length': 100 })
        response.write('{"keys":', () => response.destroy())
      }),
    stalls: () => server.answer(() => undefined),
  }
  for (const [name, fail] of Object.entries(failures)) {
    it(`${name}: 503 and not 401, and the next good answer counts`, async () => {
      fail()
      expect(await outcome(await fresh(first))).toBe(UNAVAILABLE)
      server.publish(first)
      clock.pass(30)
      expect(await outcome(await fresh(first))).toBe('user')
    })
  }

  it('is asked once a second at most while there are no keys', async () => {
    server.answer((response) => json(response, {}, 503))
    const token = await fresh(first)
    for (let count = 0; count < 5; count += 1) expect(await outcome(token)).toBe(UNAVAILABLE)
    expect(server.count()).toBe(1)
    clock.pass(1)
    expect(await outcome(token)).toBe(UNAVAILABLE)
    expect(server.count()).toBe(2)
  })

  it('keeps its last keys for a day, and says that they are stale', async () => {
    server.publish(first)
    await outcome(await fresh(first))
    expect(verify.health()).toEqual([
      {
        issuer: ISSUER,
        loadedAt: START * 1_000,
        stale: false,
        failures: 0,
        refused: [],
      },
    ])
    server.answer((response) => json(response, {}, 500))
    clock.pass(23 * HOUR)
    expect(await outcome(await fresh(first))).toBe('user')
    expect(verify.health()[0]).toMatchObject({ stale: true, failures: 1 })
    clock.pass(HOUR)
    expect(await outcome(await fresh(first))).toBe(UNAVAILABLE)
    server.publish(first)
    clock.pass(30)
    expect(await outcome(await fresh(first))).toBe('user')
    expect(verify.health()[0]?.stale).toBe(false)
  })

  it('is asked once per cooldown while its last keys serve', async () => {
    server.publish(first)
    await outcome(await fresh(first))
    server.answer((response) => json(response, {}, 500))
    clock.pass(HOUR)
    for (let count = 0; count < 5; count += 1) await outcome(await fresh(first))
    expect(server.count()).toBe(2)
  })

  it('holds up no one whose key is known while it hangs', async () => {
    server.publish(first)
    await outcome(await fresh(first))
    const requests = new Promise<ServerResponse>((resolve) => server.answer(resolve))
    const until = [10 * MINUTE, 30 * MINUTE]
    for (const seconds of until) {
      clock.pass(seconds)
      // No answer has come, nor has the fetch been given up: only then could the caller have waited.
      expect(await outcome(await fresh(first))).toBe('user')
      expect(verify.health()[0]).toMatchObject({ failures: 0 })
    }
    server.publish(second)
    json(await requests, { keys: [second.jwk] })
    await verify.renew()
    expect(await outcome(await fresh(first))).toBe(REFUSED)
  })

  it('holds up no one for a day where the look of the last hour found it hanging', async () => {
    server.publish(first)
    await outcome(await fresh(first))
    server.answer(() => undefined)
    for (const failures of [1, 3, 5]) {
      clock.pass(6 * HOUR)
      await verify.renew()
      expect(verify.health()[0]).toMatchObject({ failures, fault: { url: server.url } })
      expect(await outcome(await fresh(first))).toBe('user')
      expect(verify.health()[0]).toMatchObject({ failures })
      clock.pass(30)
      expect(await outcome(await fresh(first))).toBe('user')
      expect(verify.health()[0]).toMatchObject({ failures })
      await verify.renew()
    }
  })

  it('does not turn a token with a new key into a bad one', async () => {
    server.publish(first)
    await outcome(await fresh(first))
    server.answer((response) => json(response, {}, 500))
    clock.pass(30)
    expect(await outcome(await fresh(second))).toBe(UNAVAILABLE)
    expect(await outcome(await fresh(first))).toBe('user')
  })

  it('still refuses a bad signature while its last keys serve', async () => {
    server.publish(first)
    await outcome(await fresh(first))
    server.answer((response) => json(response, {}, 500))
    clock.pass(HOUR)
    expect(await outcome(await fresh({ ...second, kid: 'first' }))).toBe(REFUSED)
  })
})

describe('an issuer without a configured address of its keys', () => {
  const faults: unknown[] = []
  const discovering = (issuer: string) =>
    createVerifier({
      issuers: [{ issuer, audience: [AUDIENCE] }],
      fetchDocument,
      now: clock.now,
      onKeyFault: (of, fault) => faults.push({ of, ...fault }),
    })
  const serve = (documents: Readonly<Record<string, unknown>>) =>
    server.answer((response, path) =>
      path in documents ? json(response, documents[path]) : json(response, {}, 404),
    )
  const tokenOf = (iss: string) => {
    const iat = clock.now() / 1_000
    return sign(first, { iss, aud: AUDIENCE, sub: 'user', client_id: 'app', iat, exp: iat + HOUR })
  }
  const keys = () => ({ keys: [first.jwk] })
  beforeEach(() => {
    faults.length = 0
  })

  // The addresses as the two standards write them out, not as the program does.
  it.each([
    ['OpenID Connect Discovery 4.1', '', '/.well-known/openid-configuration'],
    ['the same with a final slash', '/', '/.well-known/openid-configuration'],
    ['the same with a path', '/a/b', '/a/b/.well-known/openid-configuration'],
    ['RFC 8414 3.1', '', '/.well-known/oauth-authorization-server'],
    ['RFC 8414 3.1 with a path', '/a/b', '/.well-known/oauth-authorization-server/a/b'],
  ])('is asked for them: %s', async (_, path, place) => {
    const issuer = `${server.origin}${path}`
    serve({ [place]: { issuer, jwks_uri: `${server.origin}/k` }, '/k': keys() })
    const judge = discovering(issuer)
    const { subject } = await judge(await tokenOf(issuer), clock.now() + 25_000)
    expect([subject, faults]).toEqual(['user', []])
  })

  it.each([
    ['another issuer', { issuer: 'https://other.example' }, /another issuer/],
    ['the issuer with a slash', { slash: '/' }, /another issuer/],
    ['keys without TLS elsewhere', { jwks_uri: 'http://other.example/k' }, /https/],
    ['keys with a password', { jwks_uri: 'https://a:b@other.example/k' }, /https/],
    ['no keys', { jwks_uri: undefined }, /https/],
  ])('is refused with %s, and the fault says where', async (_, change, says) => {
    const { slash = '', ...other } = change as { slash?: string }
    const place = '/.well-known/openid-configuration'
    const issuer = server.origin
    serve({ [place]: { issuer: issuer + slash, jwks_uri: `${issuer}/k`, ...other }, '/k': keys() })
    const judge = discovering(issuer)
    const judged = judge(await tokenOf(issuer), clock.now() + 25_000)
    await expect(judged).rejects.toMatchObject({ code: 'keys_unavailable' })
    const cause = expect.stringMatching(says)
    expect(faults).toEqual([{ of: issuer, url: `${issuer}${place}`, status: 200, cause }])
  })

  it('is distinguished from one that has no document at all', async () => {
    serve({})
    const judge = discovering(server.origin)
    await judge.renew()
    expect(faults).toEqual([
      {
        of: server.origin,
        url: `${server.origin}/.well-known/oauth-authorization-server`,
        status: 404,
        cause: expect.stringMatching(/openid-configuration either; set jwksUrl/),
      },
    ])
  })
})

describe('keys that are not trusted', () => {
  const published = (...keys: readonly unknown[]) =>
    server.answer((response) => json(response, { keys: [...keys, first.jwk] }))

  it('leaves them out one by one, says so, and uses the others', async () => {
    const rsa = await signingKey('rsa', 'RS256')
    published(
      { kty: 'oct', kid: 'a', k: 'c2VjcmV0' },
      { ...rsa.jwk, kid: 'b', e: 'AQ' },
      { ...rsa.jwk, kid: 'c', e: 'AAAB' },
      { ...rsa.jwk, kid: 'd', e: 'BA' },
      { ...rsa.jwk, kid: 'e', n: Buffer.alloc(128, 255).toString('base64url') },
      {
        ...rsa.jwk,
        kid: 'f',
        n: Buffer.concat([Buffer.alloc(200), Buffer.alloc(128, 255)]).toString('base64url'),
      },
      { ...rsa.jwk, kid: 'g', d: 'AA' },
      { ...rsa.jwk, kid: 'h', use: 'enc' },
      { ...rsa.jwk, kid: 'i', key_ops: ['encrypt'] },
      { ...rsa.jwk, kid: 1 },
      { kty: 'EC', kid: 'j' },
      { kty: 'AKP', kid: 'k' },
      'key',
    )
    expect(await outcome(await fresh(first))).toBe('user')
    expect(verify.health()[0]?.refused).toEqual([
      'Key 0 is symmetric.',
      'Key 1 is an RSA key with an unsafe exponent.',
      'Key 2 is an RSA key with an unsafe exponent.',
      'Key 3 is an RSA key with an unsafe exponent.',
      'Key 4 is an RSA key below 2048 bits.',
      'Key 5 is an RSA key below 2048 bits.',
      'Key 6 is private and has been published.',
      'Key 7 is not for signatures.',
      'Key 8 is not for verifying.',
      'Key 9 has a kid that is not a string.',
      'Key 10 is incomplete.',
      'Key 11 is of a type that is not supported.',
      'Key 12 is not an object.',
    ])
  })

  // The key is there, so the issuer was reached: 503 would ask callers to come again for nothing.
  it.each([
    ['is symmetric', { kty: 'oct', kid: 'first', k: 'c2VjcmV0' }],
    ['is for encryption', { use: 'enc' }],
    ['cannot be read', { x: 'AA' }],
  ])('says of a token by the only key, which %s, that it may not be used', async (_, other) => {
    const jwk = 'kty' in other ? other : { ...first.jwk, ...other }
    server.answer((response) => json(response, { keys: [jwk] }))
    const refused = verify(await fresh(first), clock.now() + 25_000)
    await expect(refused).rejects.toMatchObject({
      status: 401,
      message: 'The access token is signed with a key that is published but may not be used.',
    })
    server.publish(first)
    clock.pass(10 * MINUTE)
    expect(await outcome(await fresh(first))).toBe('user')
  })

  it('takes neither of two different keys under one kid', async () => {
    published({ ...second.jwk, kid: 'double' }, { ...(await signingKey('x')).jwk, kid: 'double' })
    expect(await outcome(await fresh({ ...second, kid: 'double' }))).toBe(REFUSED)
    expect(await outcome(await fresh(first))).toBe('user')
    expect(verify.health()[0]?.refused).toHaveLength(2)
  })

  it('takes the same key published twice', async () => {
    published(first.jwk)
    expect(await outcome(await fresh(first))).toBe('user')
  })

  it('does not use a key for another algorithm than its own', async () => {
    const rsa = await signingKey('rsa', 'RS256')
    published({ ...rsa.jwk, alg: 'PS256' })
    expect(await outcome(await fresh(rsa))).toBe(REFUSED)
  })

  it('does not choose between keys for a token without kid', async () => {
    published(second.jwk)
    const claims = { iss: ISSUER, aud: AUDIENCE, sub: 'user', client_id: 'app', iat: START }
    const token = await sign(second, { ...claims, exp: START + HOUR }, { kid: undefined })
    expect(await outcome(token)).toBe(REFUSED)
  })
})

describe('remembered tokens', () => {
  it('are not remembered beyond their expiry', async () => {
    server.publish(first)
    const claims = { iss: ISSUER, aud: AUDIENCE, sub: 'user', client_id: 'app', iat: START }
    const token = await sign(first, { ...claims, exp: START + 60 })
    expect(await outcome(token)).toBe('user')
    clock.pass(89)
    expect(await outcome(token)).toBe('user')
    clock.pass(1)
    expect(await outcome(token)).toBe(REFUSED)
  })

  it('are not mixed up with tokens that differ only in their signature', async () => {
    server.publish(first)
    const token = await fresh(first)
    expect(await outcome(token)).toBe('user')
    const [header, claims] = token.split('.')
    expect(await outcome(`${header}.${claims}.${'A'.repeat(86)}`)).toBe(REFUSED)
    expect(await outcome(token.slice(0, -4))).toBe(REFUSED)
  })

  it('keep their own callers', async () => {
    server.publish(first)
    const tokens = await Promise.all(['ann', 'bob', 'eve'].map((name) => fresh(first, name)))
    for (let round = 0; round < 3; round += 1) {
      expect(await Promise.all(tokens.map(outcome))).toEqual(['ann', 'bob', 'eve'])
    }
  })
})
