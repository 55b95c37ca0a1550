/**
 * Models of the type declarations that the npm package `auth0` has (`.d.mts`, made by a generator, so that
 * each declaration has one of three forms). They say nothing of bounds and patterns.
 */

import type { Aspect, Model } from './model.ts'

export const ASPECTS: readonly Aspect[] = ['nullable', 'required', 'open']

const DECLARATION =
  /^export (?:interface (\w+)(?: extends [^{]+)? \{\n([\s\S]*?)^\}|declare const (\w+): \{\n([\s\S]*?)^\};|type (\w+) = ([^;{]+);)/gm
const MEMBER = /^ {4}(?:readonly )?"?([\w-]+)"?(\?)?: (.+?);?$/gm
const OTHERS = /^ {4}\[key: string\]: /m

/** A function that gives the model of a declared name. */
export function readDeclarations(texts: readonly string[]): (name: string) => Model {
  const found = texts.flatMap((text) => [...text.matchAll(DECLARATION)])
  const bodies = (name: number, body: number) =>
    new Map(found.flatMap((one) => (one[name] ? [[one[name], one[body] ?? ''] as const] : [])))
  const [interfaces, constants, aliases] = [bodies(1, 2), bodies(3, 4), bodies(5, 6)]

  function named(name: string): Model {
    const values = constants.get(name)
    if (values !== undefined) {
      const texts = [...values.matchAll(MEMBER)].map(([, , , value = '']) => value.slice(1, -1))
      return { type: 'string', values: texts }
    }
    const body = interfaces.get(name)
    if (body !== undefined) return objectOf(body)
    const alias = aliases.get(name)
    return alias === undefined ? { type: 'unread' } : expression(alias)
  }

  function objectOf(body: string): Model {
    const members = [...body.matchAll(MEMBER)]
    return {
      type: 'object',
      open: OTHERS.test(body),
      required: members.flatMap(([, name = '', optional]) => (optional ? [] : [name])),
      members: Object.fromEntries(
        members.map(([, name = '', , type = '']) => [name, expression(type)]),
      ),
    }
  }

  function expression(text: string): Model {
    const parts = text.replaceAll(/[()]/g, '').split(/\s*\|\s*/)
    const types = parts.map((part) => part.trim()).filter((part) => !ABSENT.includes(part))
    const model = types.length === 1 ? single(types[0] ?? '') : ({ type: 'unread' } as const)
    return parts.includes('null') ? { ...model, nullable: true } : model
  }

  function single(type: string): Model {
    if (type.endsWith('[]')) return { type: 'list', items: single(type.slice(0, -2)) }
    if (type === 'string' || type === 'number' || type === 'boolean') return { type }
    if (type === 'unknown' || type === 'any') return { type: 'any' }
    if (type.startsWith('Record<string,')) return { type: 'object', open: true }
    return named(type.replace(/^Management\./, ''))
  }

  return named
}

const ABSENT = ['null', 'undefined']
