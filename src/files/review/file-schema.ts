/**
 * JSON Schema (draft 2020-12) of client files, for editors and checks before a plan: made of `FIELDS` and of what each
 * provider says that it can hold.
 */

import * as z from 'zod/mini'
import { FIELD_NAMES, FIELDS, type FieldName } from '../../core/client.ts'
import { CLIENT_KINDS } from '../../core/client-kind.ts'
import type { Json, JsonObject } from '../../core/json/json.ts'
import { EXCLUSIVE } from '../client-file.ts'
import type { Capabilities, Capability } from '../render.ts'

/** A provider and what it can hold. */
export interface ProviderFacts extends Capabilities {
  readonly id: string
  readonly userPools: boolean
}

/** A variable of an environment may stand for any value. */
const VARIABLE: JsonObject = { type: 'string', pattern: '\\$\\{' }
const text = (description: string): JsonObject => ({ type: 'string', minLength: 1, description })

/** The schema of the files of some providers; elsewhere, what an environment calls a place. */
export function clientFileSchema(providers: readonly ProviderFacts[]): JsonObject {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Client file',
    type: 'object',
    required: ['provider', 'client'],
    additionalProperties: false,
    properties: {
      provider: {
        ...text('The provider, or what an environment calls the place.'),
        examples: providers.map(({ id }) => id),
      },
      userPoolId: text('The user pool, where the provider has any.'),
      id: text('The id of the client; absent: the one of that name, or a new one.'),
      kind: {
        anyOf: [{ enum: CLIENT_KINDS }, VARIABLE],
        description: 'What a new client is for.',
      },
      manager: text('Whose the values of its lists are; absent: its lists are managed as wholes.'),
      exclusive: {
        type: 'array',
        items: { enum: EXCLUSIVE },
        description: 'Attributes whose members the file names are to have no others.',
      },
      client: { $ref: '#/$defs/client' },
    },
    allOf: providers.map(({ id, userPools }) => ({
      if: { properties: { provider: { const: id } }, required: ['provider'] },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: {
        properties: { client: { $ref: `#/$defs/${pointerPart(id)}` } },
        ...(userPools ? { required: ['userPoolId'] } : {}),
      },
    })),
    $defs: {
      client: clientSchema(() => ({ writable: true }), undefined),
      ...Object.fromEntries(
        providers.map((facts) => [
          `of ${facts.id}`,
          clientSchema((field) => facts.fields[field], facts),
        ]),
      ),
    },
  }
}

/** RFC 6901 section 3, in a fragment (section 6). */
const pointerPart = (id: string) =>
  encodeURIComponent(`of ${id}`.replaceAll('~', '~0').replaceAll('/', '~1'))

function clientSchema(
  capabilityOf: (field: FieldName) => Capability | undefined,
  capabilities: Capabilities | undefined,
): JsonObject {
  const properties = FIELD_NAMES.flatMap((field): [string, JsonObject][] => {
    const capability = capabilityOf(field)
    const isSet = capability?.writable === true || capability?.creatable === true
    if (!isSet || FIELDS[field].own !== 'no') return []
    return [[field, fieldSchema(field, capability, capabilities)]]
  })
  return { type: 'object', additionalProperties: false, properties: Object.fromEntries(properties) }
}

function fieldSchema(
  field: FieldName,
  { limits = {} }: Capability,
  capabilities: Capabilities | undefined,
): JsonObject {
  const { kind, schema, says } = FIELDS[field]
  const { $schema: _, ...plain } = z.toJSONSchema(schema, { io: 'input' })
  const value = plain as JsonObject
  const forms: Readonly<Record<string, () => readonly JsonObject[]>> = {
    list: () => listForms(value, limits),
    map: () => [{ type: 'object', additionalProperties: { type: ['string', 'null'] } }],
    object: () => [{ ...value, required: [] }],
    raw: () => [settingsSchema(capabilities)],
  }
  const own = forms[kind]?.() ?? [{ ...value, ...bounds(limits) }]
  const isRaw = kind === 'raw'
  return { description: says, anyOf: [...own, ...(isRaw ? [] : [{ type: 'null' }, VARIABLE])] }
}

/** The whole list, or a part of it. A value beyond the limits may be there already, so that these bound none. */
function listForms(list: JsonObject, { maxItems }: Limits): readonly JsonObject[] {
  const whole = { ...list, ...(maxItems === undefined ? {} : { maxItems }) }
  const part = {
    type: 'object',
    additionalProperties: false,
    properties: { add: list, remove: list },
  }
  return [whole, part]
}

type Limits = NonNullable<Capability['limits']>

/** What a provider takes of a single value. */
function bounds({ minimum, maximum, maxLength, values }: Limits): JsonObject {
  const entries: readonly (readonly [string, Json | undefined])[] = [
    ['minimum', minimum],
    ['maximum', maximum],
    ['maxLength', maxLength],
    ['enum', values],
  ]
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as JsonObject
}

/** Settings by their names, for completion; others may be classed by the configuration. */
function settingsSchema(capabilities: Capabilities | undefined): JsonObject {
  const { settings = [], creationSettings = [] } = capabilities ?? {}
  const names = [...settings, ...creationSettings]
  return { type: 'object', properties: Object.fromEntries(names.map((name) => [name, {}])) }
}
