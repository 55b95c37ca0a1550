/** The decision table of the URI rules: one row a value, with the first rule that it breaks. */

import { describe, expect, it } from 'vitest'
import { checkUri, violationsOf } from '../../src/core/uri/uri.ts'
import { hasBadPunycode } from '../../src/core/uri/uri-path-rules.ts'
import type { UriContext, UriUse } from '../../src/core/uri/uri-rule.ts'
import { isPlainScheme, isTakenScheme } from '../../src/core/uri/uri-scheme-rules.ts'

const WEB: UriContext = {
  policy: { maxLength: 2_048, wildcards: false, placeholders: [], customSchemes: true },
  native: false,
}
const NATIVE: UriContext = { ...WEB, native: true }
const NO_SCHEMES: UriContext = { ...NATIVE, policy: { ...WEB.policy, customSchemes: false } }
const PLAIN: UriContext = { ...NATIVE, policy: { ...WEB.policy, plainSchemes: ['cursor'] } }
const WILD: UriContext = { ...NATIVE, policy: { ...WEB.policy, wildcards: true } }
const HELD: UriContext = {
  ...WILD,
  policy: { ...WILD.policy, placeholders: ['organization_name', 'custom_domain.metadata.*'] },
}

/** A whole name that begins as a keyed one does. */
const ALIKE: UriContext = {
  ...WILD,
  policy: { ...WILD.policy, placeholders: ['custom_name', 'custom_domain.metadata.*'] },
}

/** `ok`, `warning: <rule>`, or the first broken rule. */
function verdict(value: string, context = WEB, use: UriUse = 'redirect'): string {
  const [first] = checkUri(value, use, context)
  if (first === undefined) return 'ok'
  return first.severity === 'warning' ? `warning: ${first.rule}` : first.rule
}

const long = (length: number) => `https://app.example.com/${'a'.repeat(length - 24)}`
const label = (length: number) => `https://${'a'.repeat(length)}.example.com/`
const host = (length: number) => `https://${'a.'.repeat((length - 3) / 2)}com/`

