/** The grammar of form bodies as a table: what each spelling means, and why others are refused. */

import { describe, expect, it } from 'vitest'
import { parseForm } from '../../src/http/wire/form-body.ts'
import { KINDS } from './form-kinds.ts'
import { refusalOf } from './refusal.ts'

const refused = (text: string) => refusalOf(() => parseForm(text, KINDS))
const URLS = ['https://a.example/cb?x=1&y=2', 'https://b.example/c+d']
const [A = '', B = ''] = URLS.map(encodeURIComponent)

describe('a form', () => {
  it.each<[string, object]>([
    ['', {}],
    ['&&', {}],
    ['provider=auth0', { provider: 'auth0' }],
    ['provider=a&userPoolId=us-east-1_x', { provider: 'a', userPoolId: 'us-east-1_x' }],
    ['dryRun=true', { dryRun: 'true' }],
    ['client[name]=A+b%20c%2B', { client: { name: 'A b c+' } }],
    ['client%5Bname%5D=x', { client: { name: 'x' } }],
    ['client[name]', { client: { name: '' } }],
    ['client[name]=a=b', { client: { name: 'a=b' } }],
    ['client[name]=1', { client: { name: '1' } }],
    ['client[oidcConformant]=true', { client: { oidcConformant: true } }],
    ['client[oidcConformant]=false', { client: { oidcConformant: false } }],
    ['client[idTokenLifetime]=3600', { client: { idTokenLifetime: 3600 } }],
    ['client[idTokenLifetime]=-1', { client: { idTokenLifetime: -1 } }],
    [`client[callbacks][]=${A}&client[callbacks][]=${B}`, { client: { callbacks: URLS } }],
    [`client[callbacks][1]=${B}&client[callbacks][0]=${A}`, { client: { callbacks: URLS } }],
    ['client[callbacks]=', { client: { callbacks: [] } }],
    ['client[callbacks][]=', { client: { callbacks: [''] } }],
    [
      `client[callbacks][add][]=${A}&client[callbacks][remove][0]=${B}`,
      { client: { callbacks: { add: [URLS[0]], remove: [URLS[1]] } } },
    ],
    ['client[callbacks][add]=', { client: { callbacks: { add: [] } } }],
    [
      'client[clientMetadata][team]=a&client[clientMetadata][0]=b',
      { client: { clientMetadata: { team: 'a', '0': 'b' } } },
    ],
    ['client[clientMetadata]=', { client: { clientMetadata: {} } }],
    [
      'client[refreshTokenRotation][enabled]=true&client[refreshTokenRotation][graceSeconds]=5',
      { client: { refreshTokenRotation: { enabled: true, graceSeconds: 5 } } },
    ],
    ['client[refreshTokenRotation][other]=x', { client: { refreshTokenRotation: { other: 'x' } } }],
    [
      `client=${encodeURIComponent('{"name":null,"providerSettings":{"a":[1]}}')}&provider=a`,
      { client: { name: null, providerSettings: { a: [1] } }, provider: 'a' },
    ],
    ['client[nmae]=x', { client: { nmae: 'x' } }],
    ['client[callback][]=a&client[callback][]=b', { client: { callback: ['a', 'b'] } }],
    ['client[meta][a]=1&client[meta][b][c]=2', { client: { meta: { a: '1', 'b.c': '2' } } }],
    ['client[]=x', { client: { '': 'x' } }],
  ])('%s', (text, expected) => {
    expect(parseForm(text, KINDS)).toEqual(expected)
  })

  it('keeps list values in the order of 1,000 indices', () => {
    const values = Array.from({ length: 1_000 }, (_, index) => `https://a.example/${index}`)
    const pairs = values.map((value, index) => `client[callbacks][${index}]=${value}`)
    const { client } = parseForm(pairs.reverse().join('&'), KINDS)
    expect(client).toEqual({ callbacks: values })
  })
})

