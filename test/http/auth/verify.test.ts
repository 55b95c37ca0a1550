/** The token matrix: which access tokens are accepted, from three kinds of issuers. */

import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ClientError, isClientError } from '../../../src/core/errors.ts'
import { createVerifier, type Verifier } from '../../../src/http/auth/verify.ts'
import {
  createClock,
  encoded,
  fetchDocument,
  type KeyServer,
  type SigningKey,
  START,
  sign,
  signingKey,
  startKeyServer,
} from './issuer.ts'

const ISSUER = 'https://issuer.example/'
const COGNITO = 'https://cognito-idp.us-east-1.amazonaws.com/us-east-1_1234test'
const AUTH0 = 'https://tenant.eu.auth0.com/'
const AUDIENCE = 'https://clientry.example/'

const CLAIMS = {
  iss: ISSUER,
  sub: 'user-1',
  aud: AUDIENCE,
  client_id: 'app-1',
  iat: START,
  exp: START + 3_600,
  jti: 'token-1',
  scope: 'clients:read clients:write',
}
const COGNITO_CLAIMS = {
  iss: COGNITO,
  sub: 'user-2',
  client_id: 'app-2',
  token_use: 'access',
  scope: 'openid https://api.example/clients:write',
  username: 'someone',
  iat: START,
  exp: START + 3_600,
}
const AUTH0_CLAIMS = {
  iss: AUTH0,
  sub: 'machine@clients',
  aud: [AUDIENCE, `${AUTH0}userinfo`],
  azp: 'app-3',
  scope: 'openid',
  permissions: ['clients:read', 'secrets:read'],
  iat: START,
  exp: START + 86_400,
}

const without = (name: keyof typeof CLAIMS) =>
  Object.fromEntries(Object.entries(CLAIMS).filter(([key]) => key !== name))

const keys: Record<'ours' | 'rsa' | 'ps' | 'ed' | 'cognito' | 'foreign', SigningKey> = {} as never
let ours: KeyServer
let theirs: KeyServer
let verify: Verifier

beforeAll(async () => {
  keys.ours = await signingKey('k1')
  keys.rsa = await signingKey('k2', 'RS256')
  keys.ps = await signingKey('k3', 'PS256')
  keys.ed = await signingKey('k4', 'EdDSA')
  // The same kid as ours, and another key
  keys.cognito = await signingKey('k1')
  keys.foreign = await signingKey('k1')
  ours = await startKeyServer()
  theirs = await startKeyServer()
  ours.publish(keys.ours, keys.rsa, keys.ps, keys.ed)
  theirs.publish(keys.cognito)
  verify = createVerifier({
    issuers: [
      { issuer: ISSUER, jwksUrl: ours.url, audience: [AUDIENCE] },
      { issuer: COGNITO, jwksUrl: theirs.url, clientIds: ['app-2'], requireTyp: false },
      { issuer: AUTH0, jwksUrl: ours.url, audience: [AUDIENCE], requireTyp: false },
    ],
    fetchDocument,
    now: createClock().now,
  })
})

afterAll(async () => {
  await ours.close()
  await theirs.close()
})

const judged = (token: string) => verify(token, (START + 25) * 1_000)

async function refusal(token: string): Promise<ClientError> {
  const thrown: unknown = await judged(token).then(
    () => new Error('The token was accepted.'),
    (error: unknown) => error,
  )
  if (!isClientError(thrown)) throw thrown
  return thrown
}

const PLAIN = { typ: 'JWT' }
type Make = () => Promise<string> | string
type Rows = Readonly<Record<string, Make>>

