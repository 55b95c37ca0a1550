/**
 * What can be cleared, by what the providers themselves would send: alone, beside another field of the same upstream
 * member, and as the description of a development server has it.
 */

import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isClientError } from '../../src/core/errors.ts'
import { isRecord, type JsonObject } from '../../src/core/json/json.ts'
import { firstOf } from '../../src/core/json/paths.ts'
import { MAPPED_FIELDS, type MappedField, rawSettings } from '../../src/core/mapping/mapping.ts'
import { isLens, keysOf, type Native, type Row } from '../../src/core/mapping/row.ts'
import { patchAt } from '../../src/http/openapi/provider-patch.ts'
import { DIALECTS } from '../../src/providers/rfc7592/dialects/dialects.ts'
import { createMapping } from '../../src/providers/rfc7592/mapping.ts'
import { updateSteps } from '../../src/providers/rfc7592/update.ts'
import { callInTime } from '../contract/service.ts'
import { SAMPLES, SUBJECTS, type Subject } from '../contract/subjects.ts'
import { planOf } from '../plan.ts'

/** Codes of what is refused whatever the client has beside it; a rule judges what results. */
const REFUSED = ['unsupported_field', 'invalid_field', 'read_only_field']

/** How it is refused; `undefined`: it is not, or by a rule. */
function refusal(attempt: () => unknown): string | undefined {
  try {
    attempt()
    return undefined
  } catch (error) {
    if (isClientError(error)) return REFUSED.find((code) => code === error.code)
    throw error
  }
}

const describedBy = (mapping: Parameters<typeof patchAt>[0]) =>
  new Ajv2020({ strict: false }).compile(patchAt(mapping))

describe.each(SUBJECTS)('what can be cleared ($name)', ({ name, start }) => {
  let subject: Subject
  let whole: Native
  const samples = SAMPLES[name] ?? {}

  const refused = (client: JsonObject, base = whole) =>
    refusal(() => {
      const { provider, ref } = subject
      provider.steps(ref, base, planOf(provider.mapping, base, client).next)
    })
  const rowOf = (field: MappedField) => subject.provider.mapping.fields[field] as Row<unknown>
  const writable = () => MAPPED_FIELDS.filter((field) => isLens(rowOf(field)))

  beforeAll(async () => {
    subject = await start()
    const { provider, ref } = subject
    whole = await provider.read(ref, callInTime(), MAPPED_FIELDS)
  })
  afterAll(() => subject.close())

  it('is a field of which the description says so', () => {
    const isDescribed = describedBy(subject.provider.mapping)
    for (const field of writable()) {
      const client = { [field]: null }
      expect(isDescribed(client), field).toBe(refused(client) === undefined)
    }
  })

  it('is a raw setting, or a part of one, of which the description says so', () => {
    const { mapping } = subject.provider
    const isDescribed = describedBy(mapping)
    for (const setting of rawSettings(mapping)) {
      const { [setting]: held } = whole
      if (held === undefined) continue
      const inner = isRecord(held) ? Object.keys(held) : []
      for (const value of [null, ...inner.map((one) => ({ [one]: null }))]) {
        const client = { providerSettings: { [setting]: value } }
        expect(isDescribed(client), JSON.stringify(client)).toBe(refused(client) === undefined)
      }
    }
  })

  it('is the same beside another field of the same upstream member', () => {
    const membersOf = (field: MappedField) => keysOf(rowOf(field)).map(firstOf)
    const pairs = writable().flatMap((one) =>
      writable()
        .filter((other) => other !== one && isApart(name, one, other))
        .filter((other) => membersOf(one).some((member) => membersOf(other).includes(member)))
        .map((other) => [one, other] as const),
    )
    for (const [one, other] of pairs) {
      for (const value of [samples[other] ?? null, null]) {
        const alone = refused({ [one]: null }) ?? refused({ [other]: value })
        expect(refused({ [one]: null, [other]: value }), `${one}, ${other}`).toBe(alone)
      }
    }
  })
})

/** At Entra ID the grant types that a client can have follow from its callbacks. */
const isApart = (name: string, ...fields: readonly MappedField[]) =>
  name !== 'entra' || !(fields.includes('callbacks') && fields.includes('grantTypes'))

const UNCLEARED = Object.entries(DIALECTS).flatMap(([name, dialect]) =>
  dialect.uncleared.map((member) => ({ name, dialect, member })),
)

it.each(UNCLEARED)('cannot be cleared at $name, as described: $member', (one) => {
  const { dialect, member } = one
  const mapping = createMapping(dialect)
  const isScope = member === 'scope'
  const parts = { caller: {} as never, dialect, mapping }
  const held = { [member]: isScope ? 'openid' : ['x'] }
  const clear = () => updateSteps(parts, { provider: 'it', id: 'a' }, held, {})
  expect(refusal(clear)).toBe('unsupported_field')
  const client = isScope ? { scopes: null } : { providerSettings: { [member]: null } }
  expect(describedBy(mapping)(client)).toBe(false)
})
