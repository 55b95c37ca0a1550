/**
 * A client of one environment as a file that all environments share: the place by the name that files have for
 * it, no id, and everything that still holds in the spelling that people gave it.
 */

import { FIELDS, type FieldName } from '../../core/client.ts'
import {
  isRecord,
  type Json,
  type JsonObject,
  memberOf,
  same,
  withoutMembers,
} from '../../core/json/json.ts'
import type { Matched } from '../plan.ts'
import { parseYaml } from '../yaml/yaml-document.ts'
import { writeYaml } from '../yaml/yaml-text.ts'
import { updatedYaml } from '../yaml/yaml-update.ts'
import { type Environment, type Place, spelledPlace } from './environment.ts'
import { escaped, expand, NO_VARIABLES, type Variables, withNames } from './template.ts'

/** What files call a place of the environment; `undefined` where they have no name for it. */
export function writtenPlace(place: Place, { places }: Environment): Place | undefined {
  if (places === undefined) return place
  const there = spelledPlace(place)
  const [written] = [...places].find(([, one]) => spelledPlace(one) === there) ?? []
  if (written === undefined) return undefined
  const [provider = '', userPoolId] = written.split('/')
  return { provider, ...(userPoolId === undefined ? {} : { userPoolId }) }
}

/** A file that stands for the client already. */
export interface StandingFile {
  readonly text: string
  readonly match: Matched & { readonly kind: 'present' }
}

/** The text of a client's own file, as the environments share it; comments and order of the one that stands are kept. */
export function sharedFile(
  rendered: string,
  {
    place,
    standing,
    environment,
  }: {
    readonly place: Place
    readonly standing: StandingFile | undefined
    readonly environment: Environment
  },
): string {
  const {
    id: _,
    userPoolId: __,
    client = {},
    ...rest
  } = quietly(parseYaml('', rendered).value, NO_VARIABLES) as JsonObject
  const before = standing === undefined ? {} : (parseYaml('', standing.text).value as JsonObject)
  const { id, kind, exclusive } = before
  const text = writeYaml({
    ...place,
    ...(id === undefined ? {} : { id }),
    ...(kind === undefined ? {} : { kind }),
    ...withoutMembers(rest, ['provider']),
    ...(exclusive === undefined || rest.exclusive !== undefined ? {} : { exclusive }),
    client: attributes(client as JsonObject, before.client, { standing, environment }),
  })
  return standing === undefined ? text : updatedYaml(standing.text, text)
}

function attributes(
  client: JsonObject,
  before: Json | undefined,
  { standing, environment }: { standing: StandingFile | undefined; environment: Environment },
): JsonObject {
  const written = isRecord(before) ? before : {}
  const changed = standing?.match.patch ?? {}
  const managed = standing?.match.file.client ?? {}
  const fields = Object.entries(client).flatMap(([field, value]): [string, Json][] => {
    const spelling = memberOf(written, field)
    const holds = Object.hasOwn(managed, field) && !Object.hasOwn(changed, field)
    const own = memberOf(managed as JsonObject, field)
    if (isRecord(value) && isRecord(own) && isMap(field)) {
      const parts = { value, own, change: memberOf(changed as JsonObject, field), spelling }
      return [[field, membersSpelled(parts, environment)]]
    }
    // What holds and is not in the file is in an override.
    if (holds) return spelling === undefined ? [] : [[field, spelling]]
    return [[field, spelled(value, spelling, environment)]]
  })
  return Object.fromEntries([...fields, ...unseenIn(written, client, environment)])
}

const isMap = (field: string) => ['map', 'raw'].includes(FIELDS[field as FieldName].kind)

/** Of an attribute with members, those that the file names as it does, and the others that are there. */
function membersSpelled(
  {
    value,
    own,
    change,
    spelling,
  }: {
    readonly value: JsonObject
    readonly own: JsonObject
    readonly change: Json | undefined
    readonly spelling: Json | undefined
  },
  environment: Environment,
): JsonObject {
  const written = isRecord(spelling) ? spelling : {}
  const names = [...new Set([...Object.keys(written), ...Object.keys(value)])]
  const members = names.flatMap((name): [string, Json][] => {
    const holds = Object.hasOwn(own, name) && !(isRecord(change) && Object.hasOwn(change, name))
    const before = memberOf(written, name)
    if (holds) return before === undefined ? [] : [[name, before]]
    const now = memberOf(value, name)
    return now === undefined ? [] : [[name, spelled(now, before, environment)]]
  })
  return Object.fromEntries([...members, ...unseenIn(written, value, environment)])
}

/** A value in the spelling of the one before, as far as that means the same. */
function spelled(value: Json, before: Json | undefined, environment: Environment): Json {
  const means = (spelling: Json, one: Json) => same(quietly(spelling, environment.variables), one)
  if (before !== undefined && means(before, value)) return before
  if (Array.isArray(value) && Array.isArray(before)) {
    return value.map((item: Json) => {
      const spelling = before.find((one: Json) => means(one, item))
      return spelling ?? withNames(item, environment.hidden)
    })
  }
  if (value === null && isRecord(before)) {
    // All that is shown of it is nothing.
    const unseen = unseenIn(before, {}, environment)
    if (unseen.length > 0) return Object.fromEntries(unseen)
  }
  if (!isRecord(value) || !isRecord(before)) return withNames(value, environment.hidden)
  const members = Object.entries(value).map(([name, inner]) => [
    name,
    spelled(inner, memberOf(before, name), environment),
  ])
  return Object.fromEntries([...members, ...unseenIn(before, value, environment)])
}

/** Members that hold something of the process environment: a secret that no provider shows is still there. */
const unseenIn = (before: JsonObject, value: JsonObject, environment: Environment) =>
  Object.entries(before).filter(
    ([name, spelling]) => !Object.hasOwn(value, name) && isHidden(spelling, environment),
  )

function isHidden(spelling: Json, { variables, hidden }: Environment): boolean {
  const value = quietly(spelling, variables)
  return !same(withNames(value, hidden), escaped(value))
}

/** With the variables that have a value; what is wrong has been reported, or is no spelling of anything. */
const quietly = (value: Json, variables: Variables): Json =>
  expand(value, { variables, fault: () => {} })