const ACCEPTED: Rows = {
  'an ES256 token': () => sign(keys.ours, CLAIMS),
  'an RS256 token': () => sign(keys.rsa, CLAIMS),
  'a PS256 token': () => sign(keys.ps, CLAIMS),
  'an EdDSA token': () => sign(keys.ed, CLAIMS),
  'a typ with its full name': () => sign(keys.ours, CLAIMS, { typ: 'application/at+jwt' }),
  'a typ in capitals': () => sign(keys.ours, CLAIMS, { typ: 'AT+JWT' }),
  'several audiences with ours': () => sign(keys.ours, { ...CLAIMS, aud: ['other', AUDIENCE] }),
  'no kid where one key fits': () => sign(keys.ours, CLAIMS, { kid: undefined }),
  'an expiry within the skew': () =>
    sign(keys.ours, { ...CLAIMS, iat: START - 100, exp: START - 29 }),
  'an nbf within the skew': () => sign(keys.ours, { ...CLAIMS, nbf: START + 29 }),
  'an iat within the skew': () => sign(keys.ours, { ...CLAIMS, iat: START + 29 }),
  'a lifetime of a day': () => sign(keys.ours, { ...CLAIMS, exp: START + 86_400 }),
  'no scope': () => sign(keys.ours, without('scope')),
  'unknown claims': () => sign(keys.ours, { ...CLAIMS, tier: { a: [1] } }),
  'a Cognito access token': () => sign(keys.cognito, COGNITO_CLAIMS, { typ: undefined }),
  'an Auth0 access token': () => sign(keys.ours, AUTH0_CLAIMS, PLAIN),
}

const changed = (claims: Readonly<Record<string, unknown>>): Make => {
  return () => sign(keys.ours, { ...CLAIMS, ...claims })
}
const headed = (header: Readonly<Record<string, unknown>>): Make => {
  return async () => {
    const [, claims, signature] = (await sign(keys.ours, CLAIMS)).split('.')
    return `${encoded({ alg: 'ES256', kid: 'k1', typ: 'at+jwt', ...header })}.${claims}.${signature}`
  }
}
const bent = (bend: (token: string) => string): Make => {
  return async () => bend(await sign(keys.ours, CLAIMS))
}
const hmac = (secret: string): string => {
  const text = `${encoded({ alg: 'HS256', kid: 'k1', typ: 'at+jwt' })}.${encoded(CLAIMS)}`
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
}
/** The same last character with a stray bit set, where the form leaves some over. */
const strayBit = (token: string) => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
  const last = alphabet.indexOf(token.at(-1) ?? '')
  return `${token.slice(0, -1)}${alphabet[last ^ 1]}`
}

