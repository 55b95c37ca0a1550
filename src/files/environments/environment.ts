/** One environment: where its places are, what its variables are, what is different about single files. */

import { FIELDS, type FieldName } from '../../core/client.ts'
import { ClientError } from '../../core/errors.ts'
import { isRecord, type Json } from '../../core/json/json.ts'
import { parseJson } from '../../core/json/json-text.ts'
import type { FieldPatches } from '../../core/patch/patch.ts'
import { type ClientFile, parseManaged } from '../client-file.ts'
import type { PlanItem } from '../plan-file.ts'
import type { EnvironmentsFile, WrittenOverride, WrittenVariable } from './environments.ts'
import { expand, type Variables, withNames } from './template.ts'

/** Where clients are. */
export interface Place {
  readonly provider: string
  readonly userPoolId?: string
}

export interface Environment {
  readonly name: string
  readonly variables: Variables
  /** Places that it names, by what files call them; absent: places are where the files say. */
  readonly places: ReadonlyMap<string, Place> | undefined
  /** The names of variables that come from the process environment, by their texts. */
  readonly hidden: ReadonlyMap<string, string>
  override(file: string): WrittenOverride | undefined
  /** Terms of clients that files are not about here. */
  readonly exclude: readonly string[]
  /** The paths of files that have overrides. */
  readonly overridden: readonly string[]
  /** The file that describes it, for messages. */
  readonly path: string
}

type ProcessEnvironment = Readonly<Record<string, string | undefined>>

/**
 * One environment of a file.
 * @throws ClientError `invalid_field` if there is none of that name
 */
export function environmentOf(
  { path, environments }: EnvironmentsFile,
  name: string,
  processEnvironment: ProcessEnvironment,
): Environment {
  const written = Object.hasOwn(environments, name) ? environments[name] : undefined
  if (written === undefined) {
    const names = Object.keys(environments).join(', ')
    throw new ClientError(
      'invalid_field',
      `${path} has no environment ${JSON.stringify(name)}; its environments are: ${names}.`,
    )
  }
  const { places, variables = {}, overrides = {}, exclude = [] } = written
  const values = new Map<string, Json>()
  const unset = new Map<string, string>()
  const hidden = new Map<string, string>()
  for (const [variable, value] of Object.entries(variables)) {
    if (!isRecord(value)) {
      values.set(variable, value as Json)
      continue
    }
    const read = readReference(value as Reference, processEnvironment)
    if (read === undefined) unset.set(variable, whyUnset(value as Reference))
    else addHidden(variable, read, { values, hidden })
  }
  return {
    name,
    path,
    variables: {
      valueOf: (variable) => values.get(variable),
      whyNot: (variable) =>
        unset.get(variable) ??
        `which ${path} does not give to ${name}; its variables are: ${Object.keys(variables).join(', ') || '(none)'}`,
    },
    places:
      places === undefined
        ? undefined
        : new Map(Object.entries(places).map(([from, to]) => [from, placeFrom(to)])),
    hidden,
    override: (file) => (Object.hasOwn(overrides, file) ? overrides[file] : undefined),
    exclude,
    overridden: Object.keys(overrides),
  }
}

type Reference = Exclude<WrittenVariable, string | number | boolean | readonly unknown[]>

function readReference({ env, json = false }: Reference, from: ProcessEnvironment) {
  const text = Object.hasOwn(from, env) ? from[env] : undefined
  if (text === undefined || text === '') return undefined
  if (!json) return text
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

const whyUnset = ({ env, json = false }: Reference) =>
  `which comes from ${env} of the process environment, and that ${json ? 'holds no JSON' : 'is not set'}`

/** The texts of a list are known by names of their own, so that none of them need be written. */
function addHidden(
  variable: string,
  value: Json,
  { values, hidden }: { values: Map<string, Json>; hidden: Map<string, string> },
): void {
  values.set(variable, value)
  if (typeof value === 'string') hidden.set(value, variable)
  else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      addHidden(`${variable}.${index}`, item as Json, { values, hidden })
    }
  }
}

