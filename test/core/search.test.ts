/** What clients are found by: texts, terms, and filters as they are written in a query. */

import { describe, expect, it } from 'vitest'
import type { Client } from '../../src/core/client.ts'
import { showClient } from '../../src/core/mapping/mapping.ts'
import {
  FILTER_NAMES,
  isFilter,
  isSearched,
  matches,
  parseFilters,
  searchedText,
  searchText,
  termOf,
  termsOf,
} from '../../src/core/search.ts'
import { mappingOf } from './mapping.ts'
import { thrown } from './thrown.ts'

/** A client that has these members, and of all others what is shown where there is nothing. */
const clientOf = (members: Partial<Client> = {}): Client => ({
  ...showClient(mappingOf(), {}),
  ...members,
})

const SHOP = clientOf({
  id: 'shop1',
  name: 'The Shop',
  description: 'A hidden word',
  callbacks: ['https://Shop.Example/CB', 'http://localhost:3000/'],
  initiateLoginUri: 'https://login.example:8443/start',
  grantTypes: ['implicit', 'refresh_token'],
  appType: 'spa',
  disabled: true,
})

describe('the text that is searched', () => {
  it('is the id, the name and each URL, a line each, in lower case', () => {
    expect(searchedText(SHOP)).toBe(
      'shop1\nthe shop\nhttps://shop.example/cb\nhttp://localhost:3000/\nhttps://login.example:8443/start',
    )
  })

  it('ends where one large client would cost as much as all others', () => {
    const long = clientOf({ id: 'a', name: 'b'.repeat(300_000) })
    expect(searchedText(long)).toBe(`a\n${'b'.repeat(262_142)}`)
  })

  it('has nothing that a database cannot hold', () => {
    expect(searchText('A\0B')).toBe('a\ufffdb')
    expect(searchText('\ud800X')).toBe('\ufffdx')
    expect(searchText('\u{1f600}')).toBe('\u{1f600}')
  })

  it.each([
    ['id', true],
    ['name', true],
    ['callbacks', true],
    ['logoUri', true],
    ['grantTypes', false],
    ['description', false],
    ['disabled', false],
  ] as const)('has %s: %s', (field, expected) => {
    expect(isSearched(field)).toBe(expected)
  })
})

describe('the terms of a client', () => {
  it('are the values of its fields that a filter can name, and the hosts of its URLs', () => {
    // Flags that it does not name say what is shown where there is nothing.
    const flags = /^(?!disabled|oidcConformant|firstParty)\w+:(true|false)$/
    expect(termsOf(SHOP).filter((term) => !flags.test(term))).toEqual([
      'id:shop1',
      'name:The Shop',
      'grantTypes:implicit',
      'grantTypes:refresh_token',
      'appType:spa',
      'disabled:true',
      'oidcConformant:true',
      'firstParty:true',
      'callbacks:https://Shop.Example/CB',
      'callbacks:http://localhost:3000/',
      'initiateLoginUri:https://login.example:8443/start',
      'host:shop.example',
      'host:localhost',
      'host:login.example',
    ])
  })

  it('are each there once, and none for a URL without a host', () => {
    const client = clientOf({
      callbacks: ['https://a.example/1', 'https://a.example/2', 'com.example.app:/cb'],
    })
    const hosts = termsOf(client).filter((term) => term.startsWith('host:'))
    expect(hosts).toEqual(['host:a.example'])
  })

  it('are no more than 4,000, URLs and their hosts last', () => {
    const callbacks = Array.from({ length: 4_500 }, (_, index) => `https://h${index}.example/`)
    const terms = termsOf(clientOf({ id: 'many', callbacks }))
    expect(terms).toHaveLength(4_000)
    expect(terms[0]).toBe('id:many')
    expect(terms.filter((term) => term.startsWith('host:'))).toEqual([])
  })

  it('are spelled as the client has them, a host in lower case', () => {
    expect(termOf('name', 'The\0Shop')).toBe('name:The\ufffdShop')
    expect(termOf('host', 'Shop.Example')).toBe('host:shop.example')
  })
})