const REDIRECTS: readonly (readonly [value: string, expected: string, context?: UriContext])[] = [
  // Accepted
  ['https://app.example.com/cb', 'ok'],
  ['https://app.example.com/', 'ok'],
  ['https://app.example.com', 'ok'],
  ['https://app.example.com?a=b', 'ok'],
  ['https://app.example.com:8443/cb?next=%2Fhome&x=1', 'ok'],
  ['https://xn--mnchen-3ya.example/cb', 'ok'],
  ['https://a--b-c.example.com/@user/~x/;v=1/a,b', 'ok'],
  ['https://intranet/cb', 'ok'],
  ['https://a:8443/cb', 'ok'],
  ['https://app.example.com/%7Euser/%C3%BC', 'ok'],
  [long(2_048), 'ok'],
  [label(63), 'ok'],
  [host(253), 'ok'],
  ['http://127.0.0.1/cb', 'ok'],
  ['http://127.0.0.1:49152/cb', 'ok'],
  ['http://[::1]:3000/cb', 'ok'],
  // Length and characters
  ['', 'length'],
  [long(2_049), 'length'],
  ['https://app.example.com/a b', 'characters'],
  [' https://app.example.com/cb', 'characters'],
  ['https://app.example.com/cb\n', 'characters'],
  ['https://app.example.com/\u0000', 'characters'],
  ['https://app.example.com/ü', 'characters'],
  ['https://app.example.com\\@evil.test/', 'characters'],
  ['https:\\\\evil.test/', 'characters'],
  ['https://app.example.com/<script>', 'characters'],
  ['https://app.example.com/"x"', 'characters'],
  ['https://app.example.com/a|b', 'characters'],
  ['https://app.example.com/a^b', 'characters'],
  ['https://app.example.com/`', 'characters'],
  ['https://app.example.com/[x]', 'brackets'],
  ['https://app.example.com/?a[]=1', 'brackets'],
  ['https://app.example.com/{x}', 'placeholder'],
  ['https://münchen.example/cb', 'unicode_host'],
  ['https://аpple.com/cb', 'unicode_host'],
  ['https://app。example.com/cb', 'unicode_host'],
  // Absolute
  ['/cb', 'absolute'],
  ['//evil.test/cb', 'absolute'],
  ['app.example.com/cb', 'absolute'],
  ['null', 'absolute'],
  ['*', 'absolute'],
  // Schemes
  ['javascript:alert(1)', 'dangerous_scheme', NATIVE],
  ['JaVaScRiPt:alert(1)', 'dangerous_scheme', NATIVE],
  ['data:text/html,x', 'dangerous_scheme', NATIVE],
  ['vbscript:x', 'dangerous_scheme', NATIVE],
  ['blob:https://app.example.com/1', 'dangerous_scheme', NATIVE],
  ['file:///etc/passwd', 'dangerous_scheme', NATIVE],
  ['about:blank', 'dangerous_scheme', NATIVE],
  ['filesystem:https://a.example/', 'dangerous_scheme', NATIVE],
  ['view-source:https://a.example/', 'dangerous_scheme', NATIVE],
  ['ftp://app.example.com/cb', 'scheme', NATIVE],
  ['urn:ietf:wg:oauth:2.0:oob', 'scheme', NATIVE],
  ['localhost:3000/cb', 'scheme'],
  ['com.example.app:/cb', 'ok', NATIVE],
  ['com.example.app://cb', 'ok', NATIVE],
  ['com.example.app://oauth_cb/x', 'ok', NATIVE],
  ['com.example.MyApp://t.eu.auth0.com/ios/com.example.MyApp/cb', 'warning: scheme_case', NATIVE],
  ['com.example.app:/cb', 'scheme', WEB],
  ['com.example.app:/cb', 'scheme', NO_SCHEMES],
  ['myapp://cb', 'scheme', NATIVE],
  ['myapp:/cb', 'scheme', NATIVE],
  ['com.example.app://user@cb/', 'user_information', NATIVE],
  ['com.example.app:/a/../b', 'dot_segment', NATIVE],
  ['com.example.app:/cb#x', 'fragment', NATIVE],
  ['com.example.app://[::1]/cb', 'brackets', NATIVE],
  ['com.example.app://host:080/cb', 'canonical', NATIVE],
  // What an app or a library may decode before its path
  ['com.example.app://%2e%2e/x', 'encoded_delimiter', NATIVE],
  ['com.example.app://%2E/x', 'encoded_delimiter', NATIVE],
  ['com.example.app://google%00.com', 'encoded_delimiter', NATIVE],
  ['com.example.app://h%2f..%2fx/', 'encoded_delimiter', NATIVE],
  ['com.example.app://h%5cx/', 'encoded_delimiter', NATIVE],
  ['com.example.app://h%252fx/', 'encoded_delimiter', NATIVE],
  ['com.example.app://h%0d%0aX/', 'encoded_delimiter', NATIVE],
  ['com.example.app://a%40evil.test/', 'encoded_delimiter', NATIVE],
  ['com.example.app://evil.test%3a443/', 'encoded_delimiter', NATIVE],
  ['com.example.app://evil.test%3Fx', 'encoded_delimiter', NATIVE],
  ['com.example.app://evil.test%23x', 'encoded_delimiter', NATIVE],
  ['com.example.app://%5b%3a%3a1%5d/', 'encoded_delimiter', NATIVE],
  ['com.example.app://a%5bb/', 'encoded_delimiter', NATIVE],
  ['com.example.app://a%5Db/', 'encoded_delimiter', NATIVE],
  ['com.example.app://%zz/x', 'percent_encoding', NATIVE],
  ['com.example.app://h%/x', 'percent_encoding', NATIVE],
  ['com.example.app://h%c0%afx/', 'percent_encoding', NATIVE],
  ['com.example.app://../x', 'dot_segment', NATIVE],
  ['com.example.app://./x', 'dot_segment', NATIVE],
  ['com.example.app://..;/x', 'dot_segment', NATIVE],
  ['com.example.app://..%3b/x', 'dot_segment', NATIVE],
  ['com.example.app://caf%C3%A9/cb', 'ok', NATIVE],
  ['com.example.app://a..b/cb', 'ok', NATIVE],
  // Nothing after the scheme
  ['com.example.app:', 'nothing_after_scheme', NATIVE],
  ['com.example.app://', 'nothing_after_scheme', NATIVE],
  ['com.example.app:?x=1', 'nothing_after_scheme', NATIVE],
  ['com.example.app://?x=1', 'nothing_after_scheme', NATIVE],
  ['com.example.app:/', 'ok', NATIVE],
  ['com.example.app:///cb', 'ok', NATIVE],
  // http
  ['http://app.example.com/cb', 'scheme'],
  ['http://localhost/cb', 'warning: localhost'],
  ['http://localhost:3000/cb', 'warning: localhost'],
  ['http://localhost.evil.test/cb', 'scheme'],
  ['http://app.localhost/cb', 'scheme'],
  ['http://localhost./cb', 'scheme'],
  ['http://127.0.0.1.evil.test/cb', 'scheme'],
  ['http://127.0.0.2/cb', 'scheme'],
  ['http://127.1/cb', 'scheme'],
  ['http://0x7f.0.0.1/cb', 'scheme'],
  ['http://2130706433/', 'scheme'],
  ['http://0.0.0.0/', 'scheme'],
  ['http://[::ffff:127.0.0.1]/', 'scheme'],
  ['http://[0:0:0:0:0:0:0:1]/', 'scheme'],
  ['http://LOCALHOST/cb', 'scheme'],
  // Authority
  ['https:app.example.com/cb', 'host_missing'],
  ['https:/app.example.com/cb', 'host_missing'],
  ['https:///app.example.com/cb', 'host_missing'],
  ['https://', 'host_missing'],
  ['https://:443/', 'host'],
  ['https://app.example.com@evil.test/', 'user_information'],
  ['https://a:b@app.example.com/', 'user_information'],
  ['https://a@b@evil.test/', 'user_information'],
  ['https://@app.example.com/', 'user_information'],
  ['https://app.example.com:/cb', 'port'],
  ['https://app.example.com:abc/', 'port'],
  ['https://[::1]443/', 'port'],
  ['https://app.example.com:99999/', 'unparseable'],
  ['https://app.example.com./cb', 'trailing_dot'],
  ['https://app..example.com/', 'host'],
  ['https://a_b.example.com/', 'host'],
  ['https://-app.example.com/', 'host'],
  ['https://app-.example.com/', 'host'],
  ['https://app%2eexample.com/', 'host'],
  ['https://app.example.1/', 'host'],
  ['https://app.example.1a/', 'host'],
  ['https://2130706433/', 'host'],
  ['https://1.2.3/', 'host'],
  ['https://256.1.1.1/', 'host'],
  ['https://01.2.3.4/', 'host'],
  [label(64), 'host'],
  [host(255), 'host'],
  ['https://203.0.113.7/cb', 'warning: ip_host'],
  ['https://[2001:db8::1]/cb', 'warning: ip_host'],
  ['https://[::ffff:127.0.0.1]/', 'canonical'],
  ['https://[::g]/', 'host'],
  ['https://[::1', 'host'],
  ['https://co.uk/cb', 'warning: shared_suffix'],
  // Path and query
  ['https://app.example.com/cb#x', 'fragment'],
  ['https://app.example.com/cb#', 'fragment'],
  ['https://app.example.com/a/../cb', 'dot_segment'],
  ['https://app.example.com/./cb', 'dot_segment'],
  ['https://app.example.com/..', 'dot_segment'],
  ['https://app.example.com/a/..;/cb', 'dot_segment'],
  ['https://app.example.com/a/..;x=1/cb', 'dot_segment'],
  ['https://app.example.com/a/..%3b/cb', 'dot_segment'],
  ['https://app.example.com/.well-known/cb', 'ok'],
  ['https://app.example.com/...', 'ok'],
  ['https://app.example.com/%2e%2e/cb', 'encoded_delimiter'],
  ['https://app.example.com/a%2Fb', 'encoded_delimiter'],
  ['https://app.example.com/a%5cb', 'encoded_delimiter'],
  ['https://app.example.com/a%00', 'encoded_delimiter'],
  ['https://app.example.com/a%0d%0aX', 'encoded_delimiter'],
  ['https://app.example.com/a%252fb', 'encoded_delimiter'],
  ['https://app.example.com/?x=%0d%0aSet-Cookie', 'encoded_delimiter'],
  ['https://app.example.com/%', 'percent_encoding'],
  ['https://app.example.com/%zz', 'percent_encoding'],
  ['https://app.example.com/?x=%4', 'percent_encoding'],
  ['https://app.example.com/%4?1=x', 'percent_encoding'],
  ['https://app.example.com/%c0%af', 'percent_encoding'],
  ['https://app.example.com/cb?to=https://evil.test/', 'warning: nested_url'],
  ['https://app.example.com/cb?to=https%3A%2F%2Fevil.test', 'warning: nested_url'],
  ['https://app.example.com/cb?to=//evil.test', 'warning: nested_url'],
  ['https://app.example.com/cb?to=%5C%5Cevil.test', 'warning: nested_url'],
  ['https://app.example.com/cb?to=javascript:alert(1)', 'ok'],
  ['https://app.example.com/cb?to=ftp%3A%2F%2Fevil.test', 'warning: nested_url'],
  ['https://app.example.com/cb?to=%20//evil.test', 'warning: nested_url'],
  ['https://app.example.com/cb?a=x&to=//evil.test', 'warning: nested_url'],
  ['https://app.example.com/cb?to=a//b', 'ok'],
  ['https://app.example.com/cb?%2F%2F=x', 'ok'],
  // Canonical form
  ['https://APP.example.com/cb', 'canonical'],
  ['HTTPS://app.example.com/cb', 'canonical'],
  ['https://app.example.com:443/cb', 'canonical'],
  ['https://app.example.com:08443/cb', 'canonical'],
  ["https://app.example.com/?a='", 'canonical'],
  ['https://xn--a.example/', 'unparseable'],
  // Schemes without a dot, which only the configuration allows
  ['cursor://callback', 'scheme', NATIVE],
  ['cursor://callback', 'warning: plain_scheme', PLAIN],
  ['Cursor://callback', 'warning: plain_scheme', PLAIN],
  ['vscode://callback', 'scheme', PLAIN],
  ['cursor://callback', 'scheme', { ...PLAIN, native: false }],
  // Wildcards
  ['https://*.example.com/cb', 'wildcard'],
  ['https://app.example.com/*', 'wildcard', WEB],
  ['https://*.example.com/cb', 'warning: wildcard_used', WILD],
  ['https://pre-*-post.example.com/cb', 'warning: wildcard_used', WILD],
  ['https://*.vercel.app/cb', 'wildcard_suffix', WILD],
  ['https://pre-*.vercel.app/cb', 'wildcard_suffix', WILD],
  ['https://*.co.uk/cb', 'wildcard_suffix', WILD],
  ['https://*.GitHub.io/cb', 'wildcard_suffix', WILD],
  // Below `*.kobe.jp` of the list, but for its exception.
  ['https://*.sub.kobe.jp/cb', 'wildcard_suffix', WILD],
  ['https://*.city.kobe.jp/cb', 'warning: wildcard_used', WILD],
  ['https://*.team.vercel.app/cb', 'warning: wildcard_used', WILD],
  ['https://*.com/cb', 'wildcard_place', WILD],
  ['https://*/cb', 'wildcard_place', WILD],
  ['https://sub.*.example.com/cb', 'wildcard_place', WILD],
  ['https://*.*.example.com/cb', 'wildcard_place', WILD],
  ['https://**.example.com/cb', 'wildcard_place', WILD],
  ['https://app.example.com*', 'wildcard_place', WILD],
  ['https://app.example.*/cb', 'wildcard_place', WILD],
  ['https://app.example.com/*', 'wildcard_place', WILD],
  ['https://app.example.com/?x=*', 'wildcard_place', WILD],
  ['https://app.example.com:*/', 'port', WILD],
  ['https://*.0.0.1/', 'host', WILD],
  ['https://*-.example.com/', 'host', WILD],
  ['https://*.EXAMPLE.com/', 'canonical', WILD],
  ['http://*.localhost/', 'scheme', WILD],
  ['com.example.app://*.example.com', 'wildcard_place', WILD],
  ['com.example.app://*.a.example/https:x', 'wildcard_place', WILD],
  // Placeholders
  ['https://{organization_name}.example.com/cb', 'placeholder'],
  ['https://{organization_name}.example.com/cb', 'ok', HELD],
  ['https://{other}.example.com/cb', 'placeholder', HELD],
  ['https://{organization_namx}.example.com/cb', 'placeholder', HELD],
  ['https://app.example.com/{custom_name}', 'placeholder_place', ALIKE],
  ['https://pre-{custom_domain.metadata.a}.example.com/', 'placeholder_place', HELD],
  ['https://{}.example.com/cb', 'placeholder', HELD],
  ['https://{organization_name.example.com/cb', 'placeholder', HELD],
  ['https://{{organization_name}}.example.com/cb', 'placeholder', HELD],
  ['https://pre-{organization_name}.example.com/cb', 'placeholder_place', HELD],
  ['https://{organization_name}-post.example.com/cb', 'placeholder_place', HELD],
  ['https://app.{organization_name}.example.com/cb', 'placeholder_place', HELD],
  ['https://{organization_name}.com/cb', 'placeholder_place', HELD],
  ['https://app.example.com/{organization_name}', 'placeholder_place', HELD],
  ['https://{organization_name}.*.example.com/', 'wildcard_place', HELD],
  ['https://*.{organization_name}.example.com/', 'wildcard_place', HELD],
  ['https://{custom_domain.metadata.public_host}/cb', 'ok', HELD],
  ['https://app.example.com/o/{custom_domain.metadata.public_path}/cb', 'ok', HELD],
  ['https://app.example.com/?x={custom_domain.metadata.public_x}', 'placeholder_place', HELD],
  ['https://{custom_domain.metadata.}/cb', 'placeholder', HELD],
  ['https://{custom_domain.metadata.a/b}/cb', 'placeholder', HELD],
  ['https://{custom_domain.metadata.public_host}@evil.test/', 'user_information', HELD],
  ['com.example.app://{organization_name}.a.example', 'placeholder_place', HELD],
]