function placeFrom(text: string): Place {
  const [provider = '', userPoolId] = text.split('/')
  return { provider, ...(userPoolId === undefined ? {} : { userPoolId }) }
}

/** A place as environments spell it. */
export const spelledPlace = ({ provider, userPoolId }: Place): string =>
  userPoolId === undefined ? provider : `${provider}/${userPoolId}`

/**
 * A file as it is in an environment. `name`: its path below the folder, with slashes.
 * @throws ClientError `invalid_field`: a place that the environment does not name, a fault in an override
 */
export function inEnvironment(
  file: ClientFile,
  name: string,
  environment: Environment,
): ClientFile {
  const { places } = environment
  const written = spelledPlace(file)
  const place = places === undefined ? file : places.get(written)
  if (place === undefined) {
    throw new ClientError(
      'invalid_field',
      `${file.path} is for ${written}, for which ${environment.path} names no place in ${environment.name}; add it there under "places".`,
    )
  }
  const { provider, userPoolId } = place
  const { id, kind, client = {} } = overrideOf(name, environment)
  const { userPoolId: _, ...rest } = file
  return {
    ...rest,
    provider,
    ...(userPoolId === undefined ? {} : { userPoolId }),
    ...(id === undefined ? {} : { id }),
    ...(kind === undefined ? {} : { kind }),
    client: overridden(file.client, client),
  }
}

/** The override of a file with its variables replaced. */
function overrideOf(name: string, { path, name: environment, ...rest }: Environment) {
  const override = rest.override(name)
  if (override === undefined) return {}
  const where = `${path}: ${environment}.overrides.${name}`
  const faults: string[] = []
  const { client, ...other } = expand(override as Json, {
    variables: rest.variables,
    fault: (at, says) => faults.push(`${where}.${at.join('.')} ${says}.`),
  }) as { id?: string; kind?: string; client?: Json }
  if (faults.length > 0) throw new ClientError('invalid_field', faults.join(' '))
  return { ...other, ...(client === undefined ? {} : { client: parseManaged(where, client) }) }
}

/** Attributes replace each other; of those that are mappings, their members. */
function overridden(managed: FieldPatches, by: FieldPatches): FieldPatches {
  const fields = Object.entries(by).map(([field, value]) => {
    const before = managed[field as FieldName]
    const isList = FIELDS[field as FieldName].kind === 'list'
    return [field, isList || before === undefined ? value : mergedMembers(before, value)]
  })
  return { ...managed, ...Object.fromEntries(fields) }
}

function mergedMembers(before: Json, by: Json): Json {
  if (!isRecord(before) || !isRecord(by)) return by
  const members = Object.entries(by).map(([name, value]) => [
    name,
    Object.hasOwn(before, name) ? mergedMembers(before[name] as Json, value) : value,
  ])
  return { ...before, ...Object.fromEntries(members) }
}

/** An item as a plan may hold it: what comes from the process environment stands there by its name. */
export const hide = (item: PlanItem, { hidden }: Environment): PlanItem =>
  withValues(item, (value) => withNames(value, hidden))

/**
 * The item again.
 * @throws ClientError `invalid_field` where the process environment lacks something of it
 */
export function reveal(item: PlanItem, { variables, name, path }: Environment): PlanItem {
  const faults = new Set<string>()
  const fault = (_: unknown, says: string) =>
    void faults.add(`The plan for ${name} ${says} (${path}).`)
  const revealed = withValues(item, (value) => expand(value, { variables, fault }))
  if (faults.size > 0) throw new ClientError('invalid_field', [...faults].join(' '))
  return revealed
}

/** The members of an item that hold values of clients. */
const VALUES = ['name', 'patch', 'changes', 'lost']

const withValues = (item: PlanItem, change: (value: Json) => Json): PlanItem =>
  Object.fromEntries(
    Object.entries(item).map(([name, value]) => [
      name,
      VALUES.includes(name) ? change(value as Json) : value,
    ]),
  ) as unknown as PlanItem