/** By the sentence that the caller gets, so that each token fails for its own reason. */
const REFUSED: Readonly<Record<string, Rows>> = {
  'The access token is not a signed JSON Web Token.': {
    'an empty text': () => '',
    'an opaque token': () => 'dGhpcyBpcyBvcGFxdWU',
    'two parts': bent((token) => token.split('.').slice(0, 2).join('.')),
    'four parts': bent((token) => `${token}.AA`),
    'an encrypted token of five parts': () => 'e30.AA.AA.AA.AA',
    'thousands of dots': () => '.'.repeat(8_000),
    'alg none without a signature': () =>
      `${encoded({ alg: 'none', typ: 'at+jwt' })}.${encoded(CLAIMS)}.`,
  },
  'The access token is malformed.': {
    'a line end after it': bent((token) => `${token}\n`),
    'a blank before it': bent((token) => ` ${token}`),
    'padding after it': bent((token) => `${token}==`),
    'padding in the middle': bent((token) => token.replace('.', '=.')),
    'a stray bit at its end': bent(strayBit),
    'the other base64 alphabet': bent((token) => token.replace(/.$/, '+')),
    'a header that is a list': () => `${encoded([])}.${encoded(CLAIMS)}.AAAA`,
    'a header that is no JSON': () => `${encoded('{')}.${encoded(CLAIMS)}.AAAA`,
    'claims that are a text': () => sign(keys.ours, '"claims"'),
    'claims that are no UTF-8': () =>
      `${encoded({ alg: 'ES256' })}.${Buffer.from([123, 34, 255, 34, 58, 49, 125]).toString('base64url')}.AAAA`,
    // One character less is no whole number of bytes, whatever the signature.
    'a signature cut short': bent((token) => token.slice(0, -1)),
  },
  'The access token is too long.': {
    'more than 8 KiB': changed({ note: 'x'.repeat(8_192) }),
  },
  'The access token has a duplicate member.': {
    'a claim named twice': () =>
      sign(keys.ours, JSON.stringify(CLAIMS).replace('{', '{"sub":"admin",')),
    'a claim named twice, once escaped': () =>
      sign(keys.ours, JSON.stringify(CLAIMS).replace('{', '{"s\\u0075b":"admin",')),
  },
  'The access token is signed with an algorithm that is not accepted.': {
    'alg none with a signature': headed({ alg: 'none' }),
    'alg nOnE': headed({ alg: 'nOnE' }),
    'no alg': headed({ alg: undefined }),
    'HS256 over the public key': () => hmac(JSON.stringify(keys.ours.jwk)),
    'HS256 over the public x': () => hmac(String(keys.ours.jwk.x)),
    'an algorithm that is not listed': headed({ alg: 'ES384' }),
    'an algorithm from the prototype': headed({ alg: 'constructor' }),
  },
  'The access token is signed with an unknown key.': {
    'an algorithm of another kind of key': headed({ alg: 'RS256' }),
    'a kid that is a path': headed({ kid: '../../etc/passwd' }),
    'a kid that is not published': () => sign({ ...keys.ours, kid: 'k9' }, CLAIMS),
  },
  'The access token has the header member …, which is not accepted.': {
    'a key in its header': async () =>
      sign(keys.foreign, CLAIMS, { jwk: keys.foreign.jwk, kid: undefined }),
    'a key address in its header': headed({ jku: 'https://evil.test/jwks.json' }),
    'an x5u': headed({ x5u: 'https://evil.test/cert' }),
    'an x5c': headed({ x5c: ['MIIB'] }),
    'a crit': headed({ crit: ['exp'] }),
    'a b64': headed({ b64: false, crit: ['b64'] }),
  },
  'The access token has a malformed key id.': {
    'a kid that is a number': headed({ kid: 1 }),
  },
  'The token is not an access token.': {
    'the typ of an ID token': () => sign(keys.ours, CLAIMS, PLAIN),
    'no typ': () => sign(keys.ours, CLAIMS, { typ: undefined }),
    'the typ of a logout token': () => sign(keys.ours, AUTH0_CLAIMS, { typ: 'logout+jwt' }),
    'a typ that is a list': () => sign(keys.ours, CLAIMS, { typ: ['at+jwt'] }),
    'a Cognito ID token': () =>
      sign(
        keys.cognito,
        { ...COGNITO_CLAIMS, token_use: 'id', aud: 'app-2', client_id: undefined },
        PLAIN,
      ),
    'a Cognito ID token with a client id': () =>
      sign(keys.cognito, { ...COGNITO_CLAIMS, token_use: 'id' }, PLAIN),
    'a Cognito token without token_use': () =>
      sign(keys.cognito, { ...COGNITO_CLAIMS, token_use: undefined }, PLAIN),
    'an ID token with our audience': () =>
      sign(keys.ours, { ...AUTH0_CLAIMS, at_hash: 'x' }, PLAIN),
  },
  'The access token is bound to a key, and only Bearer tokens without cnf are accepted.': {
    'bound to a key (RFC 9449)': changed({ cnf: { jkt: 'x'.repeat(43) } }),
    'bound to a certificate (RFC 8705)': changed({ cnf: { 'x5t#S256': 'x'.repeat(43) } }),
    'bound in a way that is not known': changed({ cnf: { other: 1 } }),
    'bound to nothing that can be read': changed({ cnf: null }),
    'of Cognito, bound': () =>
      sign(keys.cognito, { ...COGNITO_CLAIMS, cnf: { jkt: 'x'.repeat(43) } }, PLAIN),
    'of Auth0, bound': () =>
      sign(keys.ours, { ...AUTH0_CLAIMS, cnf: { jkt: 'x'.repeat(43) } }, PLAIN),
  },
  'The access token is not signed by its issuer.': {
    'a signature of zeros': bent((token) => token.replace(/[^.]+$/, 'A'.repeat(86))),
    'claims changed after signing': async () => {
      const [header, , signature] = (await sign(keys.ours, CLAIMS)).split('.')
      return `${header}.${encoded({ ...CLAIMS, sub: 'admin' })}.${signature}`
    },
    'a foreign key under our kid': () => sign(keys.foreign, CLAIMS),
    "another issuer's key under the same kid": () => sign(keys.cognito, CLAIMS),
    'our key for the other issuer': () => sign(keys.ours, COGNITO_CLAIMS, PLAIN),
  },
  'The access token is from an unknown issuer.': {
    'another issuer': changed({ iss: 'https://evil.test/' }),
    'the issuer without its slash': changed({ iss: ISSUER.slice(0, -1) }),
    'the issuer as a list': changed({ iss: [ISSUER] }),
    'no issuer': () => sign(keys.ours, without('iss')),
  },
  'The access token is for another audience.': {
    'another audience': changed({ aud: 'https://other.example/' }),
    'an audience that only begins like ours': changed({ aud: `${AUDIENCE}admin` }),
    'an empty list of audiences': changed({ aud: [] }),
    'audiences with a number among them': changed({ aud: [AUDIENCE, 1] }),
    'no audience': () => sign(keys.ours, without('aud')),
    'an Auth0 token for userinfo only': () =>
      sign(keys.ours, { ...AUTH0_CLAIMS, aud: `${AUTH0}userinfo` }, PLAIN),
    'an Auth0 ID token': () => sign(keys.ours, { ...AUTH0_CLAIMS, aud: 'app-3' }, PLAIN),
  },
  'The access token has expired.': {
    expired: changed({ iat: START - 7_200, exp: START - 31 }),
  },
  'The access token has no valid expiry time.': {
    'no exp': () => sign(keys.ours, without('exp')),
    'exp as a text': changed({ exp: String(START + 3_600) }),
    'exp beyond all numbers': () =>
      sign(keys.ours, JSON.stringify(CLAIMS).replace(`${START + 3_600}`, '1e308')),
  },
  'The lifetime of the access token is not accepted.': {
    'exp before iat': changed({ iat: START + 20, exp: START + 10 }),
    'a lifetime above a day': changed({ exp: START + 86_401 }),
  },
  'The access token has no valid issue time.': {
    'no iat': () => sign(keys.ours, without('iat')),
    'iat in the future': changed({ iat: START + 31 }),
    'iat as a text': changed({ iat: String(START) }),
  },
  'The access token is not valid yet.': {
    'nbf in the future': changed({ nbf: START + 31 }),
    'nbf as a text': changed({ nbf: 'now' }),
  },
  'The access token has no valid subject.': {
    'no subject': () => sign(keys.ours, without('sub')),
    'an empty subject': changed({ sub: '' }),
    'a subject that is a number': changed({ sub: 1 }),
  },
  'The access token has no valid client id.': {
    'no client id': () => sign(keys.ours, without('client_id')),
    'a client id that is a list': changed({ client_id: ['app-1'] }),
  },
  'The access token has a malformed token id.': {
    'a token id that is a number': changed({ jti: 1 }),
  },
  'The access token has malformed scopes.': {
    'scopes that are a list': changed({ scope: ['clients:write'] }),
    'permissions that are a text': changed({ permissions: 'clients:write' }),
    'permissions with an object among them': changed({ permissions: [{}] }),
  },
  'The access token was issued to an application that is not accepted.': {
    'a Cognito token for another client': () =>
      sign(keys.cognito, { ...COGNITO_CLAIMS, client_id: 'app-9' }, PLAIN),
    'a Cognito token without client id': () =>
      sign(keys.cognito, { ...COGNITO_CLAIMS, client_id: undefined }, PLAIN),
  },
}

