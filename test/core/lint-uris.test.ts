/** The lint rules about URIs at their edges, how they name URIs, and the patches that fix them. */

import { describe, expect, it } from 'vitest'
import { sharedCallback } from '../../src/core/lint/shared-callbacks.ts'
import { listed, replaceUris } from '../../src/core/lint/uri-mends.ts'
import { showClient } from '../../src/core/mapping/mapping.ts'
import { withMembers } from '../plan.ts'
import { PROVIDERS } from './lint-samples.ts'
import { findingOf, idsOf, lint } from './linted.ts'

const CODE = { grant_types: ['authorization_code'] }
const APP = 'https://app.example.com/callback'

describe('URIs', () => {
  const callbacks = (...uris: string[]) => ({ callbacks: [APP, ...uris] })

  it('with a wildcard are a redirect or not', () => {
    const redirect = lint('auth0', callbacks('https://*.example.com/cb'))
    expect(redirect.map(({ rule }) => rule)).toEqual(['wildcard_redirect'])
    expect(redirect[0]?.message).toBe(
      'client.callbacks has "https://*.example.com/cb": anyone who controls a host that the wildcard matches receives what is sent there. List the hosts one by one.',
    )
    const logout = lint('auth0', { allowed_logout_urls: ['https://*.example.com/out'] })
    expect(logout.map(({ rule, field }) => [rule, field])).toEqual([
      ['wildcard_uri', 'client.allowedLogoutUrls'],
    ])
    expect(logout[0]?.message).toContain('List the hosts one by one')
  })

  it('with http, in capitals as well, get https in its place', () => {
    expect(findingOf('auth0', callbacks('HTTP://a.example.com/http:'), 'http')).toMatchObject({
      mend: {
        callbacks: {
          remove: ['HTTP://a.example.com/http:'],
          add: ['https://a.example.com/http:'],
        },
      },
    })
    const told = ['http://a.example.com/cb', 'https://a.example.com/http:', 'http://127.0.0.1/cb']
    const found = lint('auth0', callbacks(...told)).filter(({ rule }) => rule === 'http')
    expect(found).toHaveLength(1)
    expect(found[0]?.message).toBe(
      'client.callbacks has "http://a.example.com/cb": without TLS, anyone on the network path can read and change what is sent.',
    )
  })

  it('that are refused today are reported with the first rule that they break, by that rule', () => {
    const found = lint('local', {
      redirect_uris: [APP, 'https://u@a.example.com/', 'https://v@a.example.com/', 'https://a/#x'],
    })
    expect(found.map(({ rule }) => rule)).toEqual(['uri_refused', 'uri_refused'])
    expect(found[0]?.message).toMatch(
      /^client\.callbacks has "https:\/\/u@.*", "https:\/\/v@.*": such a URI must not .*\.$/,
    )
    expect(found[1]?.message).toContain('"https://a/#x": such a URI ')
  })

  it('that are both wild or without TLS and refused are reported once', () => {
    expect(idsOf('local', { redirect_uris: [APP, 'https://*.example.com/'] })).toEqual([
      'wildcard_redirect',
    ])
    expect(idsOf('local', { redirect_uris: [APP, 'http://a.example.com/'] })).toEqual(['http'])
  })

  it('are judged by their own scheme, not by one that is inside', () => {
    const callbacks = ['com.example.app://cb?to=https://b.example.com', 'http://localhost/cb']
    expect(idsOf('auth0', { callbacks })).not.toContain('localhost_in_production')
    const other = { redirect_uris: [APP, 'ftp://a.example.com/http:'] }
    expect(idsOf('local', other)).toEqual(['uri_refused'])
  })

  it('on the machine itself are reported for clients in production only', () => {
    const here = ['http://localhost/cb', 'http://127.0.0.1/cb']
    expect(idsOf('auth0', { callbacks: here })).toEqual([])
    expect(idsOf('auth0', { callbacks: ['HTTPS://app.example.com/cb', ...here] })).toContain(
      'localhost_in_production',
    )
    expect(idsOf('auth0', { callbacks: ['https://localhost/cb', ...here] })).toEqual([])
    expect(idsOf('auth0', { callbacks: [], web_origins: ['http://localhost'] })).toEqual([])
    const found = findingOf(
      'auth0',
      { web_origins: ['http://localhost'] },
      'localhost_in_production',
    )
    expect(found).toMatchObject({
      field: 'client.webOrigins',
      message:
        'client.webOrigins has "http://localhost": any program that listens on the user\'s machine receives what is sent there. Use a separate client for development.',
      mend: { webOrigins: { remove: ['http://localhost'] } },
    })
  })
  it('of a native app name the address of the machine itself', () => {
    const native = {
      application_type: 'native',
      rotate_refresh_tokens: true,
      token_endpoint_auth_method: 'none',
      client_secret: undefined,
    }
    const at = (...uris: string[]) => ({ ...native, redirect_uris: uris })
    expect(idsOf('local', at('http://127.0.0.1/cb', 'http://[::1]/cb'))).toEqual([])
    expect(
      idsOf('local', { ...at(APP), post_logout_redirect_uris: ['http://localhost/o'] }),
    ).toEqual([])
    expect(findingOf('local', at('http://localhost:1/cb'), 'localhost_name')?.message).toBe(
      'client.callbacks has "http://localhost:1/cb": the name may resolve to another machine, and the app may listen on more than loopback.',
    )
  })

  it.each([
    ['shared_suffix', 'https://github.io/cb', 'anyone can register a name there'],
    [
      'nested_url',
      'https://a.example.com/?to=https://b.example.com',
      'open redirectors look like this',
    ],
    ['ip_host', 'https://192.0.2.1/cb', 'the address may belong to someone else tomorrow'],
    ['scheme_case', 'com.example.MyApp://cb', 'some systems compare it case-sensitively'],
  ])('of rule %s are reported with why', (id, uri, why) => {
    const native = { ...CODE, app_type: 'native', token_endpoint_auth_method: 'none' }
    const found = lint('auth0', { ...native, ...callbacks(uri) })
    expect(found.map(({ rule, message }) => [rule, message])).toEqual([
      [id, `client.callbacks has "${uri}": ${why}.`],
    ])
  })

  it('are reported once for each field', () => {
    const http = ['http://a.example.com/cb', 'http://b.example.com/cb']
    const found = lint('auth0', { ...callbacks(...http), allowed_logout_urls: http })
    expect(found.map(({ rule, field }) => [rule, field])).toEqual([
      ['http', 'client.callbacks'],
      ['http', 'client.allowedLogoutUrls'],
    ])
    const twice = { ...callbacks('http://a.example.com/cb', 'http://a.example.com/cb') }
    expect(lint('auth0', twice)[0]?.message).toContain('has "http://a.example.com/cb": ')
  })
})

