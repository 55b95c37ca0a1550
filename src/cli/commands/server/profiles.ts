/** `clientry profiles`: the servers that the user has signed in to; tokens are never shown. */

import { commandEnvironment } from '../../../config/environment.ts'
import type { Run } from '../../command.ts'
import { DEFAULT_PROFILE, type Profile, readProfiles } from '../../connect/profiles.ts'
import { EXIT } from '../../exit.ts'
import { plain } from '../../terminal.ts'

export const run: Run = async ({ options, terminal }) => {
  const { folder, profile: chosen = DEFAULT_PROFILE } = commandEnvironment()
  const profiles = Object.entries(readProfiles(folder)).map(([name, profile]) =>
    summaryOf(name, profile, name === chosen),
  )
  if (options.json === true) {
    terminal.printJson({ profiles })
    return EXIT.ok.code
  }
  for (const { name, url, issuer, scope, used, expiresAt, renews } of profiles) {
    terminal.print(terminal.style('strong', `${plain(name)}${used ? ' (in use)' : ''}`))
    terminal.print(`  server  ${plain(url)}`)
    terminal.print(`  issuer  ${plain(issuer)}`)
    terminal.print(`  scope   ${plain(scope)}`)
    terminal.print(`  token   ${plain(stateOf(expiresAt, renews))}`)
  }
  if (profiles.length === 0) terminal.note('There is no profile. Sign in with: clientry login')
  return EXIT.ok.code
}

function summaryOf(name: string, { url, signIn, tokens }: Profile, isInUse: boolean) {
  const { issuer, clientId, scope, audience } = signIn
  const { expiresAt, refreshToken } = tokens
  return {
    name,
    url,
    issuer,
    clientId,
    scope,
    ...(audience === undefined ? {} : { audience }),
    used: isInUse,
    ...(expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt).toISOString() }),
    /** Whether a new token comes without signing in again. */
    renews: refreshToken !== undefined,
  }
}

function stateOf(expiresAt: string | undefined, renews: boolean): string {
  if (renews) return 'renewed when it ends'
  if (expiresAt === undefined) return 'until the issuer ends it'
  return Date.parse(expiresAt) > Date.now()
    ? `until ${expiresAt}`
    : `ended at ${expiresAt}; sign in again`
}
