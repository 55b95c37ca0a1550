/**
 * What a command works on, first match first: a configuration (`--config`), a server by its URL, a
 * profile, the development server of this folder.
 */

import { commandEnvironment, developmentFolder } from '../config.ts'
import type { Api } from '../sdk/api.ts'
import { connect } from '../sdk/index.ts'
import { UsageError } from './exit.ts'
import type { Values } from './options.ts'
import { DEFAULT_PROFILE, type Profile, readProfiles, writeProfile } from './profiles.ts'

export interface Connected {
  readonly api: Api
  close(): Promise<void>
}

/** How long before its end a token is no longer used (milliseconds). */
const EARLY_MS = 60_000
/** A person waits, so not for a minute (milliseconds). */
const RETRY_FOR_MS = 20_000

const remote = (url: string, token?: string | (() => Promise<string>)): Connected => ({
  api: connect({
    url: checkedUrl(url),
    ...(token === undefined ? {} : { token }),
    retryForMs: RETRY_FOR_MS,
  }),
  close: async () => {},
})

/**
 * Connects.
 * @throws UsageError where nothing tells to what, or a token cannot be had
 */
export async function connectBy(options: Values): Promise<Connected> {
  const named = [options.config, options.url, options.profile].filter((one) => one !== undefined)
  if (named.length > 1) throw new UsageError('Give one of --config, --url and --profile.')
  if (options.config !== undefined) return inProcess(options.config)
  const { url, token, profile, folder } = commandEnvironment()
  if (options.profile === undefined) {
    const server = options.url ?? url
    if (server !== undefined) return remote(server, token)
  }
  const name = options.profile ?? profile
  const profiles = readProfiles(folder)
  const found = profiles[name ?? DEFAULT_PROFILE]
  if (found !== undefined)
    return remote(
      found.url,
      kept(() => tokenOf(folder, name, found)),
    )
  if (name !== undefined) {
    throw new UsageError(`There is no profile ${name}; make it with: clientry login --as ${name}`)
  }
  return developmentServer()
}

async function inProcess(path: string): Promise<Connected> {
  const { NOWHERE, openInProcess } = await import('./in-process.ts')
  const { fetch, close } = await openInProcess(path)
  // No token leaves the process; the application asks for the form of one.
  const api = connect({ url: NOWHERE, token: 'none', fetch, retryForMs: RETRY_FOR_MS })
  return { api, close }
}

/** The server that `clientry dev` has started in this folder, with a token of its own. */
async function developmentServer(): Promise<Connected> {
  const { loadAddress } = await import('../dev-state.ts')
  const address = loadAddress(developmentFolder())
  if (address === undefined) {
    throw new UsageError(
      'No server is named: set CLIENTRY_URL and CLIENTRY_TOKEN, or sign in with `clientry login`, or start one here with `clientry dev`, or work without a server with --config FILE.',
    )
  }
  return remote(
    address.url,
    kept(() => developmentToken()),
  )
}

const notThere = () =>
  new UsageError('No development server answers; start one with: clientry dev', 'unavailable')

async function tokenOf(folder: string, name = DEFAULT_PROFILE, profile: Profile): Promise<string> {
  const { accessToken, expiresAt = Number.POSITIVE_INFINITY, refreshToken } = profile.tokens
  if (Date.now() < expiresAt - EARLY_MS) return accessToken
  if (refreshToken === undefined) {
    throw new UsageError(`You are signed out; sign in with: clientry login --as ${name}`, 'auth')
  }
  const { renewed } = await import('./sign-in.ts')
  const tokens = await renewed(profile.signIn, refreshToken)
  writeProfile(folder, name, { ...profile, tokens })
  return tokens.accessToken
}

/**
 * An access token of what the options and the environment name.
 * @throws UsageError
 */
export async function tokenBy({ profile }: Values, scope?: string): Promise<string> {
  const environment = commandEnvironment()
  const { folder } = environment
  const name = profile ?? environment.profile
  const found = readProfiles(folder)[name ?? DEFAULT_PROFILE]
  if (name === undefined && (scope !== undefined || found === undefined)) {
    return developmentToken(scope)
  }
  if (found === undefined || scope !== undefined) {
    throw new UsageError(
      found === undefined
        ? `There is no profile ${name}.`
        : 'The scopes of a profile are those that were signed in with.',
    )
  }
  return tokenOf(folder, name, found)
}

async function developmentToken(scope?: string): Promise<string> {
  const { loadAddress } = await import('../dev-state.ts')
  const address = loadAddress(developmentFolder())
  if (address === undefined) throw notThere()
  const { fetchDevelopmentToken } = await import('../providers/local/token.ts')
  const asked = scope === undefined ? address : { ...address, scope }
  return fetchDevelopmentToken(asked).catch(() => {
    throw notThere()
  })
}

/** A command does not last as long as a token, so it gets one of them. */
function kept(give: () => Promise<string>): () => Promise<string> {
  let given: Promise<string> | undefined
  return () => {
    given ??= give()
    return given
  }
}

/** A token travels there, so it is TLS, or this very machine. */
export function checkedUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '') {
    throw new UsageError(`${text} is no URL of a server.`)
  }
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
  if (url.protocol === 'https:' || loopback) return text
  throw new UsageError(
    'The URL of the server must be https (http is for this machine itself only).',
  )
}
