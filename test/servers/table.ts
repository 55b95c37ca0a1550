/** The table of docs/guarantees.md about real servers: which endpoints and figures there are, and how it is written. */

import type { ServerName } from './chosen.ts'

export interface Endpoint {
  /** As the table names it. */
  readonly name: string
  readonly server: ServerName
  /** The subject of the contract suites. */
  readonly kind: string
}

export const ENDPOINTS = [
  { name: 'Keycloak, its administration', server: 'keycloak', kind: 'keycloak itself' },
  { name: 'Keycloak, its registration', server: 'keycloak', kind: 'rfc7592 at Keycloak' },
  { name: 'Ory Hydra, its administration', server: 'hydra', kind: 'hydra itself' },
  { name: 'Ory Hydra, its registration', server: 'hydra', kind: 'rfc7592 at Hydra' },
  { name: 'Canaille', server: 'canaille', kind: 'rfc7592 at Canaille' },
  { name: 'Glewlwyd', server: 'glewlwyd', kind: 'rfc7592 at Glewlwyd' },
  { name: 'oidc-provider', server: 'oidc-provider', kind: 'rfc7592 at oidc-provider' },
  {
    name: 'oidc-provider that renews tokens',
    server: 'oidc-provider',
    kind: 'rfc7592 at oidc-provider that renews tokens',
  },
  { name: 'the embedded provider', server: 'embedded', kind: 'local' },
] as const satisfies readonly Endpoint[]

/** Servers for which there is no provider here: what they do by themselves, beside ours. */
export const NATIVES = [
  {
    name: 'Better Auth, for which there is no provider',
    server: 'better-auth',
    kind: 'better-auth',
  },
  {
    name: 'LemonLDAP-NG, for which there is no provider',
    server: 'lemonldap-ng',
    kind: 'lemonldap-ng',
  },
] as const satisfies readonly Endpoint[]

const ROWS: readonly Endpoint[] = [...ENDPOINTS, ...NATIVES]

/** What is not asked of them. */
const NOT_ASKED = '–'
const isNative = (kind: string) => NATIVES.some((one) => one.kind === kind)

export type Kind = (typeof ENDPOINTS)[number]['kind']

/** The columns; `exact`: a figure that is the same in every run. */
export const FIGURES = {
  contract: { title: 'contract suite', exact: true },
  adders: {
    title: 'of 20 callbacks added at once: two instances of Clientry / natively',
    exact: false,
  },
  patches: { title: 'of 300 random patches, that changed what they do not name', exact: true },
  foreign: { title: 'a foreign write between our read and our write', exact: false },
  kills: { title: 'killed in the middle (`kill -9`)', exact: false },
  logins: { title: 'a login after the change', exact: false },
} as const satisfies Readonly<Record<string, { readonly title: string; readonly exact: boolean }>>

export type FigureName = keyof typeof FIGURES
const FIGURE_NAMES = Object.keys(FIGURES) as FigureName[]

/** What was measured, by the subject of an endpoint. */
export type Figures = Readonly<Record<string, { readonly [F in FigureName]?: string }>>

/** The same by the test file that has measured it. */
export type FiguresByFile = Readonly<Record<string, Figures>>

/** Two values of one figure. */
export const joined = (one: string | undefined, other: string): string =>
  one === undefined ? other : `${one}; ${other}`

/** The figures of all files, in the order of their names: they run beside each other, and end in another order each time. */
export function together(byFile: FiguresByFile): Figures {
  const figures: Record<string, { [F in FigureName]?: string }> = {}
  for (const file of Object.keys(byFile).sort()) {
    for (const [kind, cells] of Object.entries(byFile[file] ?? {})) {
      figures[kind] ??= {}
      for (const name of FIGURE_NAMES) {
        const value = cells[name]
        if (value !== undefined) figures[kind][name] = joined(figures[kind][name], value)
      }
    }
  }
  return figures
}

const [BEGIN, END] = ['<!-- npm run test:servers -- --write: begin -->', '<!-- end -->']

type Rows = readonly (readonly string[])[]
const HEAD = ['endpoint', ...FIGURE_NAMES.map((name) => FIGURES[name].title)]

/** The rows of the table that the page has; none where it has no table. */
export function rowsOf(page: string): Rows {
  const from = page.indexOf(BEGIN)
  if (from < 0) return []
  const table = page.slice(from + BEGIN.length, page.indexOf(END, from)).trim()
  return table.split('\n').map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}

const lineOf = (cells: readonly string[]) => `| ${cells.join(' | ')} |`

/** The page with what was measured; what was not measured stays as it is. */
export function withFigures(page: string, figures: Figures): string {
  const before = new Map(rowsOf(page).map((cells) => [cells[0], cells]))
  const rows = ROWS.map(({ name, kind }) => [
    name,
    ...FIGURE_NAMES.map(
      (figure, at) =>
        figures[kind]?.[figure] ??
        before.get(name)?.[at + 1] ??
        (isNative(kind) && figure !== 'adders' ? NOT_ASKED : ''),
    ),
  ])
  const table = [HEAD, HEAD.map(() => '---'), ...rows].map(lineOf).join('\n')
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)]
  return `${page.slice(0, from + BEGIN.length)}\n\n${table}\n\n${page.slice(to)}`
}

/** In what a page differs from the endpoints and figures that there are, a sentence each. */
export function staleness(page: string): readonly string[] {
  const [head = [], , ...rows] = rowsOf(page)
  const names = rows.map(([name = '']) => name)
  return [
    ...(String(head) === String(HEAD)
      ? []
      : ['The columns are not those of test/servers/table.ts.']),
    ...ROWS.flatMap(({ name }) => (names.includes(name) ? [] : [`${name} is missing.`])),
    ...names.flatMap((name) =>
      ROWS.some((one) => one.name === name) ? [] : [`${name} is no endpoint any more.`],
    ),
    ...rows.flatMap(([name = '', ...cells]) =>
      cells.flatMap((cell, at) =>
        cell === '' ? [`${name} has no figure for ${HEAD[at + 1]}.`] : [],
      ),
    ),
  ]
}

/** Figures that are the same in every run, where the page has another. */
export function disagreements(page: string, figures: Figures): readonly string[] {
  const written = withFigures(page, figures)
  const [was, is] = [rowsOf(page), rowsOf(written)]
  return is.flatMap((cells, row) =>
    FIGURE_NAMES.flatMap((figure, at) =>
      FIGURES[figure].exact && cells[at + 1] !== was[row]?.[at + 1]
        ? [`${cells[0]}, ${FIGURES[figure].title}: ${cells[at + 1]}, and not ${was[row]?.[at + 1]}`]
        : [],
    ),
  )
}
