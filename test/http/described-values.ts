/**
 * Values as the OpenAPI description allows them, made of its schemas and nothing else. What conditions leave open is drawn,
 * so that a validator has to hold the whole against the schema.
 */

import fc, { type GeneratorValue } from 'fast-check'

export interface Schema {
  readonly [keyword: string]: unknown
}

/** Nothing can stand there. */
const NOTHING = Symbol('nothing')

/** Draws values by a schema; `components` has the schemas that others refer to. */
export function createDrawing(components: Schema) {
  return (draw: GeneratorValue, schema: Schema): unknown => {
    const value = drawnValue(draw, components, [schema])
    return value === NOTHING ? undefined : value
  }
}

const partsOf = (schema: unknown): Schema =>
  typeof schema === 'object' && schema !== null ? (schema as Schema) : {}

/** All that hold at once, without references, choices and conditions; `undefined` where nothing fits. */
function flat(
  draw: GeneratorValue,
  components: Schema,
  schemas: readonly unknown[],
  known: Schema,
): readonly Schema[] | undefined {
  const all: Schema[] = []
  for (const schema of schemas) {
    if (schema === false || partsOf(schema).readOnly === true) return undefined
    const {
      $ref,
      allOf = [],
      anyOf,
      if: condition,
      then,
      else: otherwise,
      ...plain
    } = partsOf(schema)
    const inner: unknown[] = [...(allOf as unknown[])]
    if (typeof $ref === 'string') inner.push(referred(components, $ref))
    if (Array.isArray(anyOf)) inner.push(draw(fc.constantFrom, ...(anyOf as unknown[])))
    if (condition !== undefined) {
      const holds = decided(partsOf(condition), known) ?? draw(fc.boolean)
      inner.push(holds ? condition : {}, (holds ? then : otherwise) ?? {})
    }
    const others = inner.length === 0 ? [] : flat(draw, components, inner, known)
    if (others === undefined) return undefined
    all.push(plain, ...others)
  }
  return all
}

const referred = (components: Schema, reference: string): unknown =>
  reference
    .split('/')
    .slice(2)
    .reduce<unknown>((inside, name) => partsOf(inside)[name], components)

/** Whether a condition holds, if it is about members that are known. */
function decided({ properties, required = [] }: Schema, known: Schema): boolean | undefined {
  const names = Object.keys(partsOf(properties))
  if (names.length === 0 || names.some((name) => !(name in known))) return undefined
  return names.every((name) => {
    const value = known[name]
    if (value === undefined) return !(required as unknown[]).includes(name)
    const { const: only, enum: values } = partsOf(partsOf(properties)[name])
    return only === undefined ? (values as unknown[])?.includes(value) : only === value
  })
}

function drawnValue(
  draw: GeneratorValue,
  components: Schema,
  schemas: readonly unknown[],
): unknown {
  const known = knownOf(draw, components, schemas)
  const parts = flat(draw, components, schemas, known)
  if (parts === undefined) return NOTHING
  const values = listed(parts)
  if (values !== undefined) {
    return values.length === 0 ? NOTHING : draw(fc.constantFrom, ...values)
  }
  const [type = 'any', ...others] = typesOf(parts)
  const isNull = others.includes('null') && draw(fc.nat, 5) === 0
  switch (isNull ? 'null' : type) {
    case 'object':
      return objectOf(draw, components, { parts, known })
    case 'array':
      return arrayOf(draw, components, parts)
    case 'string':
      return textOf(draw, parts)
    case 'integer':
    case 'number':
      return numberOf(draw, parts)
    case 'boolean':
      return draw(fc.boolean)
    case 'null':
      return null
    default:
      return draw(fc.jsonValue, { maxDepth: 2 })
  }
}

/** The provider is drawn first, since most conditions go by it. */
function knownOf(draw: GeneratorValue, components: Schema, schemas: readonly unknown[]): Schema {
  const provider = schemas
    .map((one) => {
      const { $ref } = partsOf(one)
      const whole = typeof $ref === 'string' ? referred(components, $ref) : one
      return partsOf(partsOf(whole).properties).provider
    })
    .find((one) => one !== undefined)
  const { enum: values = [] } = partsOf(provider)
  if ((values as unknown[]).length === 0) return {}
  return { provider: draw(fc.constantFrom, undefined, ...(values as unknown[])) }
}

/** Values of all lists of them. */
function listed(parts: readonly Schema[]): readonly unknown[] | undefined {
  const lists = parts
    .map(({ const: only, enum: values }) => (only === undefined ? values : [only]))
    .filter((one): one is unknown[] => Array.isArray(one))
  const [first, ...others] = lists
  return first?.filter((value) => others.every((one) => one.includes(value)))
}

