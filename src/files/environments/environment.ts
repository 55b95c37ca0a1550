/** One environment: where its places are, what its variables are, what is different about single files. */

import { ClientError } from '../../core/errors.ts'
import { isRecord, type Json } from '../../core/json/json.ts'
import type { ClientFile } from '../client-file.ts'
import type { EnvironmentsFile, WrittenOverride } from './environments.ts'
import { overridden, overrideOf } from './overrides.ts'
import { addHidden, type Reference, readReference, whyUnset } from './references.ts'
import type { Variables } from './template.ts'

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
