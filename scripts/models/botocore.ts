/** Models of a service description of botocore (`service-2.json`). */

import * as z from 'zod/mini'
import type { Aspect, Model } from './model.ts'

export const ASPECTS: readonly Aspect[] = ['required', 'min', 'max', 'pattern', 'sensitive']

const shape = z.object({
  type: z.string(),
  members: z.optional(z.record(z.string(), z.object({ shape: z.string() }))),
  member: z.optional(z.object({ shape: z.string() })),
  required: z.optional(z.array(z.string())),
  enum: z.optional(z.array(z.string())),
  min: z.optional(z.number()),
  max: z.optional(z.number()),
  pattern: z.optional(z.string()),
  sensitive: z.optional(z.boolean()),
})
const description = z.object({ shapes: z.record(z.string(), shape) })

const NUMBERS = ['integer', 'long', 'float', 'double', 'timestamp']

/** A function that gives the model of a shape by its name. */
export function readBotocore(text: string): (name: string) => Model {
  const { shapes } = description.parse(JSON.parse(text))

  function named(name: string): Model {
    const one = shapes[name]
    if (one === undefined) return { type: 'unread' }
    const { type, members, member, required, min, max, pattern, sensitive } = one
    const bounds = { min: min === 0 ? undefined : min, max, pattern, sensitive }
    if (type === 'structure') {
      const inner = Object.entries(members ?? {}).map(([key, { shape }]) => [key, named(shape)])
      return { type: 'object', required, members: Object.fromEntries(inner) }
    }
    if (type === 'list') return { type: 'list', ...bounds, items: named(member?.shape ?? '') }
    if (type === 'string') return { type: 'string', ...bounds, values: one.enum }
    if (NUMBERS.includes(type)) return { type: 'number', ...bounds, min }
    return type === 'boolean' ? { type: 'boolean' } : { type: 'unread' }
  }

  return named
}
