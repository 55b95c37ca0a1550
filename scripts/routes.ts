/** The table of routes in `docs/http.md`, which `npm run fields` writes from the list of operations. */

import { OPERATIONS, type Operation } from '../src/contract/operations.ts'

const HEADS = '| route | permission | query | what it does |\n|---|---|---|---|\n'
/** The table, up to the empty line after it. */
const TABLE = /^\| route \| permission \|.*\n(?:\|.*\n)*/m

/** One row for each operation, in the order of the list. */
export function renderRoutes(): string {
  return HEADS + Object.values<Operation>(OPERATIONS).map(rowOf).join('')
}

/** The page with its table as the list of operations has it. */
export function withRoutes(page: string): string {
  if (!TABLE.test(page)) throw new Error('docs/http.md needs its table of routes.')
  return page.replace(TABLE, renderRoutes)
}

function rowOf(operation: Operation): string {
  const { method, path, query, summary, page } = operation
  const text = summary.replace(/\.$/, '')
  const cells = [
    `\`${method} ${path}\``,
    permissionOf(operation),
    query.map((name) => `\`${name}\``).join(', '),
    page === undefined ? text : `[${text}](${page})`,
  ]
  return `| ${cells.join(' | ')} |\n`
}

function permissionOf({ permission, also, alternative, atSource }: Operation): string {
  if (permission === 'public') return 'none, no token'
  if (permission === 'token') return 'none, any accepted token'
  const more = [
    ...(also ?? []).map((one) => ` and \`${one}\``),
    alternative === undefined ? '' : ` or \`${alternative}\``,
    atSource === undefined ? '' : `; where the client is, \`${atSource}\``,
  ]
  return `\`${permission}\`${more.join('')}`
}
