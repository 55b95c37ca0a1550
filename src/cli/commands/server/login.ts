/** `clientry login`: signs in and saves the tokens as a profile. */

import { spawn } from 'node:child_process'
import { commandEnvironment } from '../../../config/config.ts'
import { parseUrl } from '../../../core/uri/uri-reading.ts'
import type { Run } from '../../command.ts'
import { developmentAddress } from '../../connect/development.ts'
import { DEFAULT_PROFILE, type SignIn, writeProfile } from '../../connect/profiles.ts'
import { signIn } from '../../connect/sign-in.ts'
import { checkedUrl } from '../../connect/url.ts'
import { EXIT, UsageError } from '../../exit.ts'
import type { Values } from '../../options.ts'
import { plain } from '../../terminal.ts'

/** Identity, and a refresh token so that the user need not sign in again each hour. */
const SCOPE = 'openid offline_access'

export const run: Run = async ({ options, terminal }) => {
  const { url, request } = aimOf(options)
  const name = options.as ?? DEFAULT_PROFILE
  const tokens = await signIn(request, (address) => {
    terminal.note(`Sign in at:\n\n${plain(address)}\n`)
    if (options['no-browser'] !== true) openBrowser(address)
  })
  writeProfile(commandEnvironment().folder, name, { url, signIn: request, tokens })
  terminal.print(`Signed in to ${plain(url)} (profile ${plain(name)}).`)
  return EXIT.ok.code
}

function aimOf(options: Values): { readonly url: string; readonly request: SignIn } {
  const { url, issuer, 'client-id': clientId, audience, scope } = options
  if (url === undefined && issuer === undefined && clientId === undefined) {
    const here = developmentAddress()
    if (here !== undefined) {
      const request = scope === undefined ? here.signIn : { ...here.signIn, scope }
      return { url: here.url, request }
    }
  }
  if (url === undefined || issuer === undefined || clientId === undefined) {
    throw new UsageError(
      'There is no development server in this folder, so give --url, --issuer and --client-id.',
    )
  }
  if (parseUrl(issuer) === undefined) throw new UsageError('--issuer must be a URL.')
  const request = { issuer, clientId, scope: scope ?? SCOPE }
  return {
    url: checkedUrl(url),
    request: audience === undefined ? request : { ...request, audience },
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
