/**
 * What a command works on. The first match wins: a configuration (`--config`), a server by its URL,
 * a profile, the development server of this folder.
 */

import { commandEnvironment } from '../../config/environment.ts'
import { httpFetch } from '../../net/http-fetch.ts'
import type { Api } from '../../sdk/api.ts'
import { connect } from '../../sdk/index.ts'
import { areFresh, kept, type TokenSource, type Tokens } from '../../tokens/kept.ts'
import { UsageError } from '../exit.ts'
import type { Values } from '../options.ts'
import { environmentToken } from './environment-token.ts'
import { DEFAULT_PROFILE, type Profile, readProfiles, writeProfile } from './profiles.ts'
import { checkedUrl } from './url.ts'

export interface Connected {
  readonly api: Api
  /** How to get a token with a scope that the present one lacks, as a sentence. */
  wayTo?(scope: string): string
  /** Goes on with work that a server would do by itself. */
  tend?(): Promise<void>
  close(): Promise<void>
}

/** Someone may be waiting, so retries end sooner than the SDK's minute (milliseconds). */
const RETRY_FOR_MS = 20_000

/**
 * Connects.
 * @throws UsageError if nothing says to what, or there is no token
 */
export async function connectBy(options: Values): Promise<Connected> {
  const targets = [options.config, options.url, options.profile].filter((one) => one !== undefined)
  if (targets.length > 1) throw new UsageError('Give only one of --config, --url and --profile.')
  const createStore = options['create-store'] === true
  if (options.config !== undefined) return inProcess(options.config, createStore)
  if (createStore)
    throw new UsageError('--create-store works only with --config; a server has its own store.')
  const { url } = commandEnvironment()
  const server = options.url ?? (options.profile === undefined ? url : undefined)
  if (server !== undefined) return { ...remote(server, environmentToken(server)), wayTo: byToken }
  const profile = profileBy(options)
  if (profile === undefined) return developmentServer()
  return { ...remote(profile.url, kept(tokensOf(profile))), wayTo: bySigningIn(profile) }
}

const byToken = (scope: string) => `Use a token in CLIENTRY_TOKEN that has the scope ${scope}.`

/** The profile asks for the scope the next time; where it has done so, it was not granted. */
function bySigningIn({ name, signIn }: NamedProfile): (scope: string) => string {
  const scopes = signIn.scope.split(' ')
  return (scope) =>
    scopes.includes(scope)
      ? `The profile ${name} has asked for the scope ${scope}, and ${signIn.issuer} has not granted it to you: it must be granted there.`
      : `Sign in again with: clientry login --as ${name} --scope "${[...scopes, scope].join(' ')}"`
}

/**
 * An access token for the server that the options and the environment name; `scope` only for the
 * development server.
 * @throws UsageError
 */
export async function tokenBy(options: Values, scope?: string): Promise<string> {
  const profile = scope === undefined ? profileBy(options) : undefined
  if (profile !== undefined) return kept(tokensOf(profile))()
  const { developmentToken } = await import('./development.ts')
  return developmentToken(scope)
}

function remote(url: string, token: TokenSource | undefined): Connected {
  const api = connect({
    url: checkedUrl(url),
    ...(token === undefined ? {} : { token }),
    fetch: httpFetch,
    retryForMs: RETRY_FOR_MS,
  })
  return { api, close: async () => {} }
}

async function inProcess(path: string, createStore: boolean): Promise<Connected> {
  const { NOWHERE, openInProcess } = await import('./in-process.ts')
  const { fetch, tend, close } = await openInProcess(path, createStore)
  // No token leaves the process, but the SDK requires one.
  const api = connect({ url: NOWHERE, token: 'none', fetch, retryForMs: RETRY_FOR_MS })
  return { api, tend, close }
}

async function developmentServer(): Promise<Connected> {
  const { developmentAddress, developmentToken } = await import('./development.ts')
  const address = developmentAddress()
  if (address !== undefined) {
    return remote(
      address.url,
      kept(async () => ({ accessToken: await developmentToken() })),
    )
  }
  throw new UsageError(
    'No server is configured. Set CLIENTRY_URL and CLIENTRY_TOKEN, sign in with `clientry login`, start a server in this folder with `clientry dev`, or work without a server with --config FILE.',
  )
}

interface NamedProfile extends Profile {
  readonly name: string
  readonly folder: string
}

/** The profile that is named, else the default one; `undefined` if neither exists. */
function profileBy({ profile }: Values): NamedProfile | undefined {
  const environment = commandEnvironment()
  const { folder } = environment
  const wish = profile ?? environment.profile
  const name = wish ?? DEFAULT_PROFILE
  const profiles = readProfiles(folder)
  const match = Object.hasOwn(profiles, name) ? profiles[name] : undefined
  if (match !== undefined) return { ...match, name, folder }
  if (wish === undefined) return undefined
  throw new UsageError(`There is no profile ${name}. Create it with: clientry login --as ${name}`)
}

/** The tokens of a profile; those that end are replaced in its file. */
const tokensOf = (profile: NamedProfile) => async (): Promise<Tokens> => {
  const { name, folder, ...stored } = profile
  const { tokens } = readProfiles(folder)[name] ?? stored
  if (areFresh(tokens, Date.now())) return tokens
  const { withoutUser } = await import('./sign-in.ts')
  const fresh = await withoutUser(stored.signIn, tokens)
  if (fresh === undefined) {
    throw new UsageError(`You are signed out. Sign in with: clientry login --as ${name}`, 'auth')
  }
  writeProfile(folder, name, { ...stored, tokens: fresh })
  return fresh
}
