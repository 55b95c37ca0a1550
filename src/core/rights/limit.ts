/**
 * What limits a grant: the clients that it is about, and what it may change of them. Whatever a limit goes by, a grant
 * with that limit cannot change, or its holder could bring any client into it or out of it.
 */

import type { Json } from '../json/json.ts'
import type { Permission } from './permissions.ts'
import { allowsText, allowsValue, type TextRule } from './text-rule.ts'

/** Each member limits the grant further; an absent one does not. */
export interface Limit {
  /** User pools. */
  readonly pools?: readonly string[]
  /** Ids of clients. */
  readonly clients?: readonly TextRule[]
  readonly names?: readonly TextRule[]
  /** Teams, as this program keeps them beside the settings of a client. */
  readonly teams?: readonly string[]
  /** Settings that may be changed, as paths below the client. */
  readonly fields?: readonly string[]
  /** Values that may come and go. */
  readonly values?: readonly TextRule[]
  /** Ids of the operations that it is for. */
  readonly operations?: readonly string[]
}

/** What a caller is given, where, and within which limit. */
export interface Grant {
  readonly grants: readonly Permission[]
  /** Ids of the providers for which it holds; absent: all. */
  readonly providers?: readonly string[]
  readonly only?: Limit
  /** What it lets be done is stored as a request first, which someone else approves; absent: it is done at once. */
  readonly approval?: 'required'
}

/** What limits go by, of a client as it was or will be. A new client has no id yet. */
export interface Subject {
  readonly userPoolId?: string | undefined
  readonly id?: string | undefined
  readonly name: string | null
  readonly team?: string | undefined
}

/** A setting that a change writes, and a value that comes or goes; without one it is about the setting as a whole. */
export interface Touch {
  /** As a path below the client. */
  readonly field: string
  readonly value?: Json
}

/** The path by which the team of a client is changed. */
export const TEAM = 'team'

/** Whether a limit is about a client. */
export function covers(only: Limit | undefined, { userPoolId, id, name, team }: Subject): boolean {
  if (only === undefined) return true
  const { clients, names, teams } = only
  return (
    coversPool(only, userPoolId) &&
    (clients === undefined || (id !== undefined && clients.some((one) => allowsText(one, id)))) &&
    (names === undefined || (name !== null && names.some((one) => allowsText(one, name)))) &&
    (teams === undefined || (team !== undefined && teams.includes(team)))
  )
}

/** Whether a limit is about any client of a user pool. */
export const coversPool = ({ pools }: Limit, userPoolId: string | undefined): boolean =>
  pools === undefined || (userPoolId !== undefined && pools.includes(userPoolId))

/** Whether a limit lets what is written be written. */
export function allows(only: Limit | undefined, { field, value }: Touch): boolean {
  if (only === undefined) return true
  const { names, teams, fields, values } = only
  // By these the grant is limited itself.
  if (names !== undefined && field === 'name') return false
  if (teams !== undefined && field === TEAM) return false
  if (fields !== undefined && !fields.some((one) => field === one || field.startsWith(`${one}.`))) {
    return false
  }
  return (
    values === undefined ||
    (typeof value === 'string' && values.some((one) => allowsValue(one, value)))
  )
}

/** Whether a limit lets a client be made, removed or dealt with as a whole. */
export const allowsWhole = ({ fields, values }: Limit = {}): boolean =>
  fields === undefined && values === undefined

/** Whether it takes the record or the standing of a client to know whether a limit is about it. */
export const goesByRecord = ({ names, teams }: Limit = {}): boolean =>
  names !== undefined || teams !== undefined

/** Whether it takes the name of a client to know that. */
export const goesByName = ({ names }: Limit = {}): boolean => names !== undefined

/** Whether a grant is for an operation. */
export const isFor = ({ only }: Grant, operation: string): boolean =>
  only?.operations?.includes(operation) ?? true

/** Whether more than its operations limits a grant. */
export const isLimited = ({ only = {}, approval }: Grant): boolean =>
  approval !== undefined ||
  Object.entries(only).some(([name, rule]) => name !== 'operations' && rule !== undefined)