describe('redirect URIs', () => {
  for (const [value, expected, context] of REDIRECTS) {
    it(`${expected}: ${JSON.stringify(value).slice(0, 90)}`, () => {
      expect(verdict(value, context)).toBe(expected)
    })
  }

  it('decides the same for logout URIs', () => {
    for (const [value, expected, context] of REDIRECTS) {
      expect(verdict(value, context, 'logout'), value).toBe(expected)
    }
  })
})

describe('origins', () => {
  const rows: readonly (readonly [value: string, expected: string, context?: UriContext])[] = [
    ['https://app.example.com', 'ok'],
    ['https://app.example.com:8443', 'ok'],
    ['http://127.0.0.1:3000', 'ok'],
    ['http://localhost:3000', 'warning: localhost'],
    ['https://app.example.com/', 'origin_only'],
    ['https://app.example.com/cb', 'origin_only'],
    ['https://app.example.com?x', 'origin_only'],
    ['https://app.example.com#', 'fragment'],
    ['https://app.example.com:443', 'canonical'],
    ['https://APP.example.com', 'canonical'],
    ['http://app.example.com', 'scheme'],
    ['null', 'absolute'],
    ['*', 'absolute', WILD],
    ['https://*', 'wildcard_place', WILD],
    ['https://*.example.com', 'warning: wildcard_used', WILD],
    ['https://*.example.com', 'wildcard'],
    ['capacitor://localhost', 'ok', NATIVE],
    ['capacitor://localhost', 'scheme'],
    ['com.example.app://x', 'scheme', NATIVE],
  ]
  for (const [value, expected, context] of rows) {
    it(`${expected}: ${value}`, () => expect(verdict(value, context, 'origin')).toBe(expected))
  }
})