describe('filters', () => {
  it.each([
    ['grantTypes:implicit', ['grantTypes:implicit']],
    ['grantTypes:implicit,disabled:false', ['grantTypes:implicit', 'disabled:false']],
    ['disabled:true', ['disabled:true']],
    ['name:One,, Two', ['name:One, Two']],
    ['name:a:b', ['name:a:b']],
    ['host:Shop.Example', ['host:shop.example']],
    ['name:true', ['name:true']],
    ['appType:spa,appType:spa', ['appType:spa']],
    [
      Array.from({ length: 8 }, (_, index) => `scopes:s${index}`).join(','),
      Array.from({ length: 8 }, (_, index) => `scopes:s${index}`),
    ],
  ])('%s', (text, terms) => {
    expect(parseFilters(text)).toEqual(terms)
  })

  it.each([
    '',
    'disabled',
    ':x',
    'name:',
    'description:x',
    'nothing:x',
    'disabled:true,',
    'toString:x',
  ])('that are none: %j', (text) => {
    expect(thrown(() => parseFilters(text))).toMatchObject({
      code: 'invalid_field',
      field: 'filter',
      message: `filter must be a name, a colon and a value, as in disabled:true; the names are: ${FILTER_NAMES.join(', ')}.`,
    })
  })

  it.each(['disabled:maybe', 'firstParty:1', 'oidcConformant:True'])(
    'name a flag by true or false: %s',
    (text) => {
      const [name] = text.split(':')
      expect(thrown(() => parseFilters(text))).toMatchObject({
        field: 'filter',
        message: `filter must have true or false after ${name}.`,
      })
    },
  )

  it('are eight at most', () => {
    const nine = Array.from({ length: 9 }, (_, index) => `scopes:s${index}`).join(',')
    expect(thrown(() => parseFilters(nine)).message).toBe('filter must have at most 8 filters.')
  })

  it('name what is searched, and what a client is of', () => {
    expect(isFilter('appType')).toBe(true)
    expect(isFilter('callbacks')).toBe(true)
    expect(isFilter('description')).toBe(false)
    expect(isFilter('clientMetadata')).toBe(false)
    expect(FILTER_NAMES.slice(-2)).toEqual(['host', 'registered'])
    expect(FILTER_NAMES).toContain('disabled')
    expect(FILTER_NAMES).toContain('callbacks')
    expect(FILTER_NAMES).not.toContain('secret')
  })
})

describe('how a client came there', () => {
  it('is a term where the provider shows it, and of one value', () => {
    const terms = parseFilters('registered:dynamic')
    expect(terms).toEqual(['registered:dynamic'])
    expect(termsOf(SHOP, 'dynamic')).toContain('registered:dynamic')
    expect(termsOf(SHOP)).not.toContain('registered:dynamic')
    expect(matches(SHOP, { terms }, 'dynamic')).toBe(true)
    expect(matches(SHOP, { terms })).toBe(false)
    expect(thrown(() => parseFilters('registered:by-hand')).message).toBe(
      'filter must have dynamic after registered.',
    )
  })
})

describe('a client', () => {
  it.each<[string, Parameters<typeof matches>[1], boolean]>([
    ['is found where nothing is asked for', { terms: [] }, true],
    ['is found by a part of its name', { text: 'the sh', terms: [] }, true],
    ['is not found by a text that it does not have', { text: 'hidden word', terms: [] }, false],
    ['is found by all terms', { terms: ['appType:spa', 'disabled:true'] }, true],
    ['is not found by one of two terms', { terms: ['appType:spa', 'disabled:false'] }, false],
    ['is not found by a part of a value', { terms: ['appType:sp'] }, false],
    ['is not found by terms without the text', { text: 'no such', terms: ['appType:spa'] }, false],
  ])('%s', (_, wanted, expected) => {
    expect(matches(SHOP, wanted)).toBe(expected)
  })
})
