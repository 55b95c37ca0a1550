/** Words in which the settings of every provider are written. */

import * as z from 'zod/mini'
import { CONFIGURED_CLASSES } from '../core/mapping/configured-class.ts'
import type { MemberRules } from '../core/secrecy/place.ts'
import { isTakenScheme } from '../core/uri/uri-scheme-rules.ts'

export const text = z.string().check(z.minLength(1), z.maxLength(2_048))
export const url = z.url({ protocol: /^https?$/ })
export const flag = z.optional(z.boolean())

/** A secret is never written into the configuration: it names where it is. */
export const reference = z.union([z.strictObject({ env: text }), z.strictObject({ file: text })])

export type Reference = z.infer<typeof reference>

/** Calls a second. */
export const rate = z.number().check(z.gt(0), z.lte(1_000_000))
/** Calls that may go at once. */
export const burst = z.number().check(z.gte(1), z.lte(1_000_000))
/** The part of an account's rates that is left for others. */
export const reserve = z.number().check(z.gte(0), z.lte(0.95))

/** How long a new client may be missing from the provider's list. */
export const listLagSeconds = z.optional(z.number().check(z.gte(0), z.lte(600)))

/** Dotted names of a provider's own members, `*` for any one name. */
const memberPaths = z._default(
  z
    .array(z.string().check(z.regex(/^[^.\s]+(\.[^.\s]+)*$/), z.maxLength(256)))
    .check(z.maxLength(1_000)),
  [],
)

/** What is hidden and what is not, where the program judges it wrongly, and what unknown members are, by their names. */
export const members = z.optional(
  z.catchall(
    z.object({ public: memberPaths, secret: memberPaths }),
    z.enum([...CONFIGURED_CLASSES]),
  ),
)

/** Private-use schemes without a dot (RFC 8252 section 7.1 asks for one), in lower case. */
export const plainSchemes = z.optional(
  z
    .array(
      z.string().check(
        z.regex(/^[a-z][a-z0-9+-]{0,63}$/),
        z.refine((scheme) => !isTakenScheme(scheme), {
          message: 'must be a scheme that one application has for itself',
        }),
      ),
    )
    .check(z.maxLength(100)),
)

const seconds = z.optional(z.number().check(z.gte(0), z.lte(86_400)))

/** What moving a redirect URI waits for: until a new one is in force, and as long as a code can be redeemed. */
export const moves = z.optional(z.strictObject({ waitSeconds: seconds, codeSeconds: seconds }))

/** Whether what the provider itself holds of a client may name its team, by which grants are limited. */
export const team = z.optional(z.strictObject({ trust: z.literal('provider') }))

export type WrittenMembers = NonNullable<z.output<typeof members>>

/** The rules that are written. */
export function rulesOf({
  public: publicMembers,
  secret,
  ...classes
}: WrittenMembers): MemberRules {
  return { public: publicMembers, secret, classes }
}