describe('a form is refused', () => {
  it.each<[string, string, string | undefined]>([
    ['client[name]=a&client[name]=b', 'invalid_field', 'client.name'],
    ['client[name]=a&client[name][]=b', 'invalid_field', 'client.name'],
    ['client[name][first]=a', 'invalid_field', 'client.name'],
    ['client[nmae]=a&client[nmae]=b', 'invalid_field', 'client.nmae'],
    ['client[oidcConformant]=yes', 'invalid_field', 'client.oidcConformant'],
    ['client[oidcConformant]=', 'invalid_field', 'client.oidcConformant'],
    ['client[oidcConformant]=True', 'invalid_field', 'client.oidcConformant'],
    ['client[idTokenLifetime]=', 'invalid_field', 'client.idTokenLifetime'],
    ['client[idTokenLifetime]=1.5', 'invalid_field', 'client.idTokenLifetime'],
    ['client[idTokenLifetime]=007', 'invalid_field', 'client.idTokenLifetime'],
    ['client[idTokenLifetime]=1e3', 'invalid_field', 'client.idTokenLifetime'],
    ['client[idTokenLifetime]=9007199254740993', 'invalid_field', 'client.idTokenLifetime'],
    ['client[idTokenLifetime]=٣', 'invalid_field', 'client.idTokenLifetime'],
    ['client[callbacks]=a', 'invalid_field', 'client.callbacks'],
    ['client[callbacks]=&client[callbacks]=', 'invalid_field', 'client.callbacks'],
    ['client[callbacks]=&client[callbacks][]=a', 'invalid_field', 'client.callbacks'],
    ['client[callbacks][]=a&client[callbacks][0]=b', 'invalid_field', 'client.callbacks'],
    ['client[callbacks][0]=a&client[callbacks][2]=b', 'invalid_field', 'client.callbacks'],
    ['client[callbacks][1]=a', 'invalid_field', 'client.callbacks'],
    ['client[callbacks][0]=a&client[callbacks][0]=b', 'invalid_field', 'client.callbacks'],
    ['client[callbacks][00]=a', 'invalid_field', 'client.callbacks'],
    ['client[callbacks][99999999999]=a', 'invalid_field', 'client.callbacks'],
    ['client[callbacks][][]=a', 'invalid_field', 'client.callbacks'],
    ['client[callbacks][add][]=a&client[callbacks][]=b', 'invalid_field', 'client.callbacks'],
    ['client[callbacks][add]=a', 'invalid_field', 'client.callbacks.add'],
    ['client[callbacks][add][add][]=a', 'invalid_field', 'client.callbacks.add'],
    ['client[callbacks][add][1]=a', 'invalid_field', 'client.callbacks.add'],
    ['client[clientMetadata]=x', 'invalid_field', 'client.clientMetadata'],
    ['client[clientMetadata][]=x', 'invalid_field', 'client.clientMetadata'],
    ['client[clientMetadata][a][b]=x', 'invalid_field', 'client.clientMetadata'],
    [
      'client[clientMetadata][a]=x&client[clientMetadata][a]=y',
      'invalid_field',
      'client.clientMetadata.a',
    ],
    ['client[refreshTokenRotation]=', 'invalid_field', 'client.refreshTokenRotation'],
    [
      'client[refreshTokenRotation][enabled]=1',
      'invalid_field',
      'client.refreshTokenRotation.enabled',
    ],
    ['client[providerSettings][a]=1', 'invalid_field', 'client.providerSettings'],
    ['client[providerSettings]={}', 'invalid_field', 'client.providerSettings'],
    ['client={}&client[name]=a', 'invalid_request', 'client'],
    ['client={}&client={}', 'invalid_request', 'client'],
    ['client=', 'invalid_request', 'client'],
    ['client={"a":1,"a":2}', 'invalid_request', 'client.a'],
    ['provider=a&provider=b', 'invalid_request', 'provider'],
    ['provider[]=a', 'invalid_request', 'provider'],
    ['=x', 'invalid_request', undefined],
    ['client[name=x', 'invalid_request', undefined],
    ['client]name[=x', 'invalid_request', undefined],
    ['client[name]x=y', 'invalid_request', undefined],
    ['client[a[b]]=y', 'invalid_request', undefined],
    ['client[name]=%', 'invalid_request', undefined],
    ['client[name]=%zz', 'invalid_request', undefined],
    ['client[name]=%ff', 'invalid_request', undefined],
    ['client[name]=%ed%a0%80', 'invalid_request', undefined],
    ['client[name]=%c0%af', 'invalid_request', undefined],
    ['client[__proto__]=x', 'invalid_request', undefined],
    ['client[%5f_proto__][a]=x', 'invalid_request', undefined],
    ['client[clientMetadata][constructor]=x', 'invalid_request', undefined],
    ['client[clientMetadata][prototype]=x', 'invalid_request', undefined],
    ['__proto__[a]=x', 'invalid_request', undefined],
    ['client={"__proto__":{}}', 'invalid_request', 'client.__proto__'],
  ])('%s', (text, code, field) => {
    const error = refused(text)
    expect(error).toMatchObject({ code })
    expect(error.field).toBe(field)
    if (field !== undefined) expect(error.message).toContain(field)
  })

  it('when it has more than 2,000 pairs, and never cut', () => {
    const pairs = (count: number) => Array(count).fill('client[callbacks][]=a').join('&')
    const { client } = parseForm(pairs(2_000), KINDS)
    expect((client as { callbacks: string[] }).callbacks).toHaveLength(2_000)
    expect(refused(pairs(2_001))).toMatchObject({ code: 'too_large', status: 413 })
  })

  it('with a sentence that says how to write what brackets cannot', () => {
    expect(refused('client[providerSettings][a]=1').message).toContain('client=<JSON>')
    expect(refused('client[callbacks]=a').message).toContain('[]')
    expect(refused('client={').message).toBe(
      'client must be JSON; it is broken at line 1, column 2.',
    )
  })

  it('without echoing values', () => {
    for (const field of ['idTokenLifetime', 'oidcConformant', 'callbacks', 'clientMetadata']) {
      expect(refused(`client[${field}]=canary`).message).not.toContain('canary')
    }
  })
})