describe('accepts', () => {
  for (const [name, make] of Object.entries(ACCEPTED)) {
    it(name, async () => {
      expect((await judged(await make())).subject).toMatch(/^(user-[12]|machine@clients)$/)
    })
  }
})

describe('refuses', () => {
  const rows = Object.entries(REFUSED).flatMap(([said, makers]) =>
    Object.entries(makers).map(([name, make]) => ({ said, name, make })),
  )
  for (const { said, name, make } of rows) {
    it(name, async () => {
      const token = await make()
      const error = await refusal(token)
      expect(error.code).toBe('unauthenticated')
      expect(error.message.replace(/member \w+, which/, 'member …, which')).toBe(said)
      const challenge = error.details.headers?.['www-authenticate'] ?? ''
      expect(challenge).toMatch(
        /^Bearer realm="clientry", error="invalid_token", error_description="[^"\\]+"$/,
      )
      const told = error.message + challenge
      for (const kept of [AUDIENCE, ISSUER, 'app-2', ...token.split('.')]) {
        if (kept.length > 3) expect(told).not.toContain(kept)
      }
    })
  }

  it('a hundred kinds of damage, each as unauthenticated', async () => {
    const token = await sign(keys.ours, CLAIMS)
    for (let at = 0; at < token.length; at += Math.ceil(token.length / 100)) {
      const other = token[at] === 'A' ? 'B' : 'A'
      const damaged = token.slice(0, at) + other + token.slice(at + 1)
      expect((await refusal(damaged)).code).toBe('unauthenticated')
    }
  })
})

