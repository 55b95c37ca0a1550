/** Issuers for tests: oidc-provider, which gives tokens to programs and to devices, and what GitHub gives to a job. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK } from 'jose/key/export'
import { generateKeyPair } from 'jose/key/generate/keypair'
import { Provider } from 'oidc-provider'
import { freePort } from '../free-port.ts'

export const AUDIENCE = 'https://clientry.example'
/** What each client can have. */
const SCOPES = 'clients:read clients:write'

export interface OidcIssuer {
  readonly url: string
  /** Private keys of the client `by-key`, by their algorithm. */
  readonly keys: Readonly<Record<string, string>>
  /** Tokens that were given to programs. */
  given(): number
  /** What a user does who agrees on another device. */
  approve(userCode: string): Promise<void>
  close(): Promise<void>
}

/** Starts an issuer whose tokens last for so long (seconds). */
export async function startOidcIssuer({ lifetime = 600 } = {}): Promise<OidcIssuer> {
  const pairs = await Promise.all(
    ['RS256', 'ES256', 'EdDSA'].map(async (alg) => {
      const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
      const jwk = { ...(await exportJWK(publicKey)), kid: alg, use: 'sig' }
      const bytes = await crypto.subtle.exportKey('pkcs8', privateKey)
      const text = Buffer.from(bytes).toString('base64')
      return { alg, jwk, pem: `-----BEGIN PRIVATE KEY-----\n${text}\n-----END PRIVATE KEY-----\n` }
    }),
  )
  const own = await generateKeyPair('RS256', { extractable: true })
  const program = { grant_types: ['client_credentials'], redirect_uris: [], response_types: [] }
  const secret = 'a-secret-of-32-characters-or-more'
  const url = `http://127.0.0.1:${await freePort()}`
  const provider = new Provider(url, {
    clients: [
      { ...program, client_id: 'in-header', client_secret: secret },
      {
        ...program,
        client_id: 'in-body',
        client_secret: secret,
        token_endpoint_auth_method: 'client_secret_post',
      },
      {
        ...program,
        client_id: 'by-key',
        token_endpoint_auth_method: 'private_key_jwt',
        jwks: { keys: pairs.map(({ jwk }) => jwk) as never },
      },
      {
        client_id: 'device',
        token_endpoint_auth_method: 'none',
        application_type: 'native',
        grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
        redirect_uris: [],
        response_types: [],
      },
    ],
    jwks: { keys: [{ ...(await exportJWK(own.privateKey)), kid: 'own', use: 'sig' }] as never },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    scopes: ['openid', 'offline_access', ...SCOPES.split(' ')],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      deviceFlow: { enabled: true },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: SCOPES,
          audience: AUDIENCE,
          accessTokenFormat: 'jwt',
          accessTokenTTL: lifetime,
        }),
      },
    },
  })
  let given = 0
  provider.on('client_credentials.issued', () => {
    given += 1
  })
  const server = createServer(provider.callback())
  await new Promise<void>((resolve) =>
    server.listen(Number(new URL(url).port), '127.0.0.1', resolve),
  )
  return {
    url,
    keys: Object.fromEntries(pairs.map(({ alg, pem }) => [alg, pem])),
    given: () => given,
    async approve(userCode) {
      // Pages of the issuer do this once its user has signed in.
      const code = await provider.DeviceCode.findByUserCode(userCode.replaceAll('-', ''))
      if (code === undefined) throw new TypeError('no such code')
      const grant = new provider.Grant({ accountId: 'alice', clientId: 'device' })
      grant.addOIDCScope('openid offline_access')
      grant.addResourceScope(AUDIENCE, SCOPES)
      code.accountId = 'alice'
      code.grantId = await grant.save()
      code.scope = 'openid offline_access clients:read'
      code.resource = AUDIENCE
      await code.save()
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export const SECRET = 'a-secret-of-32-characters-or-more'

/** What a job asked for. */
export interface Asked {
  readonly authorization: string | undefined
  readonly audience: string | null
}

/** What GitHub's endpoint does for a job: https://docs.github.com/en/actions/reference/security/oidc. */
export async function startGithub(tokenFor: (audience: string) => Promise<string>) {
  const asked: Asked[] = []
  let status = 200
  const server = createServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://localhost')
    const { authorization } = request.headers
    const audience = searchParams.get('audience')
    asked.push({ authorization, audience })
    const isAllowed = authorization === 'Bearer request-token' && searchParams.has('api-version')
    tokenFor(audience ?? '').then((value) => {
      response.statusCode = isAllowed ? status : 401
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(isAllowed && status === 200 ? { count: 1, value } : {}))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    asked,
    /** What a job has in its environment. */
    environment: {
      ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${port}/idtoken?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'request-token',
    },
    answer: (other: number) => {
      status = other
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
