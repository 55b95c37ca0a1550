/** YAML 1.2 whose numbers are read and written digit by digit, without rounding to a double. */

import {
  type Document,
  isMap,
  LineCounter,
  type Node,
  parseDocument,
  type Scalar,
  stringify,
  visit,
} from 'yaml'
import { isRecord, type Json } from '../../core/json/json.ts'
import {
  isNumberLiteral,
  type NumberLiteral,
  numberOfLiteral,
} from '../../core/json/json-number.ts'
import { stringifyJson } from '../../core/json/json-text.ts'

/** The package would treat such a number as an object, and write the result of its `toJSON`. */
const NUMBERS = {
  identify: isNumberLiteral,
  default: true,
  tag: 'tag:yaml.org,2002:float',
  // `withNumbers` does the reading.
  test: /(?!)/,
  resolve: (text: string) => text,
  stringify: ({ value }: Scalar) => String(value),
}
const OPTIONS = { customTags: [NUMBERS] }
const LAYOUT = { lineWidth: 0, aliasDuplicateObjects: false }

/** Parses a text; `document.errors` lists its errors. `.inf` and `.nan` stay as they are. */
export function readYaml(text: string, lineCounter = new LineCounter()): Document {
  const document = parseDocument(text, { ...OPTIONS, lineCounter, uniqueKeys: true })
  visit(document, {
    Scalar: (key, node) => {
      const number =
        typeof node.value === 'number' && key !== 'key' ? exact(node.source) : undefined
      if (number !== undefined) node.value = number
    },
    Collection: (_, node) => {
      const [from, to] = node.range ?? [0, 0]
      const source = text.slice(from, to)
      if (node.flow === true && !source.includes('\n')) {
        SOURCES.set(node, { source, content: contentOf(node, document) })
      }
    },
  })
  return document
}

/** How lists and mappings in `[ ]` and `{ }` were written, and what they said: the package knows one way to space them. */
const SOURCES = new WeakMap<Node, { readonly source: string; readonly content: string }>()

const contentOf = (node: Node, document: Document) => stringifyJson(node.toJS(document) as Json)

/** Why a text is no YAML, as a clause that repeats nothing of it; `undefined`: it is. */
export function whyInvalid({ errors: [error] }: Document, lines: LineCounter): string | undefined {
  if (error === undefined) return undefined
  const { line, col } = lines.linePos(error.pos[0])
  const place = `(line ${line}, column ${col})`
  return error.code === 'DUPLICATE_KEY'
    ? `has a member twice ${place}; keep one of them`
    : `is not valid YAML ${place}`
}

/** The text of a value. */
export const writeYaml = (value: unknown) => stringify(value, { ...OPTIONS, ...LAYOUT })

/** The text of a document, with its comments and order. */
export function textOfYaml(document: Document): string {
  visit(document, {
    Collection: (_, node) => {
      const { source, content } = SOURCES.get(node) ?? {}
      if (source === undefined || contentOf(node, document) !== content) return undefined
      node.toString = () => source
      return visit.SKIP
    },
  })
  return document.toString(LAYOUT)
}

/** Puts the members of a value into a mapping, at any depth, and leaves its others. */
export function putIn(document: Document, at: readonly string[], value: Json): void {
  if (!isRecord(value) || Object.keys(value).length === 0) {
    if (!isRecord(value) || !document.hasIn(at)) document.setIn(at, document.createNode(value))
    return
  }
  for (const [name, inner] of Object.entries(value)) putIn(document, [...at, name], inner)
}

/** Takes a member out. A mapping that is left empty would say that there is to be nothing in it, so it goes as well. */
export function takeOut(document: Document, path: readonly string[]): void {
  if (!document.hasIn(path)) return
  document.deleteIn(path)
  const above = path.slice(0, -1)
  const rest = document.getIn(above)
  if (above.length > 1 && isMap(rest) && rest.items.length === 0) takeOut(document, above)
}

/** YAML 1.2.2 section 10.3.2: signs, leading zeros and points without digits, none of which JSON has. */
const DECIMAL = /^([-+]?)0*(\d*)(?:\.(\d*))?([eE][-+]?\d+)?$/
/** Octal and hexadecimal, from the same section. */
const INTEGER = /^0[ox][\da-fA-F]+$/

function exact(source: string | undefined): number | NumberLiteral | undefined {
  if (source === undefined) return undefined
  if (INTEGER.test(source)) return numberOfLiteral(String(BigInt(source)))
  const [whole, sign, digits = '', fraction = '', power = ''] = DECIMAL.exec(source) ?? []
  if (whole === undefined) return undefined
  const point = fraction === '' ? '' : `.${fraction}`
  return numberOfLiteral(`${sign === '-' ? '-' : ''}${digits || '0'}${point}${power}`)
}