/** What all types allow, the one that says most first; by other keywords where no part names a type. */
function typesOf(parts: readonly Schema[]): readonly string[] {
  const named = parts.flatMap(({ type }) => (type === undefined ? [] : [[type].flat() as string[]]))
  const [first, ...others] = named
  if (first !== undefined) {
    return first.filter((one) => others.every((names) => names.includes(one))).sort(nullLast)
  }
  const has = (keyword: string) => parts.some((part) => keyword in part)
  if (has('pattern')) return ['string']
  return has('properties') ? ['object'] : has('items') ? ['array'] : []
}

const nullLast = (one: string) => (one === 'null' ? 1 : -1)

const numbers = (parts: readonly Schema[], keyword: string) =>
  parts.map((part) => part[keyword]).filter((one): one is number => typeof one === 'number')
const least = (parts: readonly Schema[], keyword: string, none: number) =>
  Math.min(none, ...numbers(parts, keyword))
const most = (parts: readonly Schema[], keyword: string, none: number) => {
  const all = numbers(parts, keyword)
  return all.length === 0 ? none : Math.max(...all)
}

/** Where no bound is stated, one beyond what JavaScript holds exactly is allowed too. */
function numberOf(draw: GeneratorValue, parts: readonly Schema[]): number {
  if (numbers(parts, 'maximum').length === 0 && draw(fc.nat, 4) === 0) return 2 ** 53
  const min = Math.ceil(most(parts, 'minimum', -9))
  return draw(fc.integer, { min, max: Math.floor(least(parts, 'maximum', 9_999_999)) })
}

/** Drawn values are remembered by what they are drawn by, which has to be a text and no object. */
const textMatching = (pattern: string) => fc.stringMatching(new RegExp(pattern), { size: 'small' })

/** By the longest of the expressions; for the others there is the validator. */
function textOf(draw: GeneratorValue, parts: readonly Schema[]): string {
  const [pattern] = parts
    .map((part) => part.pattern)
    .filter((one): one is string => typeof one === 'string')
    .sort((one, other) => other.length - one.length)
  const [minLength, maxLength] = [most(parts, 'minLength', 0), least(parts, 'maxLength', 40)]
  if (pattern !== undefined && pattern !== '') {
    return draw(textMatching, pattern).slice(0, least(parts, 'maxLength', 2_048))
  }
  if (draw(fc.boolean) && minLength < 5)
    return draw(fc.constantFrom, 'openid', 'https://a.example/cb', 'a b')
  return draw(fc.string, { minLength, maxLength: Math.max(minLength, maxLength) })
}

function arrayOf(draw: GeneratorValue, components: Schema, parts: readonly Schema[]): unknown {
  const minItems = most(parts, 'minItems', 0)
  const length = draw(fc.integer, {
    min: minItems,
    max: Math.max(minItems, least(parts, 'maxItems', 2)),
  })
  const items = parts.flatMap(({ items: one }) => (one === undefined ? [] : [one]))
  return Array.from({ length }, () => drawnValue(draw, components, items)).filter(
    (one) => one !== NOTHING,
  )
}

/** How many members that need not be there are drawn at most. */
const MOST_MEMBERS = 3

function objectOf(
  draw: GeneratorValue,
  components: Schema,
  { parts, known }: { readonly parts: readonly Schema[]; readonly known: Schema },
): unknown {
  const named = [...new Set(parts.flatMap(({ properties }) => Object.keys(partsOf(properties))))]
  const required = new Set(parts.flatMap(({ required: names = [] }) => names as string[]))
  const names = named.length > 0 ? named : keysOf(draw, components, parts)
  const free = names.filter((name) => !required.has(name) && !(name in known))
  const drawn = draw(fc.subarray<string>, free, { maxLength: Math.min(free.length, MOST_MEMBERS) })
  const members = [...required, ...drawn].map((name) => {
    const own = parts.flatMap(({ properties, additionalProperties }) => {
      const inner = partsOf(properties)
      if (Object.hasOwn(inner, name)) return [inner[name]]
      return additionalProperties === undefined || named.length > 0 ? [] : [additionalProperties]
    })
    return [name, drawnValue(draw, components, own)] as const
  })
  const all = Object.entries(known).filter(([, value]) => value !== undefined)
  return Object.fromEntries([...members.filter(([, value]) => value !== NOTHING), ...all])
}

/** Names of a map. */
function keysOf(
  draw: GeneratorValue,
  components: Schema,
  parts: readonly Schema[],
): readonly string[] {
  const ofNames = parts.flatMap(({ propertyNames }) =>
    propertyNames === undefined ? [] : [propertyNames],
  )
  const isMap =
    ofNames.length > 0 || parts.some(({ additionalProperties: of }) => typeof of === 'object')
  if (!isMap) return []
  const key = drawnValue(draw, components, [...ofNames, { type: 'string' }])
  return typeof key === 'string' ? [key] : []
}
