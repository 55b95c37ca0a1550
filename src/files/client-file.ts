/**
 * A client as a file in git: where it is, and the attributes that the file manages. An attribute
 * that the file does not name is not managed, and left alone.
 *
 * ```yaml
 * provider: auth0
 * id: exampleClientId        # absent: the client with that name, or a new one of `kind`
 * client:
 *   name: Portal
 *   callbacks:               # the whole list ...
 *     - https://portal.example.com/cb
 *   webOrigins:              # ... or a part of it
 *     add: [https://portal.example.com]
 * ```
 */

import { isMap } from 'yaml'
import { FIELD_NAMES, FIELDS, type FieldName, isFieldName } from '../core/client.ts'
import { ClientError, isClientError } from '../core/errors.ts'
import { isRecord, type Json, type JsonObject, memberOf } from '../core/json/json.ts'
import { type FieldPatches, parseMergePatch } from '../core/patch/patch.ts'
import {
  escaped,
  expand,
  NO_VARIABLES,
  type ValuePath,
  type Variables,
} from './environments/template.ts'
import { parseYaml } from './yaml/yaml-document.ts'
import { putIn, readYaml, takeOut, textOfYaml } from './yaml/yaml-text.ts'

/** The content of a file. */
export interface ClientFile {
  /** As the caller named it, for messages. */
  readonly path: string
  readonly provider: string
  readonly userPoolId?: string
  readonly id?: string
  /** The kind of a new client; needed only if there is none yet. */
  readonly kind?: string
  /** Whose the values of its lists are; absent: its lists are managed as wholes. */
  readonly manager?: string
  /** Attributes whose members it names are to have no others. */
  readonly exclusive?: readonly FieldName[]
  readonly client: FieldPatches
}

/** Attributes with members of which a file can say that there are to be no others. */
export const EXCLUSIVE = FIELD_NAMES.filter((field) => ['map', 'raw'].includes(FIELDS[field].kind))

const MEMBERS: readonly string[] = [
  ...['provider', 'userPoolId', 'id', 'kind', 'manager', 'exclusive'],
  'client',
]
/** Why an attribute does not belong in a file that many people may read. */
function whyNotInFiles(name: string): string | undefined {
  if (name === 'id') return 'put the id next to "client", not inside it'
  return isFieldName(name) && FIELDS[name].own === 'secret'
    ? 'secrets do not belong in files; clientry rotate-secret creates a new one'
    : undefined
}

/**
 * Reads one file, with the variables of the environment that it is read for.
 * @throws ClientError `invalid_field`, whose sentence names the file and the place in it
 */
export function parseClientFile(
  path: string,
  text: string,
  variables: Variables = NO_VARIABLES,
): ClientFile {
  const value = expanded(path, text, variables)
  if (!isRecord(value)) throw fault(path, 'must contain a mapping with provider and client')
  const unknown = Object.keys(value).find((name) => !MEMBERS.includes(name))
  if (unknown !== undefined) {
    throw fault(
      path,
      `has an unknown member ${JSON.stringify(unknown)}; the members are ${MEMBERS.join(', ')}`,
    )
  }
  const provider = textOf(path, value, 'provider')
  if (provider === undefined) throw fault(path, 'must name the provider')
  const [userPoolId, id, kind, manager] = (['userPoolId', 'id', 'kind', 'manager'] as const).map(
    (name) => textOf(path, value, name),
  )
  const exclusive = exclusiveOf(path, memberOf(value, 'exclusive'))
  const client = parseManaged(path, memberOf(value, 'client'))
  if (manager !== undefined) checkWholeLists(path, client)
  return {
    path,
    provider,
    ...(userPoolId === undefined ? {} : { userPoolId }),
    ...(id === undefined ? {} : { id }),
    ...(kind === undefined ? {} : { kind }),
    ...(manager === undefined ? {} : { manager }),
    ...(exclusive === undefined ? {} : { exclusive }),
    client,
  }
}

/** @throws ClientError `invalid_field` for a part of a list, which says nothing of what is gone from it */
function checkWholeLists(path: string, client: FieldPatches): void {
  const part = Object.entries(client).find(
    ([name, value]) => FIELDS[name as FieldName].kind === 'list' && isRecord(value),
  )
  if (part === undefined) return
  throw fault(path, `has a manager, so client.${part[0]} must be the list of that manager's values`)
}

function exclusiveOf(path: string, value: Json | undefined): readonly FieldName[] | undefined {
  if (value === undefined) return undefined
  const isOne = (name: Json) => EXCLUSIVE.some((one) => one === name)
  if (Array.isArray(value) && value.every(isOne)) return value as unknown as FieldName[]
  throw fault(path, `must have a list of ${EXCLUSIVE.join(' and ')} in exclusive`)
}

/** The content of a file with its variables replaced. */
function expanded(path: string, text: string, variables: Variables): Json {
  const { value, lineOf } = parseYaml(path, text)
  const faults: string[] = []
  const result = expand(value, {
    variables,
    fault: (at, says) => faults.push(`${path} (line ${lineOf(at)}, ${spelled(at)}) ${says}.`),
  })
  if (faults.length > 0) throw new ClientError('invalid_field', faults.join(' '))
  return result
}

const spelled = (at: ValuePath) =>
  at
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`))
    .join('')
    .slice(1)

function textOf(path: string, value: JsonObject, name: string): string | undefined {
  const member = memberOf(value, name)
  if (member === undefined) return undefined
  if (typeof member === 'string' && member !== '') return member
  throw fault(path, `must have a string in ${name} (add quotes if YAML reads it as a number)`)
}

/**
 * The attributes that a file manages.
 * @throws ClientError that names the file and the attribute
 */
export function parseManaged(path: string, client: Json | undefined): FieldPatches {
  if (!isRecord(client)) throw fault(path, 'must have a mapping named "client"')
  const faults = Object.entries(client).flatMap(([name, value]) => faultOf(path, name, value))
  const [first] = faults
  if (first !== undefined) {
    const says = faults.map(({ message }) => message).join(' ')
    throw new ClientError(first.code, says, first.details)
  }
  const patch = parseMergePatch(client)
  return patch.kind === 'merge' ? patch.fields : {}
}

/** What is wrong with one attribute, so that all faults of a file come at once. */
function faultOf(path: string, name: string, value: Json): readonly ClientError[] {
  const why = whyNotInFiles(name)
  if (why !== undefined) return [fault(path, `names client.${name}: ${why}`)]
  try {
    parseMergePatch({ [name]: value })
    return []
  } catch (error) {
    if (!isClientError(error)) throw error
    return [new ClientError(error.code, `${path}: ${error.message}`, error.details)]
  }
}

const fault = (path: string, says: string, cause?: unknown) =>
  new ClientError('invalid_field', `${path} ${says}.`, { cause })

/** What becomes of a file when its client has been made, beside its id. */
export interface Made {
  /** Settings (dotted paths) that only another client can have. */
  readonly omitted?: readonly string[]
  /** What the provider has given to the client, beside what the file names. */
  readonly given?: FieldPatches
}

/** The text of a file with the id of its new client, and as that client is; comments and order stay. */
export function withId(text: string, id: string, { omitted = [], given = {} }: Made = {}): string {
  const document = readYaml(text)
  if (!isMap(document.contents)) return text
  document.set('id', id)
  putIn(document, ['client'], escaped(given as JsonObject))
  for (const path of omitted) takeOut(document, ['client', 'providerSettings', ...path.split('.')])
  return textOfYaml(document)
}
