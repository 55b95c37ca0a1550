/** An imported client as the text of a client file, through the mapping of its provider, and what of it is not in there. */

import { FIELD_NAMES, FIELDS, type FieldName, useOfUris } from '../../core/client.ts'
import { kindOf } from '../../core/client-kind.ts'
import { ClientError } from '../../core/errors.ts'
import { isRecord, type Json, type JsonObject, memberOf } from '../../core/json/json.ts'
import { fieldOfPath, isMapped, type Mapping, showClient } from '../../core/mapping/mapping.ts'
import { opened } from '../../core/mapping/opened.ts'
import { keysOf, type Native, type Row } from '../../core/mapping/row.ts'
import type { LiveClient } from '../compare.ts'
import { expand, inTexts, NO_VARIABLES } from '../environments/template.ts'
import { type Capabilities, renderClientFile } from '../render.ts'
import { parseYaml } from '../yaml/yaml-document.ts'
import { writeYaml } from '../yaml/yaml-text.ts'
import { isLost, isOfAnother, lossesOf } from './client-losses.ts'
import type { ImportedClient, Loss } from './imported.ts'
import {
  placeholder,
  startsWithVariable,
  variablesIn,
  wholeVariable,
  withVariables,
} from './placeholders.ts'
import { typedVariables, unreadFields } from './typed-variables.ts'

/** Where a client is to be, and what its provider can hold. */
export interface Destination {
  readonly mapping: Mapping
  readonly capabilities: Capabilities
  readonly place: Pick<LiveClient, 'provider' | 'userPoolId'>
  /** Whether a variable stands for a whole list. */
  isList(variable: string): boolean
}

export interface ClientText {
  /** As the file names it; `undefined` for one that is known by its name. */
  readonly id: string | undefined
  readonly name: string
  readonly text: string
  /** The variables that it names. */
  readonly variables: readonly string[]
  /** Those of them that stand for numbers and flags. */
  readonly typed: readonly string[]
  readonly losses: readonly Loss[]
}

/**
 * The text of the client file. Attributes of which the record has no member are left out: a file that named one as
 * empty would clear it.
 * @throws ClientError `invalid_field` for a record without id and name
 */
export function clientText(client: ImportedClient, destination: Destination): ClientText {
  const { mapping, place } = destination
  const record = withLists(mapping, opened(client.native, mapping.opened ?? []))
  const isNew = showClient(mapping, record).id === ''
  const native = settable(mapping, record, isNew)
  const view = showClient(mapping, native)
  const id = view.id === '' ? undefined : view.id
  const name = view.name ?? client.name
  if (id === undefined && name === undefined) {
    const says = 'has neither id nor name where this provider has them; is it of another one'
    throw new ClientError('invalid_field', `${client.about} ${says}?`, { field: client.about })
  }
  const kind = kindOf(showClient(mapping, withoutVariables(native)))
  const { secret: _, ...attributes } = view
  const live: LiveClient = {
    ...place,
    id: id ?? '',
    name: name ?? null,
    attributes: { ...(attributes as unknown as JsonObject), name: name ?? null },
  }
  const said = fieldsSaid(mapping, native, view.name === null ? name : undefined)
  const typed = typedVariables(mapping, native)
  const capabilities = {
    ...destination.capabilities,
    fields: Object.fromEntries(
      Object.entries(destination.capabilities.fields).filter(([field]) => said.has(field)),
    ),
  }
  // No source says of a client what it does not have.
  const { exclusive: _exclusive, ...file } = parseYaml('', renderClientFile(live, capabilities))
    .value as JsonObject
  const { isList } = destination
  const content = inFile(file, { id, kind: kind ?? 'web', isList, typed })
  return {
    id,
    name: name ?? id ?? '',
    text: writeYaml(withVariables(content)),
    variables: variablesIn(content),
    typed: [...typed.values()],
    losses: lossesOf(client, record, { ...destination, kind, isNew, typed }),
  }
}