describe('the caller', () => {
  it('has the claims of RFC 9068', async () => {
    expect(await judged(await sign(keys.ours, CLAIMS))).toEqual({
      subject: 'user-1',
      clientId: 'app-1',
      issuer: ISSUER,
      scopes: new Set(['clients:read', 'clients:write']),
      tokenId: 'token-1',
      expiresAt: (START + 3_600) * 1_000,
    })
  })

  it('has Cognito scopes with and without their resource server', async () => {
    const { scopes } = await judged(await sign(keys.cognito, COGNITO_CLAIMS, PLAIN))
    expect(scopes).toEqual(
      new Set(['openid', 'https://api.example/clients:write', 'clients:write']),
    )
  })

  it('has only scopes of the configured resource server without their prefix', async () => {
    const strict = createVerifier({
      issuers: [
        {
          issuer: COGNITO,
          jwksUrl: theirs.url,
          clientIds: ['app-2'],
          requireTyp: false,
          scopePrefix: 'clientry',
        },
      ],
      fetchDocument,
      now: createClock().now,
    })
    const scope = 'clientry/clients:read other/clients:write'
    const token = await sign(keys.cognito, { ...COGNITO_CLAIMS, scope }, PLAIN)
    const { scopes } = await strict(token, START * 1_000 + 25_000)
    expect(scopes.has('clients:read')).toBe(true)
    expect(scopes.has('clients:write')).toBe(false)
  })

  it('has Auth0 scopes and permissions, and azp as client', async () => {
    const principal = await judged(await sign(keys.ours, AUTH0_CLAIMS, PLAIN))
    expect(principal.scopes).toEqual(new Set(['openid', 'clients:read', 'secrets:read']))
    expect(principal.clientId).toBe('app-3')
    expect(principal.tokenId).toBeUndefined()
  })

  it('keeps slashes in scopes of issuers that have an audience', async () => {
    const token = await sign(keys.ours, { ...CLAIMS, scope: 'other/clients:write' })
    expect((await judged(token)).scopes).toEqual(new Set(['other/clients:write']))
  })
})

describe('settings', () => {
  const build = (...issuers: Parameters<typeof createVerifier>[0]['issuers']) =>
    createVerifier({ issuers, fetchDocument, now: createClock().now })

  it('refuses an issuer without audience and client ids', () => {
    expect(() => build({ issuer: ISSUER, jwksUrl: ours.url, audience: [] })).toThrow(/audience/)
  })

  it('refuses the same issuer twice', () => {
    const one = { issuer: ISSUER, jwksUrl: ours.url, audience: [AUDIENCE] }
    expect(() => build(one, one)).toThrow(/twice/)
  })

  it('takes only the algorithms that are listed', async () => {
    const narrow = build({
      issuer: ISSUER,
      jwksUrl: ours.url,
      audience: [AUDIENCE],
      algorithms: ['RS256'],
    })
    await expect(
      narrow(await sign(keys.rsa, CLAIMS), START * 1_000 + 25_000),
    ).resolves.toBeDefined()
    await expect(narrow(await sign(keys.ours, CLAIMS), START * 1_000 + 25_000)).rejects.toThrow(
      /algorithm/,
    )
  })

  it('takes audience and client ids together', async () => {
    const both = build({
      issuer: ISSUER,
      jwksUrl: ours.url,
      audience: [AUDIENCE],
      clientIds: ['app-1'],
    })
    await expect(both(await sign(keys.ours, CLAIMS), START * 1_000 + 25_000)).resolves.toBeDefined()
    const other = await sign(keys.ours, { ...CLAIMS, client_id: 'app-2' })
    await expect(both(other, START * 1_000 + 25_000)).rejects.toThrow(/application/)
  })
})
