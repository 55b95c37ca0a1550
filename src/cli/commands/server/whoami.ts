/** `clientry whoami`: who calls, what they may do where, and which scopes grant the rest. */

import type { Caller, CallerAt, Permission } from '../../../sdk/types.ts'
import type { Run } from '../../command.ts'
import { EXIT } from '../../exit.ts'
import { limitText, permissionsText } from '../../show/rights.ts'
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
  if (providers.length === 0) return terminal.print('may do nothing at any provider')
  const [head = '', ...lines] = inColumns([['at', 'may', 'only'], ...grantsIn(providers)])
  terminal.print(terminal.style('strong', head))
  for (const line of lines) terminal.print(line)
  const missing = missingIn(providers)
  if (missing !== '') terminal.print(terminal.style('faint', `lacks ${missing}`))
}

const WIDTH = 12

/** One row for each grant, with the providers at which it is the same. */
function grantsIn(providers: readonly CallerAt[]): readonly (readonly string[])[] {
  const grants = providers.flatMap(({ provider, permissions, limited = [] }) => [
    ...(permissions.length === 0
      ? []
      : [{ provider, may: permissionsText(permissions), only: '' }]),
    ...limited.map((one) => ({
      provider,
      may: permissionsText(one.permissions),
      only: limitText(one),
    })),
  ])
  return merged(grants, ({ may, only }) => [may, only]).map(([key, group]) => [
    group.map(({ provider }) => provider).join(', '),
    ...key,
  ])
}

/** What is lacking, with the scopes that grant it and the providers where it is the same: one line, however much it is. */
function missingIn(providers: readonly CallerAt[]): string {
  const lacking = providers.flatMap(({ provider, missing }) =>
    merged(missing, ({ permission, scopes }) => [howText(permission, scopes)]).map(
      ([[how = ''], group]) => ({
        provider,
        text: `${group.map(({ permission }) => permission).join(', ')} (${how})`,
      }),
    ),
  )
  return merged(lacking, ({ text }) => [text])
    .map(([[text], group]) =>
      group.length === providers.length
        ? text
        : `${text} at ${group.map(({ provider }) => provider).join(', ')}`,
    )
    .map((one) => plain(String(one)))
    .join('; ')
}

function howText(permission: Permission, scopes: readonly string[]): string {
  if (scopes.length === 0) return 'no scope grants it'
  return scopes.join() === permission ? 'scope of that name' : `scope ${scopes.join(' or ')}`
}

/** Items that have the same key, in the order of the first of each. */
function merged<T>(
  items: readonly T[],
  keyOf: (item: T) => readonly string[],
): readonly (readonly [readonly string[], readonly T[]])[] {
  const groups = new Map<string, [readonly string[], T[]]>()
  for (const item of items) {
    const key = keyOf(item)
    const name = JSON.stringify(key)
    const group = groups.get(name) ?? [key, []]
    groups.set(name, group)
    group[1].push(item)
  }
  return [...groups.values()]
}

/** Rows as lines, each column as wide as its widest cell; the last one is not padded. */
function inColumns(rows: readonly (readonly string[])[]): readonly string[] {
  const cells = rows.map((row) => row.map(plain))
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(...cells.map((row) => (row[column] ?? '').length)),
  )
  return cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
