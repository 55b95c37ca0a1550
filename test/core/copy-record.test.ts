/** The record that a copy starts from: what of the source comes along, and what gives way to a rule of the place. */

import { describe, expect, it } from 'vitest'
import { copyRecord } from '../../src/core/copy/copy.ts'
import type { PassingValue } from '../../src/core/copy/copying.ts'
import type { JsonObject } from '../../src/core/json/json.ts'
import { fixed, flag, key, list, missing, view } from '../../src/core/mapping/lenses.ts'
import type { Mapping } from '../../src/core/mapping/mapping.ts'
import type { Row, Rule } from '../../src/core/mapping/row.ts'
import { mappingOf, secretRow } from './mapping.ts'

const rows = {
  id: key<string>('number') as Row<string>,
  secret: secretRow('key'),
  name: key<string>('title', { limits: { maxLength: 3 } }),
  description: key<string>('text', {
    limits: { pattern: { expression: /^[a-z]*$/, says: 'must be small' } },
  }),
  appType: key<string>('type'),
  callbacks: list('urls', 'keep'),
  allowedLogoutUrls: list('exits', 'keep'),
  grantTypes: list('grants', 'keep'),
  disabled: flag('off', false),
}
const full = mappingOf(rows)

interface Case {
  readonly from?: Mapping
  readonly to?: Mapping
  readonly alike?: boolean
  readonly blank?: JsonObject
  readonly passing?: readonly PassingValue[]
  readonly lacksSecret?: (native: JsonObject) => boolean
}

function copied(native: JsonObject, how: Case = {}) {
  const { from = full, to = full, alike = false, blank = {}, passing = [], lacksSecret } = how
  const source = { mapping: from, native, fresh: {}, passing }
  const target = { mapping: to, blank, ...(lacksSecret && { lacksSecret }) }
  const { start, reasons } = copyRecord({ source, target, alike })
  return { start, reasons: Object.fromEntries(reasons) }
}

describe('between places of one type', () => {
  const to = mappingOf(
    { ...rows, description: view(['text'], ({ text }) => text as never, 'it is only shown') },
    {
      settings: ['mode', 'outer'],
      readOnlyKeys: ['shown'],
      boundPaths: { 'outer.own': 'it is its own' },
    },
  )
  const alike = { from: to, to, alike: true }

  it('the record itself is taken, without what the client has of its own', () => {
    const native = {
      title: 'A',
      text: 'shown',
      mode: 'a',
      shown: 1,
      outer: { own: 1, more: 2 },
      urls: ['https://a.example/', 5],
    }
    expect(copied(native, alike).start).toEqual({
      title: 'A',
      mode: 'a',
      outer: { more: 2 },
      // What no attribute shows of a list comes along as well.
      urls: ['https://a.example/', 5],
    })
  })

  it('a setting that the source does not have is not taken from a new client', () => {
    const blank = { mode: 'usual', shown: 2 }
    expect(copied({ title: 'A' }, { ...alike, blank }).start).toEqual({ title: 'A', shown: 2 })
  })

  it('what is only shown stays behind inside of a setting too', () => {
    const shown = mappingOf(
      { ...rows, description: view(['outer.text'], () => '', 'it is only shown') },
      { settings: ['outer'], readOnlyKeys: ['outer.made'] },
    )
    const native = { outer: { text: 'a', made: 1, more: 2 } }
    expect(copied(native, { from: shown, to: shown, alike: true }).start).toEqual({
      outer: { more: 2 },
    })
  })

  it('what a new client has of its own in an object that is opened stays, and its settings give way', () => {
    const opened = mappingOf(rows, {
      settings: ['outer.mode'],
      readOnlyKeys: ['outer.made'],
      opened: ['outer'],
    })
    const native = { title: 'A', 'outer.mode': 'a', 'outer.made': 1 }
    const blank = { 'outer.mode': 'usual', 'outer.made': 2 }
    const how = { from: opened, to: opened, alike: true }
    expect(copied(native, { ...how, blank }).start).toEqual({
      ...{ title: 'A', 'outer.mode': 'a', 'outer.made': 2 },
    })
    expect(copied(native, how).start).toEqual({ title: 'A', 'outer.mode': 'a' })
  })

  it('a mapping in which nothing belongs to a client leaves nothing out', () => {
    const plain = mappingOf(rows, { settings: ['outer'] })
    const native = { outer: { own: 1 } }
    expect(copied(native, { from: plain, to: plain, alike: true }).start).toEqual(native)
  })
})

