/**
 * Numbers of JSON that a double would not give back as they were written: 9007199254740993, 1E400, 1.0.
 * JSON sets no bound to digits (RFC 8259 section 6), and providers are free to use them. Such a number is
 * kept by its literal, so that what is read is what is written; any other is a plain number.
 */

const LITERAL: unique symbol = Symbol('number literal')

/** A number by its literal. Only this file can make one, so that no text of a caller passes for it. */
export interface NumberLiteral {
  readonly [LITERAL]: string
  /** The literal. */
  toString(): string
  /** The nearest double. */
  valueOf(): number
  /** A text, for callers who print answers with `JSON.stringify`, which has no way to write the number. */
  toJSON(): string
}

const methods = {
  toString(this: NumberLiteral) {
    return this[LITERAL]
  },
  valueOf(this: NumberLiteral) {
    return Number(this[LITERAL])
  },
  toJSON(this: NumberLiteral) {
    met += 1
    return this[LITERAL]
  },
}

let met = 0

/** How many literals `JSON.stringify` has met: it writes them as texts, and so has to be corrected. */
export const literalsMet = () => met

/** The number that a literal of JSON stands for; of what is no such literal nothing is said. */
export function numberOfLiteral(literal: string): number | NumberLiteral {
  const double = Number(literal)
  if (String(double) === literal) return double
  return Object.freeze(
    Object.create(methods, { [LITERAL]: { value: literal, enumerable: true } }) as NumberLiteral,
  )
}

/** Whether a value is a number that is kept by its literal. */
export function isNumberLiteral(value: unknown): value is NumberLiteral {
  return typeof value === 'object' && value !== null && LITERAL in value
}

/** Whether a value is a number, in either form. */
export function isNumber(value: unknown): value is number | NumberLiteral {
  return typeof value === 'number' || isNumberLiteral(value)
}

/** The double to reckon with: the number itself or the nearest one; nothing for what is beyond doubles. */
export function doubleOf(value: unknown): number | undefined {
  if (!isNumber(value)) return undefined
  const double = Number(value)
  return Number.isFinite(double) ? double : undefined
}

/** Whether both are the same number, however they are written: 1, 1.0 and 10E-1 are. */
export function sameNumber(one: number | NumberLiteral, other: number | NumberLiteral): boolean {
  return one === other || plainest(String(one)) === plainest(String(other))
}

/** Whether the nearest double gives the same number back, though written otherwise: 1.0, 1E3. */
export function isExact(literal: NumberLiteral): boolean {
  const double = Number(literal)
  return Number.isFinite(double) && plainest(String(double)) === plainest(String(literal))
}

/** One text for one number; that of a double, wherever one gives the number back. */
export function canonicalNumber(value: number | NumberLiteral): string {
  if (typeof value === 'number') return JSON.stringify(value)
  return isExact(value) ? JSON.stringify(Number(value)) : plainest(String(value))
}

/** Whether a value holds an infinity or no number at all, which JSON writes as null. */
export function holdsNonFinite(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value)
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsNonFinite)
}

const PARTS = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/
/** Longer exponents are left as they are: to reckon with them costs more than they can mean. */
const MAX_EXPONENT_LENGTH = 32

/** Sign, digits without zeros around them, and a power of ten. */
function plainest(literal: string): string {
  const [, sign, whole, fraction = '', exponent = '0'] = PARTS.exec(literal) ?? []
  const digits = `${whole}${fraction}`.replace(/^0+/, '')
  if (digits === '') return '0'
  let end = digits.length
  while (digits[end - 1] === '0') end -= 1
  const shift = digits.length - end - fraction.length
  const power =
    exponent.length > MAX_EXPONENT_LENGTH
      ? `(${exponent})+${shift}`
      : String(BigInt(exponent) + BigInt(shift))
  return `${sign}${digits.slice(0, end)}e${power}`
}
