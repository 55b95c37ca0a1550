/**
 * Finds lists of fields in a source: literals, types, conditions and patterns that spell two or more names of
 * fields in one place. Such a list is a second truth beside `FIELDS`, which a new field would not be in.
 */

import { parseAst } from 'vitest/node'
import { FIELD_NAMES } from '../src/core/client.ts'

/** Names that are also words of other things: two of them make a list of fields where nothing else is in it. */
const EVERYDAY: ReadonlySet<string> = new Set([
  ...['id', 'name', 'secret', 'description', 'disabled', 'scopes', 'createdAt', 'updatedAt'],
])

const NAMES: ReadonlySet<string> = new Set(FIELD_NAMES)

interface Node {
  readonly type: string
  readonly start: number
  readonly [member: string]: unknown
}

/** A list of fields: where it begins, and what it names. */
export interface FieldList {
  readonly line: number
  readonly names: readonly string[]
}

/** The lists of fields in a source, in its order. */
export function fieldListsIn(source: string): readonly FieldList[] {
  const found: FieldList[] = []
  const look = (node: Node): void => {
    const words = namesIn(node)
    const names = [...new Set(words)].filter((name) => NAMES.has(name))
    const isPlain = words.every((name) => NAMES.has(name)) && isConstant(node)
    if (names.length > 1 && (isPlain || names.some((name) => !EVERYDAY.has(name)))) {
      found.push({ line: source.slice(0, node.start).split('\n').length, names })
    } else for (const child of childrenOf(node)) look(child)
  }
  look(parseAst(source, { lang: 'ts' }) as unknown as Node)
  return found
}

/** Whether nothing but texts and flags is in a literal: a table, and no record of something else. */
function isConstant(node: Node): boolean {
  if (node.type === 'ArrayExpression') return nodesOf(node.elements).every(isLiteral)
  if (node.type === 'TSUnionType') return true
  return (
    node.type === 'ObjectExpression' &&
    nodesOf(node.properties).every(({ value }) => isNode(value) && isLiteral(value))
  )
}

const isLiteral = ({ type, value }: Node) =>
  type === 'Literal' && (typeof value === 'string' || typeof value === 'boolean')

/** What a node lists, as far as it is a list of any kind. */
function namesIn(node: Node): readonly string[] {
  switch (node.type) {
    case 'ArrayExpression':
    case 'TSTupleType':
      return nodesOf(node.elements ?? node.elementTypes).flatMap(itemsOf)
    case 'ObjectExpression':
      return nodesOf(node.properties).flatMap(({ key, value }) => [...keyOf(key), ...pathOf(value)])
    case 'TSInterfaceBody':
    case 'TSTypeLiteral':
      return nodesOf(node.body ?? node.members).flatMap(({ key }) => keyOf(key))
    case 'TSUnionType':
      return nodesOf(node.types).flatMap(textOf)
    case 'SwitchStatement':
      return nodesOf(node.cases).flatMap(({ test }) => textOf(test))
    case 'LogicalExpression':
      return operandsOf(node).flatMap(({ left, right }) => [...textOf(left), ...textOf(right)])
    case 'TSConditionalType':
      return branchesOf(node).flatMap(({ extendsType }) => textOf(extendsType))
    case 'CallExpression':
      return nodesOf(node.arguments).flatMap(textOf)
    case 'Literal':
      return wordsOf(node)
    default:
      return []
  }
}

/** An item, or the key of an entry of a map. */
function itemsOf(node: Node): readonly string[] {
  if (node.type === 'SpreadElement') return namesIn(node.argument as Node)
  if (node.type === 'ArrayExpression') return nodesOf(node.elements).slice(0, 1).flatMap(textOf)
  return textOf(node)
}

/** The comparisons of a condition. */
function operandsOf(node: Node): readonly Node[] {
  if (node.type === 'BinaryExpression') return [node]
  if (node.type !== 'LogicalExpression') return []
  return [node.left, node.right].filter(isNode).flatMap(operandsOf)
}

function branchesOf(node: Node): readonly Node[] {
  if (node.type !== 'TSConditionalType') return []
  return [node, ...(isNode(node.falseType) ? branchesOf(node.falseType) : [])]
}

/** The words of a regular expression, or of a text that consists of names alone. */
function wordsOf({ regex, value }: Node): readonly string[] {
  if (regex !== undefined && regex !== null) {
    return (regex as { readonly pattern: string }).pattern.match(/[A-Za-z0-9]+/g) ?? []
  }
  const words = typeof value === 'string' ? value.split(/[\s,|]+/) : []
  return words.every((word) => NAMES.has(word)) ? words : []
}

function textOf(node: unknown): readonly string[] {
  if (!isNode(node)) return []
  if (node.type === 'TSLiteralType') return textOf(node.literal)
  return node.type === 'Literal' && typeof node.value === 'string' ? [node.value] : []
}

/** A field named by its path, such as `client.callbacks`. */
const pathOf = (node: unknown): readonly string[] =>
  textOf(node).flatMap((text) => (text.startsWith('client.') ? [text.slice(7)] : []))

function keyOf(node: unknown): readonly string[] {
  if (!isNode(node)) return []
  return node.type === 'Identifier' ? [String(node.name)] : textOf(node)
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string'

const nodesOf = (value: unknown): readonly Node[] =>
  Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : []

const childrenOf = (node: Node): readonly Node[] => Object.values(node).flatMap(nodesOf)
