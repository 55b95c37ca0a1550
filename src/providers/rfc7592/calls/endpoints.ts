/**
 * Where a server registers clients: as configured, or as its discovery document says (OpenID Connect
 * Discovery 1.0 section 4, RFC 8414 section 3). What comes from elsewhere is never more than a path below
 * that: tokens go to the registration endpoint and below it, and to where the configuration says.
 */

import { ClientError } from '../../../core/errors.ts'
import type { JsonObject } from '../../../core/json/json.ts'
import { isRecord } from '../../../core/json/json.ts'
import { parseUrl } from '../../../core/uri/uri-reading.ts'
import type { Call } from '../../call.ts'
import type { Dialect } from '../dialects/dialect.ts'

export interface EndpointSettings {
  /** The issuer whose discovery document names the endpoint; without a slash at its end. */
  readonly issuer?: string | undefined
  /** The client registration endpoint; goes before discovery. */
  readonly registrationEndpoint?: string | undefined
  /** Further origins at which clients may be managed, at any path. */
  readonly origins: readonly string[]
  /** Further URLs below which clients may be managed. */
  readonly clientUris?: readonly string[]
}

/** Reads a JSON document; `undefined` when there is none at that place. */
export type ReadDocument = (url: string, call: Call) => Promise<JsonObject | undefined>

export interface Endpoints {
  registration(call: Call): Promise<string>
  /** The authorization endpoint, where the issuer's document names one. */
  authorization(call: Call): Promise<string | undefined>
  /**
   * The client configuration endpoint of a client, from what the server answered, if anything.
   * @throws ClientError `provider_misconfigured` for one to which no token may go
   */
  client(id: string, uri: string | undefined, call: Call): Promise<string>
}

/** How long a discovery document holds (milliseconds). */
const DISCOVERY_MS = 3_600_000

export function createEndpoints(
  settings: EndpointSettings,
  { clientUri }: Dialect,
  { read, now }: { readonly read: ReadDocument; now(): number },
): Endpoints {
  let cached: { readonly url: string; readonly until: number } | undefined

  async function registration(call: Call): Promise<string> {
    if (settings.registrationEndpoint !== undefined) return settings.registrationEndpoint
    if (cached !== undefined && cached.until > now()) return cached.url
    const url = await discover(settings, read, call)
    cached = { url, until: now() + DISCOVERY_MS }
    return url
  }

  async function authorization(call: Call): Promise<string | undefined> {
    if (settings.issuer === undefined) return undefined
    const { authorization_endpoint: endpoint } = await documentAt(settings.issuer, read, call)
    const parsed = typeof endpoint === 'string' ? parseUrl(endpoint) : undefined
    // No token goes there, so it may be at another origin.
    const isAllowed =
      parsed?.protocol === 'https:' || parsed?.origin === new URL(settings.issuer).origin
    return parsed !== undefined && isAllowed && isPlain(parsed) ? parsed.href : undefined
  }

  return {
    registration,
    authorization,
    client: async (id, uri, call) => {
      const endpoint = await registration(call)
      if (clientUri === 'derived' || uri === undefined) {
        return `${endpoint.replace(/\/$/, '')}/${encodeURIComponent(id)}`
      }
      const url = parseUrl(uri)
      if (url !== undefined && isAllowed(url, endpoint, settings)) return url.href
      throw new ClientError(
        'provider_misconfigured',
        "The client's configuration endpoint (registration_client_uri) is not below the registration endpoint, so nothing is sent there. If the address is right, add the URL below which this server has its clients to clientUris of the provider in the configuration.",
      )
    },
  }
}

function isAllowed(
  url: URL,
  endpoint: string,
  { origins, clientUris = [] }: EndpointSettings,
): boolean {
  const above = [endpoint, ...clientUris]
  const below = above.some((one) => isBelow(new URL(one), url))
  return isPlain(url) && (below || origins.includes(url.origin))
}

/**
 * Whether a URL is below another one: RFC 7592 section 3 has the address made of the endpoint and the
 * client, as a further segment or, at the endpoint itself, as a query. What servers may take for a slash or
 * a dot once they have decoded it leads out again.
 */
function isBelow(above: URL, url: URL): boolean {
  const path = above.pathname.replace(/\/$/, '')
  const rest = url.pathname.slice(path.length)
  return (
    url.origin === above.origin &&
    url.pathname.startsWith(path) &&
    (/^\/./.test(rest) || (/^\/?$/.test(rest) && url.search !== '')) &&
    !/%2f|%5c|%2e|%25|;|\/\//i.test(rest)
  )
}

/** No user information, which would travel in a header, and no fragment. */
const isPlain = ({ username, password, hash }: URL) =>
  username === '' && password === '' && hash === ''

async function discover(
  { issuer = '', origins }: EndpointSettings,
  read: ReadDocument,
  call: Call,
): Promise<string> {
  const { registration_endpoint: endpoint } = await documentAt(issuer, read, call)
  const parsed = typeof endpoint === 'string' ? parseUrl(endpoint) : undefined
  if (parsed === undefined) {
    throw wrong('it names no registration_endpoint, so the server registers no clients')
  }
  const allowed = [new URL(issuer).origin, ...origins]
  if (isPlain(parsed) && allowed.includes(parsed.origin)) return parsed.href
  throw wrong('its registration_endpoint is at an origin that the configuration does not name')
}

/** The document of an issuer. */
async function documentAt(issuer: string, read: ReadDocument, call: Call): Promise<JsonObject> {
  for (const url of documentsOf(issuer)) {
    const document = await read(url, call)
    if (document === undefined) continue
    // RFC 8414 section 3.3: the issuer in the document MUST be identical.
    if (document.issuer !== issuer) throw wrong('it names another issuer')
    return document
  }
  throw wrong('there is none')
}

/** OpenID Connect puts the well-known part at the end, RFC 8414 section 3.1 before the path. */
function documentsOf(issuer: string): readonly string[] {
  const { origin, pathname } = new URL(issuer)
  const path = pathname.replace(/\/$/, '')
  return [
    `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`,
    `${origin}/.well-known/oauth-authorization-server${path}`,
  ]
}

const wrong = (why: string) =>
  new ClientError(
    'provider_misconfigured',
    `The discovery document of the issuer cannot be used: ${why}. The operator must check the configuration.`,
  )

/** An answer as a document. */
export const documentOf = (body: unknown): JsonObject | undefined =>
  isRecord(body) ? body : undefined
