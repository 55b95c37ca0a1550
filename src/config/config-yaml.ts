/** A configuration in YAML. Apart, so that Lambda's bundle carries no YAML. */

import type { Node, YAMLError } from 'yaml'
import type { Place } from '../http/wire/json-fault.ts'
import { joined, type ReadText } from './config-text.ts'

/** What there is to say about a text that is no YAML; the parser's own words repeat it. */
const SAYS: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'use spaces instead of tabs to indent.',
  BAD_INDENT: 'the indentation differs from the lines that this belongs to.',
  DUPLICATE_KEY: 'this name appears twice.',
  BAD_ALIAS: 'this alias has no anchor.',
  MULTIPLE_DOCS: 'there must be only one document.',
}

/** Reads a text; the parser is loaded when it is needed. */
export async function readYamlText(text: string): Promise<ReadText> {
  const { LineCounter, isAlias, isMap, isNode, isScalar, isSeq, parseDocument } = await import(
    'yaml'
  )
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { lineCounter, uniqueKeys: true })
  const placeOf = (offset: number): Place => {
    const { line, col } = lineCounter.linePos(offset)
    return { line, column: col }
  }
  const faults = document.errors.map(({ code, pos }: YAMLError) => ({
    place: placeOf(pos[0]),
    says: SAYS[code] ?? 'this is not valid YAML.',
  }))
  const places = new Map<string, Place>()
  const walk = (node: Node | null, path: string): void => {
    // What an alias stands for has its place where it is written.
    if (node === null || isAlias(node)) return
    if (isMap(node)) {
      for (const { key, value } of node.items) {
        if (!isScalar(key)) continue
        const inner = joined(path, String(key.value))
        places.set(inner, placeOf(key.range?.[0] ?? 0))
        if (isNode(value)) walk(value, inner)
      }
    } else if (isSeq(node)) {
      for (const [index, item] of node.items.entries()) {
        if (!isNode(item)) continue
        places.set(joined(path, index), placeOf(item.range?.[0] ?? 0))
        walk(item, joined(path, index))
      }
    }
  }
  if (faults.length === 0) walk(document.contents, '')
  return { value: faults.length === 0 ? document.toJS() : undefined, places, faults }
}
