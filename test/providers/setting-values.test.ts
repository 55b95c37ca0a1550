/**
 * A raw setting whose values the table knows takes these and no other: a plan lists them before anything is sent. The
 * values are held against those that the emulator takes, which has them from the published descriptions.
 */

import { describe, expect, it } from 'vitest'
import { type Model, modelAt } from '../../scripts/models/model.ts'
import { ofAuth0, ofCognito } from '../../scripts/models/ours.ts'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { makingMapping } from '../../src/core/mapping/making.ts'
import type { Mapping } from '../../src/core/mapping/mapping.ts'
import { checkValues, planChange } from '../../src/core/plan/plan.ts'
import { UPDATE } from '../../src/emulators/auth0/shapes/schema.ts'
import { SETTINGS } from '../../src/emulators/cognito/members.ts'
import { mapping as auth0 } from '../../src/providers/auth0/mapping.ts'
import { mapping as cognito } from '../../src/providers/cognito/mapping.ts'
import { mapping as local } from '../../src/providers/local/mapping.ts'
import { thrown } from '../core/thrown.ts'

const valuesOf = ({ settingValues = {} }: Mapping) => Object.entries(settingValues)

/** A patch of the one setting, with inner members one in the other. */
const patchOf = (path: string, value: Json): JsonObject =>
  path.split('.').reduceRight<Json>((inner, name) => ({ [name]: inner }), value) as JsonObject

const asPatch = (providerSettings: JsonObject) =>
  ({ kind: 'merge', fields: { providerSettings } }) as const

/** Of the request that an emulator takes. */
const textsAt = (model: Model, path: string) => {
  const found = modelAt(model, path)
  return (found?.items ?? found)?.values
}

const CASES = Object.entries({ auth0, cognito, local }).flatMap(([provider, mapping]) =>
  valuesOf(mapping).map(([path, values]) => ({
    provider,
    // Some are taken by a creation alone.
    mapping: makingMapping(mapping),
    path,
    values,
  })),
)

describe('a raw setting whose values are known', () => {
  it('is at each of these providers', () => {
    expect(new Set(CASES.map(({ provider }) => provider))).toEqual(
      new Set(['auth0', 'cognito', 'local']),
    )
  })

  it.each(CASES)('$provider: $path has a value that is none refused with the list', (one) => {
    const { mapping, path, values } = one
    for (const value of ['none of them', ['none of them']]) {
      const error = thrown(() => planChange(mapping, {}, asPatch(patchOf(path, value))))
      const place = `client.providerSettings.${path}${Array.isArray(value) ? '[0]' : ''}`
      expect(error).toMatchObject({ code: 'invalid_field', field: place })
      expect(error.message).toBe(`${place} must be one of ${values.join(', ')}.`)
      expect(thrown(() => checkValues(mapping, asPatch(patchOf(path, value))))).toMatchObject({
        field: place,
      })
    }
  })

  it.each(CASES)('$provider: $path may keep what it has, and be cleared', (one) => {
    const { mapping, path } = one
    const native = patchOf(path, ['of a later version'])
    expect(planChange(mapping, native, asPatch(native)).unchanged).toBe(true)
    const more = patchOf(path, ['of a later version', one.values[0] ?? ''])
    expect(planChange({ ...mapping, rules: [] }, native, asPatch(more)).next).toEqual(more)
  })

  it.each(valuesOf(auth0))('has the values that Auth0 takes: %s', (path, values) => {
    expect(textsAt(ofAuth0(UPDATE), path) ?? values).toEqual(values)
  })

  it.each(valuesOf(cognito))('has the values that Cognito takes: %s', (path, values) => {
    expect(textsAt(ofCognito(SETTINGS), path)).toEqual(values)
  })
})
