/** What an environment says differently about one file. */

import { FIELDS, type FieldName } from '../../core/client.ts'
import { ClientError } from '../../core/errors.ts'
import { isRecord, type Json } from '../../core/json/json.ts'
import type { FieldPatches } from '../../core/patch/patch.ts'
import { parseManaged } from '../client-file.ts'
import type { WrittenOverride } from './environments.ts'
import { expand, type Variables } from './template.ts'

interface Overriding {
  /** Of the environment. */
  readonly name: string
  readonly path: string
  readonly variables: Variables
  override(file: string): WrittenOverride | undefined
}

interface Override {
  readonly id?: string
  readonly kind?: string
  readonly client?: FieldPatches
}

/** The override of a file with its variables replaced. */
export function overrideOf(
  name: string,
  { path, name: environment, ...rest }: Overriding,
): Override {
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
export function overridden(managed: FieldPatches, by: FieldPatches): FieldPatches {
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