/** The record without members that no file can set; what says who the client is stays for the reading. */
const settable = (mapping: Mapping, record: Native, isNew: boolean): Native =>
  Object.fromEntries(
    Object.entries(record).filter(
      ([name]) =>
        (!isLost(mapping, name) && !(isNew && isOfAnother(mapping, name))) ||
        fieldOfPath(mapping, name) !== undefined ||
        mapping.hiddenKeys.includes(name),
    ),
  )

/** The members of the file, in their order, of its own. */
function inFile(
  file: JsonObject,
  {
    id,
    kind,
    isList,
    typed,
  }: {
    readonly id: string | undefined
    readonly kind: string
    readonly typed: ReadonlyMap<FieldName, string>
  } & Pick<Destination, 'isList'>,
): Json {
  const { client = {}, ...rest } = expand(file, {
    variables: NO_VARIABLES,
    fault: () => {},
  }) as JsonObject
  const { provider = '', userPoolId } = rest
  const variables = [...typed].map(([field, variable]) => [field, placeholder(variable)])
  return {
    provider,
    ...(userPoolId === undefined ? {} : { userPoolId }),
    ...(id === undefined ? {} : { id }),
    kind,
    client: {
      ...wholeLists(withOrigins(client as JsonObject), isList),
      ...Object.fromEntries(variables),
    },
  }
}

/** A list of one variable that is a list is that variable, as people would write it. */
const wholeLists = (client: JsonObject, isList: (variable: string) => boolean): JsonObject =>
  Object.fromEntries(
    Object.entries(client).map(([field, value]) => {
      const [only, ...more] = Array.isArray(value) ? (value as readonly Json[]) : []
      const variable = more.length === 0 ? wholeVariable(only) : undefined
      const isWhole = FIELDS[field as FieldName].kind === 'list' && variable !== undefined
      return [field, isWhole && isList(variable) ? (only ?? value) : value]
    }),
  )

/** Origins as browsers send them, without the slash that some tools write after them. */
const withOrigins = (client: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.entries(client).map(([field, value]) =>
      useOfUris(field as FieldName) === 'origin' && Array.isArray(value)
        ? [
            field,
            value.map((one: Json) => (typeof one === 'string' ? one.replace(/\/$/, '') : one)),
          ]
        : [field, value],
    ),
  )

/** With an address in place of each variable at the beginning of one, which says nothing of the kind of a client. */
const withoutVariables = (native: Native): Native =>
  inTexts(native, (text) =>
    startsWithVariable(text) ? 'https://variable.invalid' : text,
  ) as Native

/** A variable in place of a list stands for its items, so that the mapping reads a list. */
function withLists(mapping: Mapping, native: Native): Native {
  const lists = FIELD_NAMES.filter((field) => FIELDS[field].kind === 'list').flatMap((field) =>
    isMapped(field) ? keysOf(mapping.fields[field] as Row<unknown>) : [],
  )
  const members = Object.entries(native).map(([name, value]) => [
    name,
    lists.includes(name) && wholeVariable(value) !== undefined ? [value] : value,
  ])
  return Object.fromEntries(members)
}

/** The fields of which the record has a member that can be read; an empty one in the file would clear it. */
function fieldsSaid(
  mapping: Mapping,
  native: Native,
  name: string | undefined,
): ReadonlySet<string> {
  const unread = unreadFields(mapping, native)
  const said = FIELD_NAMES.filter((field) => {
    if (unread.includes(field)) return false
    if (!isMapped(field)) return true
    const row = mapping.fields[field] as Row<unknown>
    return keysOf(row).some((key) => hasPath(native, key.split('.')))
  })
  return new Set(name === undefined ? said : [...said, 'name'])
}

/** Whether there is a member at a path; names of members may have dots themselves. */
function hasPath(value: Json | undefined, path: readonly string[]): boolean {
  if (path.length === 0) return value !== undefined
  if (!isRecord(value)) return false
  return path.some((_, index) => {
    const inner = memberOf(value, path.slice(0, index + 1).join('.'))
    return inner !== undefined && hasPath(inner, path.slice(index + 1))
  })
}
