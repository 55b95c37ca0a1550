/** A source as a value: JSON, or YAML with anchors and with short tags such as `!Ref`, which stand for one member each. */

import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node } from 'yaml'
import { ClientError } from '../../core/errors.ts'
import type { Json } from '../../core/json/json.ts'
import { parseJson } from '../../core/json/json-text.ts'
import { readYaml, whyInvalid } from '../yaml/yaml-text.ts'
import type { Source } from './imported.ts'
import { holdsVariable } from './placeholders.ts'

/** Deep enough for every file that these tools write. */
const MAX_DEPTH = 64
/** Anchors can repeat each other without end. */
const MOST_NODES = 1_000_000

/** What the member of a short tag is called; the text after `!` is given. */
export type TagName = (tag: string) => string | undefined

/**
 * The value of a source.
 * @throws ClientError `invalid_field`, whose sentence names the file and repeats nothing of its text
 */
export function valueOfSource({ path, text }: Source, tagName: TagName = () => undefined): Json {
  const isJson = /^\s*[[{]/.test(text) && /\.(json|template|tfstate)$/i.test(path)
  // A variable may stand outside of quotes, which YAML reads as a text.
  if (isJson && !(holdsVariable(text) && isNoJson(text))) return jsonOf(path, text)
  const lines = new LineCounter()
  const document = readYaml(text, lines)
  const invalid = whyInvalid(document, lines)
  if (invalid !== undefined) throw fault(path, invalid)
  return yamlValue(path, document, tagName)
}

function isNoJson(text: string): boolean {
  try {
    parseJson(text, MAX_DEPTH)
    return false
  } catch {
    return true
  }
}

/**
 * The value of a source that is JSON.
 * @throws ClientError `invalid_field`
 */
export function jsonOf(path: string, text: string): Json {
  try {
    return parseJson(text, MAX_DEPTH)
  } catch {
    // What the parser says repeats the text, in which secrets stand.
    throw fault(path, `is not valid JSON of at most ${MAX_DEPTH} levels`)
  }
}

function yamlValue(path: string, document: Document, tagName: TagName): Json {
  let nodes = 0
  const read = (node: unknown, depth: number): Json => {
    nodes += 1
    if (nodes > MOST_NODES || depth > MAX_DEPTH) throw fault(path, 'is too large or too deep')
    if (isAlias(node)) return read(node.resolve(document), depth + 1)
    const value = plainValue(node, (inner) => read(inner, depth + 1))
    const tag = (node as Node | null)?.tag
    const name = tag?.startsWith('!') && !tag.startsWith('!!') ? tagName(tag.slice(1)) : undefined
    return name === undefined ? value : { [name]: value }
  }
  return read(document.contents, 0)
}

function plainValue(node: unknown, read: (inner: unknown) => Json): Json {
  if (isScalar(node)) return (node.value ?? null) as Json
  if (isSeq(node)) return node.items.map(read)
  if (!isMap(node)) return null
  const members = node.items.map(({ key, value }) => [
    isScalar(key) ? String(key.value) : String(key),
    read(value),
  ])
  return Object.fromEntries(members)
}

export const fault = (path: string, says: string) =>
  new ClientError('invalid_field', `${path} ${says}.`, { field: path })
