/** What an import did, as a page that people can read in a review. */

import type { Loss } from './imported.ts'
import { readable } from './placeholders.ts'

export const REPORT_FILE = 'import-report.md'

/** The text of the page. */
export function importReport(
  files: readonly { readonly path: string; readonly about: string }[],
  losses: readonly Loss[],
): string {
  const rows = losses.map(
    ({ about, what, why }) => `| ${[about, what, why].map(cell).join(' | ')} |`,
  )
  return [
    '# Imported clients',
    '',
    ...files.map(({ path, about }) => `- ${inLine(path)}, from ${inLine(about)}`),
    '',
    ...(rows.length === 0
      ? ['Nothing was left out.']
      : ['| from | left out | why |', '|---|---|---|', ...rows]),
    '',
  ].join('\n')
}

const inLine = (text: string) =>
  readable(text)
    .replace(/[\r\n]+/g, ' ')
    .replace(/[<>[\]`*_\\]/g, '\\$&')
const cell = (text: string) => inLine(text).replaceAll('|', '\\|')
