/** `clientry whoami`: who calls, what they may do, and which scopes grant the rest. */

import type { Caller, CallerAt } from '../../../sdk/types.ts'
import type { Run } from '../../command.ts'
import { EXIT } from '../../exit.ts'
import { plain, type Terminal } from '../../terminal.ts'

export const run: Run = async ({ options, terminal, connect }) => {
  const { body } = await (await connect()).getCaller()
  if (options.json === true) terminal.printJson(body)
  else show(terminal, body)
  return EXIT.ok.code
}

function show(terminal: Terminal, caller: Caller): void {
  const { subject, issuer, clientId, expiresAt, scopes, claims = {}, providers } = caller
  terminal.print(terminal.style('strong', plain(subject)))
  const rows = [
    ['issuer', issuer],
    ['client', clientId],
    ['token ends', expiresAt],
    ['scopes', scopes.join(' ')],
    [
      'claims',
      Object.entries(claims)
        .map(([name, values]) => `${name}=${values.join()}`)
        .join(' '),
    ],
  ] as const
  for (const [name, value] of rows) {
    if (value !== undefined && value !== '')
      terminal.print(`  ${name.padEnd(WIDTH)}${plain(value)}`)
  }
  for (const one of providers) showProvider(terminal, one)
  if (providers.length === 0) terminal.print('may do nothing at any provider')
}

const WIDTH = 12

function showProvider(terminal: Terminal, { provider, permissions, missing }: CallerAt): void {
  terminal.print(`${terminal.style('strong', plain(provider))}: ${permissions.join(', ')}`)
  for (const { permission, scopes } of missing) {
    const how = scopes.length === 0 ? 'no scope grants it' : `scope ${scopes.join(' or ')}`
    terminal.print(terminal.style('faint', `  lacks ${permission} (${plain(how)})`))
  }
}
