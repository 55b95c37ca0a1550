/**
 * Compares an answer of the emulator with a recorded one. What a recording cannot hold is left out:
 * redacted values count as "some text", keys and dates of creation are only looked for, and answers
 * that went through an SDK's structure have lost the members which that SDK did not know.
 */

import { isDeepStrictEqual } from 'node:util'
import type { Recorded } from './auth0-replay.ts'

export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [member: string]: Json | undefined
}

const REDACTED = '[REDACTED]'

const BOOKKEEPING = ['tenant', 'signing_keys']
const LOST_BY_SDK = [
  'global',
  'callback_url_template',
  'encrypted',
  'cross_origin_auth',
  'cross_origin_authentication',
  'owners',
]
const LATER = ['created_at', 'updated_at']
const MADE = ['kid', 'thumbprint_sha256', 'subject_dn', 'created_at', 'updated_at', 'expires_at']

/** What of an answer is not compared, or only in part, each with its reason; printed with the result. */
export const LEFT_OUT: readonly { readonly what: string; readonly why: string }[] = [
  { what: BOOKKEEPING.join(', '), why: 'of a tenant, and no settings of a client' },
  {
    what: `${LOST_BY_SDK.join(', ')}, where a recording of an SDK lacks them`,
    why: 'answers that went through the structure of an SDK have lost what it did not know',
  },
  {
    what: `${LATER.join(', ')}, where a recording lacks them`,
    why: 'shown of clients since September 2026, after these recordings were made',
  },
  {
    what: `the values of ${MADE.join(', ')}; only their types are compared`,
    why: 'made by Auth0 from the redacted key or from its clock',
  },
  { what: 'redacted values; any text counts', why: 'the recorders have taken them out' },
  {
    what: 'client_secret in recordings of go-auth0',
    why: 'its recorder writes one into every answer',
  },
  {
    what: 'bodies of refusals; their status is compared',
    why: 'the recorders of both SDKs spoil them',
  },
]

/** Sorted names of the members that differ. */
export function differences(
  call: Recorded,
  answer: { readonly status: number; readonly body: Json | undefined },
): readonly string[] {
  if (answer.status !== call.status) return [`status ${answer.status}: ${messageOf(answer.body)}`]
  // The recorders of both SDKs spoil the bodies of failures.
  if (call.status >= 400) return []
  const raw = call.source === 'deploy-cli' || call.source === 'clientry'
  const recorded = call.response ?? undefined
  if (!isObject(recorded) || !isObject(answer.body)) {
    return same(sorted(recorded, 'body'), sorted(answer.body, 'body')) ? [] : ['body']
  }
  const { body } = answer
  const names = new Set([...Object.keys(recorded), ...Object.keys(body)])
  return (
    [...names]
      .filter((name) => !BOOKKEEPING.includes(name))
      // The recorder of go-auth0 writes a redacted secret into every answer, even into a 404.
      .filter((name) => call.source !== 'go-auth0' || name !== 'client_secret')
      .filter((name) => raw || recorded[name] !== undefined || !LOST_BY_SDK.includes(name))
      .filter((name) => !same(sorted(recorded[name], name), sorted(body[name], name), name))
      .sort()
  )
}

function same(recorded: Json | undefined, answered: Json | undefined, name = ''): boolean {
  if (recorded === REDACTED) return typeof answered === 'string' && answered !== ''
  if (LATER.includes(name) && recorded === undefined) return true
  if (MADE.includes(name)) return typeof recorded === typeof answered
  if (Array.isArray(recorded) && Array.isArray(answered)) {
    return (
      recorded.length === answered.length &&
      recorded.every((item, index) => same(item, answered[index]))
    )
  }
  if (isObject(recorded) && isObject(answered)) {
    const names = new Set([...Object.keys(recorded), ...Object.keys(answered)])
    return [...names].every((member) => same(recorded[member], answered[member], member))
  }
  return isDeepStrictEqual(recorded, answered)
}

/** Lists of records have no order of their own; lists of settings have. */
function sorted(value: Json | undefined, name: string): Json | undefined {
  if (!Array.isArray(value) || !['body', 'clients', 'connections'].includes(name)) return value
  return [...value].sort((one, other) => (idOf(one) < idOf(other) ? -1 : 1))
}

function idOf(value: Json): string {
  return isObject(value) ? String(value.id ?? value.client_id) : JSON.stringify(value)
}

function messageOf(body: Json | undefined): string {
  return isObject(body) ? String(body.message) : ''
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
