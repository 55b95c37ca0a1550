/** How a client is named on the command line, ids with slashes and URLs among them. */

import { expect, it } from 'vitest'
import { addressOf } from '../../src/cli/address.ts'

const URL_ID = 'https://app.example.com/client.json'

it.each([
  ['abc', {}, { id: 'abc' }],
  ['auth0/abc', {}, { id: 'abc', provider: 'auth0' }],
  ['pools/eu_1/abc', {}, { id: 'abc', provider: 'pools', userPoolId: 'eu_1' }],
  [URL_ID, {}, { id: URL_ID }],
  [`partners/${URL_ID}`, {}, { id: URL_ID, provider: 'partners' }],
  ['http://a', {}, { id: 'http://a' }],
  ['a/b', { provider: 'partners' }, { id: 'a/b', provider: 'partners' }],
  [URL_ID, { provider: 'partners' }, { id: URL_ID, provider: 'partners' }],
  ['an id', { provider: 'login' }, { id: 'an id', provider: 'login' }],
])('%s with %j', (word, options, address) => {
  expect(addressOf(word, options)).toEqual({
    provider: undefined,
    userPoolId: undefined,
    ...address,
  })
})

it.each([
  ['', {}],
  ['a//b', {}],
  ['a/b/c/d', {}],
  ['/a', {}],
  ['auth0/abc', { provider: 'auth0' }],
  ['auth0/abc', { pool: 'eu_1' }],
])('refuses %s with %j', (word, options) => {
  expect(() => addressOf(word, options)).toThrow(/Name the client as|only once/)
})