describe('names of URIs', () => {
  it('are three at most, in quotes', () => {
    expect(listed(['a'])).toBe('"a"')
    expect(listed(['a', 'b', 'c'])).toBe('"a", "b", "c"')
    expect(listed(['a', 'b', 'c', 'd', 'e'])).toBe('"a", "b", "c" and 2 more')
  })
})

describe('a patch of URIs', () => {
  const { mapping, clean } = PROVIDERS.cognito
  const client = (DefaultRedirectURI?: string) =>
    showClient(
      mapping,
      withMembers(clean, {
        CallbackURLs: ['https://a/', 'https://b/'],
        LogoutURLs: ['https://a/'],
        DefaultRedirectURI,
      }),
    )

  it('takes along the default callback, and from either side', () => {
    const both = { callbacks: { remove: ['https://a/'] }, defaultCallback: null }
    for (const field of ['callbacks', 'defaultCallback'] as const) {
      expect(replaceUris(client('https://a/'), field, ['https://a/'], () => null)).toEqual(both)
    }
    const other = (value: string) => `${value}x`
    expect(replaceUris(client('https://a/'), 'callbacks', ['https://a/'], other)).toEqual({
      callbacks: { remove: ['https://a/'], add: ['https://a/x'] },
      defaultCallback: 'https://a/x',
    })
  })

  it('names no field that holds none of them', () => {
    expect(replaceUris(client('https://b/'), 'callbacks', ['https://a/'], () => null)).toEqual({
      callbacks: { remove: ['https://a/'] },
    })
    expect(replaceUris(client(), 'allowedLogoutUrls', ['https://a/'], () => null)).toEqual({
      allowedLogoutUrls: { remove: ['https://a/'] },
    })
  })
})

it('a callback that is shared has all that a finding has', () => {
  expect(sharedCallback(APP, ['a', 'b'], 3)).toEqual({
    rule: 'shared_callback',
    severity: 'info',
    field: 'client.callbacks',
    message: `client.callbacks of 3 clients have "${APP}": an answer sent there can be mistaken for another client's, and no client can change the URI alone.`,
    source: 'RFC 9700 section 4.5',
    clients: ['a', 'b'],
    count: 3,
  })
})
