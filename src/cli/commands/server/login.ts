/** `clientry login`: signs in and saves the tokens as a profile. */

import { spawn } from 'node:child_process'
import { commandEnvironment } from '../../../config/environment.ts'
import { parseUrl } from '../../../core/uri/uri-reading.ts'
import { ClientryError } from '../../../sdk/error.ts'
import { connect } from '../../../sdk/index.ts'
import type { TokenIssuer } from '../../../sdk/types.ts'
import { USER_SCOPE } from '../../../tokens/party.ts'
import type { Run } from '../../command.ts'
import { developmentAddress } from '../../connect/development.ts'
import { DEFAULT_PROFILE, readProfiles, type SignIn, writeProfile } from '../../connect/profiles.ts'
import { signIn } from '../../connect/sign-in.ts'
import { wayOf, waysIn } from '../../connect/sign-in-way.ts'
import { checkedUrl } from '../../connect/url.ts'
import { EXIT, UsageError } from '../../exit.ts'
import type { Values } from '../../options.ts'
import { plain } from '../../terminal.ts'

export const run: Run = async ({ options, terminal }) => {
  const name = options.as ?? DEFAULT_PROFILE
  const { url, request } = await aimOf(options)
  const tokens = await signIn(request, {
    address: (address) => {
      terminal.note(`Sign in at:\n\n${plain(address)}\n`)
      if (options['no-browser'] !== true) openBrowser(address)
    },
    device: ({ address, completeAddress = address, code }) =>
      terminal.note(
        `On any device, sign in at:\n\n${plain(completeAddress)}\n\nand compare or enter the code ${plain(code)}\n`,
      ),
  })
  writeProfile(commandEnvironment().folder, name, { url, signIn: request, tokens })
  terminal.print(`Signed in to ${plain(url)} (profile ${plain(name)}).`)
  return EXIT.ok.code
}

interface Aim {
  readonly url: string
  readonly request: SignIn
}

/** A server that is named; else the profile that is named; else that of this folder, or the default profile. */
async function aimOf(options: Values): Promise<Aim> {
  const { url, issuer, 'client-id': clientId, audience, scope, as } = options
  if (url !== undefined) return aimAtServer(url, options)
  if ([issuer, clientId, audience, ...waysIn(options)].some((one) => one !== undefined)) {
    throw new UsageError(
      '--issuer, --client-id, --audience and the ways to sign in belong to a server: give --url too.',
    )
  }
  const here = developmentAddress()
  const aim = (as !== undefined && profileAim(as)) || here || profileAim(as ?? DEFAULT_PROFILE)
  if (aim === undefined) {
    throw new UsageError(
      'There is no development server in this folder and no such profile, so give --url and --client-id, and --issuer if the server accepts several.',
    )
  }
  const request = 'signIn' in aim ? aim.signIn : aim.request
  return { url: aim.url, request: scope === undefined ? request : { ...request, scope } }
}

/** The same as the last time. */
function profileAim(name: string): Aim | undefined {
  const profiles = readProfiles(commandEnvironment().folder)
  const profile = Object.hasOwn(profiles, name) ? profiles[name] : undefined
  return profile && { url: profile.url, request: profile.signIn }
}

/** What the options leave open, the server says itself (RFC 9728). */
async function aimAtServer(server: string, options: Values): Promise<Aim> {
  const url = checkedUrl(server)
  const { 'client-id': clientId } = options
  if (clientId === undefined) {
    throw new UsageError('--client-id is missing: the id of this command at the issuer.')
  }
  const issuers = await issuersOf(url)
  const only = issuers.length === 1 ? issuers[0] : undefined
  const issuer = options.issuer ?? only?.issuer
  if (issuer === undefined) {
    const list = issuers.map((one) => one.issuer).join(', ')
    throw new UsageError(`--issuer is missing${list === '' ? '.' : `. Choose one of: ${list}.`}`)
  }
  if (parseUrl(issuer) === undefined) throw new UsageError('--issuer must be a URL.')
  const match = issuers.find((one) => one.issuer === issuer)
  const audience = options.audience ?? match?.audience[0]
  const way = wayOf(options)
  // The scopes that the server accepts are asked for beside what a user's own sign-in needs.
  const own = way.proof === undefined ? [USER_SCOPE] : []
  const scope = options.scope ?? [...own, ...(match?.scopes ?? [])].join(' ')
  return { url, request: { issuer, clientId, scope, ...(audience && { audience }), ...way } }
}

/** None where the server cannot say: then the options must. */
async function issuersOf(url: string): Promise<readonly TokenIssuer[]> {
  const { getResourceMetadata } = connect({ url, retryForMs: 0 })
  try {
    return (await getResourceMetadata()).body.clientry_issuers
  } catch (error) {
    if (error instanceof ClientryError) return []
    throw error
  }
}

/** If no browser opens, the user still has the printed address. */
function openBrowser(address: string): void {
  const [program, ...before] = OPENERS[process.platform] ?? ['xdg-open']
  if (program === undefined) return
  const child = spawn(program, [...before, address], { stdio: 'ignore', detached: true })
  child.once('error', () => {})
  child.unref()
}

const OPENERS: Readonly<Record<string, readonly string[]>> = {
  darwin: ['open'],
  // `start` would read the address as a command line, in which & has a meaning.
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
}
