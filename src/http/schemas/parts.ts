/**
 * What the schemas of bodies are written with. `Shape` holds each of them against its interface in the
 * contract: a member that is missing, too many, of another type or optional on one side only does not compile.
 */

import * as z from 'zod/mini'
import type { Json, JsonObject } from '../../core/json/json.ts'

/**
 * The schema of one member: one that may be absent has a schema that says so. The other way round the whole
 * does not fit its interface.
 */
type Member<T, K extends keyof T> =
  object extends Pick<T, K>
    ? z.ZodMiniType<Exclude<T[K], undefined>> & {
        readonly _zod: { readonly optin: 'optional' | 'defaulted' }
      }
    : z.ZodMiniType<T[K]>

/** The members of an object, each with its schema. */
export type Shape<T> = { readonly [K in keyof T]-?: Member<T, K> }

/** Schemas by the names of bodies: all of them, and no other. */
export type Schemas<B> = { readonly [N in keyof B]: z.ZodMiniType<B[N]> }

export const optional = z.exactOptional

/** The same schema with a sentence for readers. */
export const described = <S extends z.ZodMiniType>(schema: S, says: string): S =>
  schema.check(z.describe(says))

/** What answers say of fields that a change did not reach. */
export const IGNORED = 'Fields that the provider left unchanged although it reported success.'

export const text = z.string()
/** RFC 3339. */
export const time = z.string().check(z.meta({ format: 'date-time' }))
export const flag = z.boolean({ error: 'must be true or false' })
export const count = z.int().check(z.gte(0))
/** A member that is there only where it is true. */
export const yes = z.literal(true)

/** Any JSON: what it may be is known only to its provider. */
export const json = z.unknown() as z.ZodMiniType as z.ZodMiniType<Json>
/** Any JSON object; each is a schema of its own. */
export const anyObject = () => z.looseObject({}) as z.ZodMiniType as z.ZodMiniType<JsonObject>
export const object = anyObject()
