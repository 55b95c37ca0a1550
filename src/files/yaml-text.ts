/** YAML 1.2 whose numbers are read and written digit by digit, without rounding to a double. */

import { type Document, LineCounter, parseDocument, type Scalar, stringify, visit } from 'yaml'
import { isNumberLiteral, type NumberLiteral, numberOfLiteral } from '../core/json/json-number.ts'

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
  })
  return document
}

/** The text of a value. */
export const writeYaml = (value: unknown) => stringify(value, { ...OPTIONS, ...LAYOUT })

/** The text of a document, with its comments and order. */
export const textOfYaml = (document: Document) => document.toString(LAYOUT)

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