describe('pages', () => {
  const rows: readonly (readonly [value: string, expected: string, context?: UriContext])[] = [
    ['https://app.example.com/login', 'ok'],
    ['https://{custom_domain.metadata.public_host}/login', 'ok', HELD],
    ['http://localhost/login', 'scheme'],
    ['com.example.app:/login', 'scheme', NATIVE],
    ['javascript:alert(1)', 'dangerous_scheme'],
    ['https://*.example.com/login', 'wildcard', WILD],
    ['https://app.example.com/login#x', 'ok'],
    ['https://app.example.com/login#{custom_domain.metadata.public_x}', 'placeholder_place', HELD],
    ['https://{organization.metadata.public_host}/login', 'placeholder', HELD],
  ]
  for (const [value, expected, context] of rows) {
    it(`${expected}: ${value}`, () => expect(verdict(value, context, 'page')).toBe(expected))
  }
})

describe('pages at which a login is started (Auth0, "Configure Default Login Routes")', () => {
  const LOGIN = {
    ...HELD,
    policy: { ...HELD.policy, loginPlaceholders: ['organization.metadata.public_*'] },
  }
  const rows: readonly (readonly [value: string, expected: string, context?: UriContext])[] = [
    ['https://app.example.com/login#start', 'ok'],
    ['https://{organization.metadata.public_host}/login', 'ok', LOGIN],
    ['https://app.example.com/{organization.metadata.public_path}/login', 'ok', LOGIN],
    ['https://app.example.com/login#{organization.metadata.public_x}', 'placeholder_place', LOGIN],
    ['https://{organization.metadata.private_host}/login', 'placeholder', LOGIN],
    ['https://{organization.metadata.public_host}/login', 'placeholder', HELD],
    ['http://localhost/login', 'scheme'],
  ]
  for (const [value, expected, context] of rows) {
    it(`${expected}: ${value}`, () => expect(verdict(value, context, 'login')).toBe(expected))
  }

  it('has no such names elsewhere', () => {
    const value = 'https://{organization.metadata.public_host}/cb'
    expect(verdict(value, LOGIN, 'redirect')).toBe('placeholder')
  })
})

