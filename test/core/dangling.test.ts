/** Values that name what a provider does not have: the sentence for each field, and the PATCH that removes them. */

import { describe, expect, it } from 'vitest'
import { DANGLING_RULES } from '../../src/core/lint/dangling-rules.ts'
import type { LintCase } from '../../src/core/lint/rule.ts'
import { bodyOfMends, danglingTexts, holds } from '../../src/core/mapping/dangling.ts'
import { key, list } from '../../src/core/mapping/lenses.ts'
import type { Dangling } from '../../src/core/mapping/row.ts'
import { mappingOf } from './mapping.ts'

const mapping = mappingOf({
  name: key('name'),
  supportedIdp: list('idps', 'keep'),
  scopes: list('scopes', 'omit'),
})
const HELD = { name: 'Okta', idps: ['Okta', 'Old One'], scopes: ['openid', 'api/gone'] }
const idp = (value: string): Dangling => ({ field: 'supportedIdp', value })
const scope = (value: string): Dangling => ({ field: 'scopes', value })

describe('the text of a field', () => {
  it('names all of its values, and removes those that the client has', () => {
    const dangling = [idp('Okta'), scope('api/gone'), idp('Old One'), idp('New')]
    expect(danglingTexts(mapping, HELD, dangling)).toEqual([
      {
        field: 'supportedIdp',
        message:
          'client.supportedIdp names Okta, "Old One", New, which does not exist at the provider, so it refuses every change. Remove it, alone or in the same request.',
        mend: { supportedIdp: { remove: ['Okta', 'Old One'] } },
      },
      {
        field: 'scopes',
        message:
          'client.scopes names "api/gone", which does not exist at the provider, so it refuses every change. Remove it, alone or in the same request.',
        mend: { scopes: { remove: ['api/gone'] } },
      },
    ])
  })

  it('asks to leave out what only the request names', () => {
    expect(danglingTexts(mapping, HELD, [idp('New')])).toStrictEqual([
      {
        field: 'supportedIdp',
        message:
          'client.supportedIdp names New, which does not exist at the provider, so it refuses every change. Leave it out.',
      },
    ])
  })

  it('is none where nothing dangles', () => {
    expect(danglingTexts(mapping, HELD, [])).toEqual([])
  })
})

it('a client has a value where it stands in a list, and not where a text is like it', () => {
  expect(holds(mapping, HELD, idp('Okta'))).toBe(true)
  expect(holds(mapping, HELD, idp('New'))).toBe(false)
  expect(holds(mapping, HELD, { field: 'name', value: 'Okta' })).toBe(false)
})

describe('the PATCH', () => {
  it('removes the values of all fields at once', () => {
    const texts = danglingTexts(mapping, HELD, [idp('Okta'), scope('api/gone'), scope('new')])
    expect(bodyOfMends(texts)).toEqual({
      client: { supportedIdp: { remove: ['Okta'] }, scopes: { remove: ['api/gone'] } },
    })
  })

  it('leaves out fields of which the client has none', () => {
    const texts = danglingTexts(mapping, HELD, [idp('New'), scope('api/gone')])
    expect(bodyOfMends(texts)).toEqual({ client: { scopes: { remove: ['api/gone'] } } })
  })

  it('is none where the client has none of them', () => {
    expect(bodyOfMends(danglingTexts(mapping, HELD, [idp('New')]))).toBeUndefined()
  })
})

it('lint finds each field, with the PATCH where there is one', () => {
  const dangling = danglingTexts(mapping, HELD, [idp('Okta'), scope('new')])
  const [rule] = DANGLING_RULES
  const found = rule?.find({ dangling } as unknown as LintCase)
  expect(found).toStrictEqual([
    {
      field: 'client.supportedIdp',
      message: expect.stringContaining('names Okta'),
      mend: { supportedIdp: { remove: ['Okta'] } },
    },
    { field: 'client.scopes', message: expect.stringContaining('names new') },
  ])
})
