/**
 * Plans and drift as Markdown, for a comment on a pull request: what would change, in which file, and what is at fault.
 * Every value stands in a block of code, so that none of it is read as Markdown.
 */

import type { FieldChange } from '../../core/diff.ts'
import { isRecord, type Json } from '../../core/json/json.ts'
import { stringifyJson } from '../../core/json/json-text.ts'
import type { Fault } from './fault.ts'

/** One client of a report. */
export interface ReportItem {
  /** As in "change auth0/abc Portal". */
  readonly title: string
  readonly file?: string | undefined
  readonly changes: readonly FieldChange[]
}

export interface Report {
  /** As in "Plan of clients". */
  readonly title: string
  readonly summary: string
  readonly items: readonly ReportItem[]
  readonly faults: readonly Fault[]
  readonly notes: readonly { readonly about: string; readonly says: string }[]
  /** Clients without a file. */
  readonly unmanaged: readonly string[]
  /** Of the plan file, so that what is applied is known to be what was reviewed. */
  readonly digest?: string | undefined
}

/** GitHub takes 65,536 characters of a comment; the rest is in the plan. */
const MOST_CHARACTERS = 60_000

/** The text; what does not fit is counted. */
export function renderMarkdown(report: Report): string {
  const { title, summary, items, faults, notes, unmanaged, digest } = report
  const head = [`### ${inline(title)}`, '', summary, '']
  const tail = [
    ...section('Faults', faults.map(faultLine)),
    ...section(
      'Notes',
      notes.map(({ about, says }) => `${code(about)}: ${inline(says)}`),
    ),
    ...section('Clients without a file', unmanaged.map(code)),
    ...(digest === undefined ? [] : [`Digest of the plan: ${code(digest)}`, '']),
  ]
  const parts: string[] = []
  let room = MOST_CHARACTERS - [...head, ...tail].join('\n').length
  for (const item of items) {
    const part = partOf(item)
    if (part.length > room) break
    parts.push(part)
    room -= part.length + 1
  }
  const more = items.length - parts.length
  const rest = more === 0 ? [] : [`${more} more are in the plan itself.`, '']
  return [...head, ...parts, ...rest, ...tail].join('\n').slice(0, MOST_CHARACTERS)
}

const section = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : [`**${title}**`, '', ...lines.map((line) => `- ${line}`), '']

const faultLine = ({ about, line, client, says }: Fault) =>
  `${code(line === undefined ? about : `${about}:${line}`)}${client === undefined ? '' : ` (${code(client)})`}: ${inline(says)}`

function partOf({ title, file, changes }: ReportItem): string {
  const where = file === undefined ? '' : ` in ${code(file)}`
  const lines = changes.flatMap(linesOf)
  const block = lines.length === 0 ? [] : ['', fenced(lines)]
  return [`- ${code(title)}${where}`, ...block, ''].join('\n')
}

function linesOf({ field, before, after, added, removed }: FieldChange): readonly string[] {
  const inParts = added !== undefined || removed !== undefined
  const former = inParts ? (removed ?? []) : [before]
  const come = inParts ? (added ?? []) : [after]
  const sign = (mark: string) => (value: Json) => `${mark} ${oneLine(valueText(value))}`
  return [
    `  ${oneLine(field)}`,
    ...former.filter(isThere).map(sign('-')),
    ...come.filter(isThere).map(sign('+')),
  ]
}

const isThere = (value: Json) =>
  value !== null && !(isRecord(value) && Object.keys(value).length === 0)

const valueText = (value: Json) => (typeof value === 'string' ? value : stringifyJson(value))

/** A block of lines, closed by a fence that is in none of them (CommonMark 0.31 section 4.5). */
function fenced(lines: readonly string[]): string {
  const longest = Math.max(
    ...lines.flatMap((line) => line.match(/`+/g) ?? ['']).map(({ length }) => length),
  )
  const fence = '`'.repeat(Math.max(3, longest + 1))
  return [`${fence}diff`, ...lines, fence].map((line) => `  ${line}`).join('\n')
}

/** A span of code with a delimiter that is not in it (CommonMark 0.31 section 6.1). */
function code(text: string): string {
  const line = oneLine(text)
  const longest = Math.max(0, ...(line.match(/`+/g) ?? []).map(({ length }) => length))
  const mark = '`'.repeat(longest + 1)
  const space = /^`|`$|^ .* $/.test(line) || line === '' ? ' ' : ''
  return `${mark}${space}${line}${space}${mark}`
}

/** A sentence of ours with nothing in it that means something (CommonMark 0.31 section 2.4, HTML, mentions). */
const inline = (text: string) =>
  oneLine(text).replace(/[\\`*_[\]<>&@#|~!]/g, (one) => `&#${one.charCodeAt(0)};`)

/** Control characters would end a line, or turn its direction. */
const oneLine = (text: string) =>
  text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (one) =>
    Array.from(
      { length: one.length },
      (_, index) => `\\u${one.charCodeAt(index).toString(16).padStart(4, '0')}`,
    ).join(''),
  )