describe('a field', () => {
  it('that every client has of its own is not taken over', () => {
    expect(copied({ number: '1', key: 'hush', title: 'A' }, { blank: { number: '2' } })).toEqual({
      start: { number: '2', title: 'A' },
      reasons: {},
    })
  })

  it('that the source cannot have is as a new client has it', () => {
    const from = mappingOf({ ...rows, description: missing('there is none') })
    expect(copied({}, { from, blank: { text: 'usual' } }).start).toEqual({ text: 'usual' })
  })

  it('that is always the same at the source is taken over as that', () => {
    const from = mappingOf({ ...rows, disabled: fixed<boolean>(true, 'it is always off') })
    expect(copied({}, { from }).start).toEqual({ off: true })
  })

  it('that the place only shows is left, without a reason of its own', () => {
    const to = mappingOf({ ...rows, disabled: view(['off'], () => false, 'it is never off') })
    expect(copied({ off: true, title: 'A' }, { to })).toEqual({
      start: { title: 'A' },
      reasons: {},
    })
  })

  it('in words of its provider is left there, with the reason, where it is not the same', () => {
    expect(copied({ type: 'spa' }, { blank: { type: 'web' } })).toEqual({
      start: { type: 'web' },
      reasons: { appType: 'each provider has its own terms for it' },
    })
    expect(copied({ type: 'web' }, { blank: { type: 'web' } }).reasons).toEqual({})
    expect(copied({ type: 'native' }, { blank: { type: 'web' } }).start).toEqual({ type: 'native' })
    expect(copied({ type: 'spa' }, { blank: { type: 'web' }, alike: true }).start).toEqual({
      type: 'spa',
    })
  })

  it('has the reason why its own value was not taken, and not why the next one was not', () => {
    const to = mappingOf({
      ...rows,
      name: key<string>('title', {
        limits: { maxLength: 3, pattern: { expression: /^(?!BCD)/, says: 'must not be that' } },
      }),
    })
    const { start, reasons } = copied({ title: 'BCDE' }, { to, blank: { title: 'X' } })
    expect(start).toEqual({ title: 'X' })
    expect(reasons.name).toMatch(/3/)
  })

  it('is without values that are leased in it, and keeps those that are leased elsewhere', () => {
    const [one, other] = ['https://a.example/', 'https://b.example/']
    const passing = [{ field: 'callbacks', value: one }] as const
    const native = { urls: [one, other], exits: [one] }
    expect(copied(native, { passing })).toEqual({
      start: { urls: [other], exits: [one] },
      reasons: { callbacks: 'leased values are temporary' },
    })
  })
})

describe('a rule of the place', () => {
  /** It holds where a member is absent; what it says it is about cannot be set. */
  const without = (name: string, beside: Rule['holds'] = () => true): Rule => ({
    field: 'client.createdAt',
    says: `There must be no ${name}.`,
    holds: (next) => next[name] === undefined && beside(next),
  })

  it('is kept by leaving fields out, each with its rule', () => {
    const to = mappingOf(rows, { rules: [without('title'), without('text')] })
    expect(copied({ title: 'A', text: 'a', type: 'native' }, { to })).toEqual({
      start: { type: 'native' },
      reasons: { name: 'There must be no title', description: 'There must be no text' },
    })
  })

  it('is not kept by breaking another one', () => {
    const needs: Rule = { ...without('x'), holds: ({ title }) => title !== undefined }
    const either: Rule = {
      ...without('x'),
      says: 'One is enough.',
      holds: ({ title, text }) => title === undefined || text === undefined,
    }
    const to = mappingOf(rows, { rules: [needs, either] })
    expect(copied({ title: 'A', text: 'a' }, { to })).toEqual({
      start: { title: 'A' },
      reasons: { description: 'One is enough' },
    })
  })

  it('that no field is about stays broken', () => {
    const to = mappingOf(rows, { rules: [{ ...without('x'), holds: () => false }] })
    expect(copied({ title: 'A' }, { to })).toEqual({ start: { title: 'A' }, reasons: {} })
  })

  it('gives way where the record itself is taken', () => {
    const to = mappingOf(rows, { rules: [without('title')] })
    expect(copied({ title: 'A' }, { from: to, to, alike: true }).start).toEqual({ title: 'A' })
  })
})

describe('where the grant types decide whether a client has a secret', () => {
  const authenticating = mappingOf({ ...rows, tokenEndpointAuthMethod: key<string>('method') })
  const blank = { grants: ['secretive'] }
  /** One whose grant types leave out what takes a secret there. */
  const lacksSecret = ({ grants }: JsonObject) =>
    !(Array.isArray(grants) && grants.includes('secretive'))
  const why = { grantTypes: 'a client with these has no secret there' }
  const copy = (native: JsonObject, more: Case = {}) =>
    copied(native, { from: authenticating, blank, lacksSecret, ...more })

  it('one that authenticates has what it takes there beside its own, and gets its secret', () => {
    for (const method of [{ method: 'client_secret_basic' }, {}]) {
      const { start, reasons } = copy({ grants: ['code'], title: 'A', ...method })
      expect([start, reasons]).toEqual([{ grants: ['code', 'secretive'], title: 'A' }, why])
    }
    expect(copy({ grants: ['code', 'secretive'], method: 'client_secret_basic' })).toEqual({
      start: { grants: ['code', 'secretive'] },
      reasons: {},
    })
  })

  it('one that does not authenticate has its own', () => {
    const { start, reasons } = copy({ grants: ['code'], method: 'none' })
    expect([start, reasons]).toEqual([{ grants: ['code'] }, {}])
  })

  it('every other setting is as the source has it', () => {
    const bare = { blank: {}, from: full }
    expect(copy({ title: 'A', text: 'a' }, bare).start).toEqual({ title: 'A', text: 'a' })
    const anywhere = copied({ grants: ['code'] }, { from: authenticating, blank })
    expect(anywhere).toEqual({ start: { grants: ['code'] }, reasons: {} })
  })
})
