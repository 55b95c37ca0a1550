/** Raw settings that became fields: what names them as before is read as if it named the field. */

import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { shown } from '../../src/core/mapping/lenses.ts'
import { type Mapping, rawSettings } from '../../src/core/mapping/mapping.ts'
import { parseJsonPatch, parseMergePatch } from '../../src/core/patch/patch.ts'
import { readFormerSettings } from '../../src/core/plan/former-settings.ts'
import { checkValues, planChange } from '../../src/core/plan/plan.ts'
import { neededByName } from '../../src/core/rights/rights.ts'
import { mapping as local } from '../../src/providers/local/mapping.ts'
import { fullLocalClient } from '../fixtures/local.ts'

/** As if `logo_uri` and `scope` had been raw settings, and `client_id_issued_at` a raw member that is shown. */
const mapping: Mapping = { ...local, settings: [...local.settings, 'logo_uri', 'scope'] }
const base: JsonObject = { ...fullLocalClient, logo_uri: 'https://app.example.com/logo.png' }
const settings = (providerSettings: JsonObject) => parseMergePatch({ providerSettings })
const plan = (members: JsonObject, other = mapping) => planChange(other, base, settings(members))

const NOTE = {
  code: 'setting_is_a_field',
  field: 'client.logoUri',
  message:
    'client.providerSettings.logo_uri is read as client.logoUri, which has replaced it. Use client.logoUri instead.',
}

describe('a setting that became a field', () => {
  it('is read as the field, with a note', () => {
    const planned = plan({ logo_uri: 'https://new.example.com/logo.png', default_max_age: 60 })
    expect(planned.named).toEqual(['logoUri', 'providerSettings'])
    expect(planned.next).toMatchObject({
      logo_uri: 'https://new.example.com/logo.png',
      default_max_age: 60,
    })
    expect(planned.warnings).toContainEqual(NOTE)
  })

  it('is cleared as the field is', () => {
    const planned = plan({ logo_uri: null })
    expect(Object.hasOwn(planned.next, 'logo_uri')).toBe(false)
    expect(planned.named).toEqual(['logoUri'])
  })

  it('changes nothing where it is as it is there, and the note still comes', () => {
    const planned = plan({ logo_uri: base.logo_uri ?? null })
    expect(planned).toMatchObject({ named: [], unchanged: true, next: base })
    expect(planned.warnings).toContainEqual(NOTE)
  })

  it('is judged as the field is: by the rules for URIs, its type, its limits', () => {
    const refused = 'client.logoUri must be an https URL.'
    expect(() => plan({ logo_uri: 'http://new.example.com/logo.png' })).toThrow(refused)
    expect(() => checkValues(mapping, settings({ logo_uri: 'http://new.example.com/' }))).toThrow(
      refused,
    )
    expect(() => plan({ logo_uri: 7 })).toThrow('client.logoUri must be a string.')
    expect(() => plan({ scope: 'openid "' })).toThrow('client.scopes[1] must be one of openid, ')
  })

  it('is spelled as the provider spells it', () => {
    expect(plan({ scope: 'openid email' }).next.scope).toBe('openid email')
    expect(plan({ scope: 'openid  email' }).next.scope).toBe('openid email')
  })

  it('is not read where it is a key of other pairs, or is only a part of the field', () => {
    const fields = { clientMetadata: { logo_uri: 'a' } }
    expect(readFormerSettings(mapping, base, fields)).toEqual({ fields, notes: [] })
    const row = { ...mapping.fields.logoUri, keys: ['logo_uri', 'logo_size'] }
    const parted = { ...mapping, fields: { ...mapping.fields, logoUri: row } } as Mapping
    expect(() => plan({ logo_uri: 'https://new.example.com/logo.png' }, parted)).toThrow(
      'Change client.logoUri instead',
    )
  })

  it('is read by an operation too', () => {
    const path = '/providerSettings/logo_uri'
    const patch = parseJsonPatch([{ op: 'add', path, value: 'https://new.example.com/l.png' }])
    expect(planChange(mapping, base, patch).named).toEqual(['logoUri'])
  })

  it('is refused beside its field', () => {
    const patch = parseMergePatch({
      logoUri: 'https://one.example.com/l.png',
      providerSettings: { logo_uri: 'https://two.example.com/l.png' },
    })
    expect(() => planChange(mapping, base, patch)).toThrow(
      'client.providerSettings.logo_uri is covered by client.logoUri',
    )
  })

  it('takes the permission of the field', () => {
    const credential: Mapping = { ...mapping, credentialPaths: ['logo_uri'] }
    expect(
      neededByName(credential, settings({ logo_uri: 'https://new.example.com/logo.png' })),
    ).toEqual([{ permission: 'secrets:rotate', field: 'client.logoUri' }])
  })

  it('that is shown only is left alone where it is as it is there, and else refused', () => {
    const view: Mapping = {
      ...mapping,
      fields: { ...mapping.fields, logoUri: shown<string>('logo_uri', 'the server sets it') },
      readOnlyKeys: [...mapping.readOnlyKeys, 'logo_uri'],
    }
    const same = plan({ logo_uri: base.logo_uri ?? null }, view)
    expect(same).toMatchObject({ named: [], unchanged: true })
    expect(same.warnings).toContainEqual(NOTE)
    expect(() => plan({ logo_uri: 'https://new.example.com/logo.png' }, view)).toThrow(
      'client.providerSettings.logo_uri is shown by the provider and cannot be set.',
    )
  })

  it('is no raw setting any more', () => {
    expect(rawSettings(mapping)).toEqual(rawSettings(local))
  })
})

it('what was a field from the start is refused as a setting', () => {
  expect(() => plan({ client_name: 'Other' }, local)).toThrow('Change client.name instead')
})