it.each([
  ['xn--a.example', true],
  ['xn--mnchen-3ya.xn--a', true],
  ['xn--mnchen-3ya.example', false],
  ['app.example', false],
  ['a-xn--.example', false],
])('knows whether punycode stands for something: %s', (host, expected) => {
  // The parser of Node 20 refuses such hosts itself.
  expect(hasBadPunycode(host)).toBe(expected)
})

describe('a scheme', () => {
  it.each(['ftp', 'https', 'javascript', 'data'])(
    '%s is none that an application has',
    (scheme) => {
      expect(isTakenScheme(scheme)).toBe(true)
    },
  )

  it.each(['cursor', 'com.example.app', ''])('%j is one that an application may have', (scheme) => {
    expect(isTakenScheme(scheme)).toBe(false)
  })

  it('without a dot needs the configuration', () => {
    expect(isPlainScheme('Cursor', PLAIN.policy)).toBe(true)
    expect(isPlainScheme('cursor', WEB.policy)).toBe(false)
  })
})

describe('what a finding says', () => {
  const says = (value: string, context = WEB) => checkUri(value, 'redirect', context)[0]?.says

  it('shows the punycode to send', () => {
    expect(says('https://münchen.example/cb')).toBe(
      'must have its host in punycode: xn--mnchen-3ya.example',
    )
  })

  it('says the same however often it is asked', () => {
    for (let times = 0; times < 20_000; times += 1) {
      if (says('https://a\u00fcxn--a') === 'must have its host in punycode: xn--axn--a-3ya')
        continue
      expect(says('https://a\u00fcxn--a')).toBe(`another sentence after ${times} times`)
    }
  })

  it('shows the canonical form to send', () => {
    expect(says('https://APP.example.com:443/cb')).toBe(
      'must be written as browsers write it: https://app.example.com/cb',
    )
  })

  it.each<[string, string, string, UriContext?, UriUse?]>([
    ['a host that has no punycode', 'https://ü ü.example/', 'must have a host in punycode (xn--…)'],
    ['braces where there are no placeholders', 'https://a.example/{x}', 'must not contain braces'],
    [
      'the placeholders that there are',
      'https://{x}.a.example/',
      'may contain, in braces, only organization_name, custom_domain.metadata.*',
      HELD,
    ],
    [
      'no canonical form of a wildcard',
      'https://*.EXAMPLE.com/cb',
      'must be written as browsers write it: lower-case host, no default port, no dot segments',
      WILD,
    ],
    ['a page', 'http://localhost/', 'must be an https URL', NATIVE, 'page'],
    [
      'http elsewhere',
      'http://a.example/',
      'must use https; http is only for 127.0.0.1, [::1] and localhost',
      NATIVE,
    ],
    ['a provider without private-use schemes', 'com.example.app:/', 'must use https', NO_SCHEMES],
    [
      'a client that is not native',
      'com.example.app:/',
      'must use https; private-use schemes are for native clients',
    ],
    ['an origin of a web view', 'com.example.other://x', 'must use https', NATIVE, 'origin'],
    [
      'a scheme that anyone could have',
      'otherapp:/cb',
      'must use https or a scheme in reverse domain order, such as com.example.app; plainSchemes in the configuration of the provider allows others',
      NATIVE,
    ],
  ])('warns of %s', (_, value, expected, context = WEB, use = 'redirect') => {
    expect(checkUri(value, use, context)[0]?.says).toBe(expected)
  })

  it('does not repeat user information', () => {
    expect(JSON.stringify(checkUri('https://joe:hunter2@a.example/', 'redirect', WEB))).not.toMatch(
      /hunter2|joe/,
    )
  })

  it('names the limit of the provider when that is lower', () => {
    const policy = { ...WEB.policy, maxLength: 1_024 }
    expect(says(long(1_025), { ...WEB, policy })).toBe('must have 1 to 1024 characters')
  })

  it('is a violation for a text of no length as for any other', () => {
    expect(checkUri('', 'redirect', WEB)).toEqual([
      { rule: 'length', severity: 'violation', says: 'must have 1 to 2048 characters' },
    ])
  })

  it('never raises the limit above 2048', () => {
    const policy = { ...WEB.policy, maxLength: 9_999 }
    expect(verdict(long(2_049), { ...WEB, policy })).toBe('length')
  })

  it('warns of a shared suffix of which a host is a name, and not of names below it', () => {
    expect(verdict('https://vercel.app/')).toBe('warning: shared_suffix')
    expect(verdict('https://app.vercel.app/')).toBe('ok')
    expect(verdict('https://app.co.uk/')).toBe('ok')
    expect(verdict('https://a.app-*.vercel.app/', WILD)).toBe('wildcard_place')
    expect(verdict('https://*.app.vercel.app/', WILD)).toBe('warning: wildcard_used')
  })

  it('reports everything of one stage, and warnings only where nothing is broken', () => {
    const rules = (value: string) => checkUri(value, 'redirect', WEB).map(({ rule }) => rule)
    expect(rules('https://a:b@a..example:x/')).toEqual(['user_information', 'port', 'host'])
    expect(rules('https://a.example/../%2f#x')).toEqual([
      'fragment',
      'encoded_delimiter',
      'dot_segment',
    ])
    expect(rules('https://')).toEqual(['host_missing'])
    expect(rules('http://localhost/?to=//x')).toEqual(['localhost', 'nested_url'])
    expect(rules('http://localhost/?to=//x#y')).toEqual(['fragment'])
  })
})

