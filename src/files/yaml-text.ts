/** YAML 1.2 whose numbers are read and written as they stand, whatever a double would make of them. */

import { type Document, LineCounter, parseDocument, type Scalar, stringify, visit } from 'yaml'
import { isNumberLiteral, type NumberLiteral, numberOfLiteral } from '../core/json/json-number.ts'

/** The package would take a number for an object, and write what its `toJSON` gives. */
const NUMBERS = {
  identify: isNumberLiteral,
  default: true,
  tag: 'tag:yaml.org,2002:float',
  // Reading is left to `withNumbers`.
  test: /(?!)/,
  resolve: (text: string) => text,
  stringify: ({ value }: Scalar) => String(value),
}
const OPTIONS = { customTags: [NUMBERS] }
const LAYOUT = { lineWidth: 0, aliasDuplicateObjects: false }

/** Reads a text; `document.errors` holds what is wrong with it. `.inf` and `.nan` stay what they are. */
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

/** YAML 1.2.2 section 10.3.2: signs, zeros in front and points without digits, which JSON has not. */
const DECIMAL = /^([-+]?)0*(\d*)(?:\.(\d*))?([eE][-+]?\d+)?$/
/** There too: octal and hexadecimal. */
const INTEGER = /^0[ox][\da-fA-F]+$/

function exact(source: string | undefined): number | NumberLiteral | undefined {
  if (source === undefined) return undefined
  if (INTEGER.test(source)) return numberOfLiteral(String(BigInt(source)))
  const [whole, sign, digits = '', fraction = '', power = ''] = DECIMAL.exec(source) ?? []
  if (whole === undefined) return undefined
  const point = fraction === '' ? '' : `.${fraction}`
  return numberOfLiteral(`${sign === '-' ? '-' : ''}${digits || '0'}${point}${power}`)
}
