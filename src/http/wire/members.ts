/** The members of a JSON body, as far as the schema of the body knows them. */

import type * as z from 'zod/mini'
import { ClientError } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json/json.ts'
import { quoted } from '../../core/patch/quoted.ts'

/** The schema of a body that is an object; every member has its own. */
export type BodySchema = z.ZodMiniObject<Readonly<Record<string, z.core.$ZodType>>>

/** What a member holds; `undefined` where it may be absent and is. */
type Value<M extends z.core.$ZodType> = M['_zod']['optin'] extends 'optional' | 'defaulted'
  ? z.output<M> | undefined
  : z.output<M>

/**
 * Refuses members that are not part of the contract.
 * @throws ClientError `unknown_field`
 */
export const checkMembers = (schema: BodySchema, body: JsonObject): void =>
  checkNames(Object.keys(schema.shape), body)

/**
 * The same by the names of the members.
 * @throws ClientError `unknown_field`
 */
export function checkNames(names: readonly string[], body: JsonObject): void {
  const unknown = Object.keys(body).find((name) => !names.includes(name))
  if (unknown === undefined) return
  throw new ClientError(
    'unknown_field',
    `${quoted(unknown)} is not a member of the body. The members are: ${names.join(', ')}.`,
    { field: quoted(unknown) },
  )
}

/**
 * One member, as its schema takes it.
 * @throws ClientError `invalid_field`
 */
export function memberOf<S extends BodySchema, N extends keyof S['shape'] & string>(
  schema: S,
  body: JsonObject,
  name: N,
): Value<S['shape'][N]> {
  const member = schema.shape[name] as z.ZodMiniType<Value<S['shape'][N]>>
  const value: Json | undefined = body[name]
  if (value === undefined && member._zod.optin !== undefined) {
    return undefined as Value<S['shape'][N]>
  }
  return checkedValue(member, value, name)
}

/**
 * A value, as its schema takes it; `name`: what it is called. The messages of our schemas go after that name.
 * @throws ClientError `invalid_field`
 */
export function checkedValue<V>(
  schema: z.ZodMiniType<V>,
  value: Json | undefined,
  name: string,
): V {
  const { success, data, error } = schema.safeParse(value)
  if (success) return data
  const [{ message, path } = { message: 'must have another value', path: [] }] = error.issues
  const field = [name, ...path].join('.')
  throw new ClientError('invalid_field', `${field} ${message}.`, { field })
}