describe('a word that a provider takes in the place of a URI', () => {
  const words = { logout: ['+'], origin: ['+', '*'] }
  const worded: UriContext = { ...WEB, policy: { ...WEB.policy, words } }

  it.each<[string, UriUse, UriContext, string]>([
    ['+', 'logout', worded, 'ok'],
    ['+', 'origin', worded, 'ok'],
    ['*', 'origin', worded, 'ok'],
    ['*', 'logout', worded, 'absolute'],
    ['+', 'redirect', worded, 'absolute'],
    ['*', 'redirect', worded, 'absolute'],
    ['+', 'logout', WEB, 'absolute'],
    ['+', 'origin', { ...WEB, policy: { ...WEB.policy, words: { logout: ['+'] } } }, 'absolute'],
  ])('%s as %s', (word, use, context, expected) => {
    expect(verdict(word, context, use)).toBe(expected)
  })
})

describe('what was found of a URI', () => {
  const found = (value: string, context = WEB) => violationsOf(value, 'redirect', context)
  const others = (count: number, context: UriContext) => {
    for (let index = 0; index < count; index += 1) found(`https://a.example/${index}`, context)
  }

  it('says that the URI may not be used, and why', () => {
    expect(found('http://a.example/cb')).toEqual([
      { rule: expect.any(String), severity: 'violation', says: expect.stringMatching(/^must /) },
    ])
  })

  it('is remembered with what it was judged by', () => {
    const [web, other] = [{ ...WEB.policy }, { ...WEB.policy }]
    const value = 'com.example.app:/cb'
    const first = found(value, { policy: web, native: false })
    expect(found(value, { policy: web, native: false })).toBe(first)
    expect(found(value, { policy: web, native: true })).toEqual([])
    expect(violationsOf(value, 'page', { policy: web, native: false })).not.toBe(first)
    expect(found(value, { policy: other, native: false })).toEqual(first)
    expect(found(value, { policy: { ...web, maxLength: 5 }, native: false })).not.toEqual(first)
  })

  it('is forgotten with 500 others', () => {
    const context = { ...WEB, policy: { ...WEB.policy } }
    const first = found('http://a.example/cb', context)
    others(499, context)
    expect(found('http://a.example/cb', context)).toBe(first)
    found('https://a.example/one-more', context)
    const again = found('http://a.example/cb', context)
    expect(again).toEqual(first)
    expect(again).not.toBe(first)
  })
})
