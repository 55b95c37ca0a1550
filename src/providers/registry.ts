/**
 * The providers that exist. A new one takes its folder and two entries here. The code of a provider
 * is loaded when a configuration names it, so that a Lambda function pays for what it uses only.
 */

import type { Mapping } from '../core/mapping/mapping.ts'
import type { MemberRules } from '../core/secrecy/hidden.ts'
import type { Secret } from '../core/secrecy/secret.ts'
import type { Seal } from '../store/seal.ts'
import type { Documents } from '../store/sqlite/documents.ts'
import type { Store } from '../store/store.ts'
import type { Auth0Pace } from './auth0/calls/pace.ts'
import type { CognitoPace } from './cognito/calls/pace.ts'
import type { Provider } from './provider.ts'
import type { Dialect } from './rfc7592/dialects.ts'
import type { EndpointSettings } from './rfc7592/endpoints.ts'
import type { RegistrationPace } from './rfc7592/pace.ts'

export interface Auth0Settings {
  readonly type: 'auth0'
  /** Without a trailing slash. */
  readonly baseUrl: string
  /** The audience of the Management API; `<baseUrl>/api/v2/` unless the tenant has another. */
  readonly audience: string
  readonly clientId: string
  readonly clientSecret: Secret
  /** Lets new redirect URIs and origins hold a wildcard label. */
  readonly allowWildcards: boolean
  /** What the tenant's plan allows, where it is not to be learned. */
  readonly pace?: Auth0Pace | undefined
  /** How long a new client may be missing from the provider's list. */
  readonly listLagSeconds?: number
}

export interface CognitoSettings {
  readonly type: 'cognito'
  readonly pools: Readonly<Record<string, { readonly region: string; readonly endpoint: string }>>
  /** Absent: those of the environment, read anew for each call, since they rotate. */
  readonly credentials?: {
    readonly accessKeyId: string
    readonly secretAccessKey: Secret
    readonly sessionToken?: Secret
  }
  readonly pace?: CognitoPace | undefined
  readonly listLagSeconds?: number
}

export interface LocalSettings {
  readonly type: 'local'
  readonly listLagSeconds?: number
  /** Lets clients register themselves at the embedded OpenID Provider; absent: they cannot. */
  readonly registration?: { readonly initialAccessToken: Secret; readonly renewsTokens: boolean }
}

export interface Rfc7592Settings {
  readonly type: 'rfc7592'
  readonly endpoints: EndpointSettings
  /** Lets this server register clients. */
  readonly initialAccessToken?: Secret
  readonly dialect: Dialect
  readonly pace?: RegistrationPace | undefined
}

/** What every provider has beside its own settings. */
interface CommonSettings {
  /** What is hidden and what is not, where it is judged wrongly by name or shape. */
  readonly members?: MemberRules | undefined
}

export type ProviderSettings = (Auth0Settings | CognitoSettings | LocalSettings | Rfc7592Settings) &
  CommonSettings

/** What providers take from the program around them. */
export interface ProviderSurroundings {
  now(): number
  /** AWS credentials of the environment; `undefined` when it has none. */
  environmentCredentials():
    | { accessKeyId: string; secretAccessKey: string; sessionToken?: string }
    | undefined
  /** Where the local provider keeps its clients. */
  readonly documents?: Documents
  /** Where tokens that open clients are kept, and what seals them. */
  readonly store?: Store
  readonly seal?: Seal
}

/** `name`: what the configuration calls it. */
type Factory<S> = (
  settings: S,
  surroundings: ProviderSurroundings,
  name: string,
) => Promise<Provider>

const FACTORIES: {
  readonly [T in ProviderSettings['type']]: Factory<Extract<ProviderSettings, { type: T }>>
} = {
  auth0: async (settings, { now }) => {
    const { createAuth0Provider } = await import('./auth0/index.ts')
    const { clientSecret, allowWildcards, ...rest } = settings
    const provider = createAuth0Provider({
      ...rest,
      clientSecret: () => clientSecret.reveal(),
      now,
    })
    return allowWildcards ? provider : { ...provider, mapping: withoutWildcards(provider.mapping) }
  },
  cognito: async ({ credentials, ...rest }, { now, environmentCredentials }) => {
    const { createCognitoProvider } = await import('./cognito/index.ts')
    const { credentialSource } = await import('./cognito/calls/credentials.ts')
    return createCognitoProvider({
      ...rest,
      credentials: credentialSource(credentials, environmentCredentials),
      now,
    })
  },
  local: async ({ listLagSeconds }, { now, documents }) => {
    const { createLocalProvider } = await import('./local/index.ts')
    if (documents === undefined) throw new TypeError('The local provider needs a document store.')
    return createLocalProvider({ documents, now, listLagSeconds })
  },
  rfc7592: async (settings, { now, store, seal }, name) => {
    const { createRfc7592Provider } = await import('./rfc7592/index.ts')
    if (store === undefined || seal === undefined) {
      throw new TypeError('A provider of registered clients needs a store and a seal.')
    }
    return createRfc7592Provider({ ...settings, store, seal, name, now })
  },
}

/** Builds the providers of a configuration, by the names that callers use. */
export async function createProviders(
  settings: Readonly<Record<string, ProviderSettings>>,
  surroundings: ProviderSurroundings,
): Promise<ReadonlyMap<string, Provider>> {
  const built = new Map<string, Provider>()
  for (const [id, one] of Object.entries(settings)) {
    const create = FACTORIES[one.type] as Factory<ProviderSettings>
    built.set(id, withMembers(await create(one, surroundings, id), one.members))
  }
  return built
}

function withMembers(provider: Provider, members: MemberRules | undefined): Provider {
  return members === undefined
    ? provider
    : { ...provider, mapping: { ...provider.mapping, members } }
}

/** RFC 9700 section 4.1.3 asks for exact redirect URIs, so wildcards are a deliberate choice. */
function withoutWildcards(mapping: Mapping): Mapping {
  return { ...mapping, uris: { ...mapping.uris, wildcards: false } }
}
