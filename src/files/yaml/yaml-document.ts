/** A file of YAML 1.2 without aliases and with each member once, so that it means what a reader sees. */

import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, visit } from 'yaml'
import { ClientError } from '../../core/errors.ts'
import type { Json } from '../../core/json/json.ts'
import { holdsNonFinite } from '../../core/json/json-number.ts'
import { plainNumbers } from '../../core/json/kept-numbers.ts'
import { readYaml, whyInvalid } from './yaml-text.ts'

export interface YamlFile {
  readonly value: Json
  /** The line of a member or an item; of what is not there, that of the nearest one around it. */
  lineOf(at: readonly (string | number)[]): number
}

/**
 * Parses a file.
 * @throws ClientError `invalid_field`, whose sentence names the file and the place in it
 */
export function parseYaml(path: string, text: string): YamlFile {
  const lines = new LineCounter()
  const document = readYaml(text, lines)
  const invalid = whyInvalid(document, lines)
  if (invalid !== undefined) throw fault(path, invalid)
  const strange = strangeTag(document) ?? document.warnings[0]?.pos[0]
  if (strange !== undefined) {
    const { line, col } = lines.linePos(strange)
    throw fault(
      path,
      `has a tag or a directive that means nothing here (line ${line}, column ${col}); write the value without it`,
    )
  }
  let value: unknown
  try {
    value = document.toJS({ maxAliasCount: 0 })
  } catch (cause) {
    throw fault(path, 'must not use aliases', cause)
  }
  if (holdsNonFinite(value))
    throw fault(path, 'must not contain .inf or .nan, which JSON cannot express')
  const lineOf = (at: readonly (string | number)[]) =>
    lines.linePos(offsetOf(document.contents, at)).line
  return { value: plainNumbers(value as Json), lineOf }
}

/** YAML 1.2.2 section 10.3: those that JSON can express. */
const TAGS = ['str', 'int', 'float', 'bool', 'null', 'map', 'seq'].map(
  (name) => `tag:yaml.org,2002:${name}`,
)

/** Where the first value with another tag begins. */
function strangeTag(document: Document): number | undefined {
  let offset: number | undefined
  visit(document, {
    Node: (_, { tag, range }) => {
      if (tag === undefined || TAGS.includes(tag)) return undefined
      offset = range?.[0]
      return visit.BREAK
    },
  })
  return offset
}

/** Where a value begins in the text. */
function offsetOf(root: unknown, at: readonly (string | number)[]): number {
  let node = root
  let offset = startOf(root) ?? 0
  for (const part of at) {
    const pair = isMap(node)
      ? node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part))
      : undefined
    node = isSeq(node) ? node.items[Number(part)] : pair?.value
    offset = startOf(pair?.key) ?? startOf(node) ?? offset
  }
  return offset
}

const startOf = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined)

const fault = (path: string, says: string, cause?: unknown) =>
  new ClientError('invalid_field', `${path} ${says}.`, { cause })
