/**
 * Numbers that no double holds, from the bytes of a provider to the bytes of a request, through the whole
 * program. The provider keeps texts and parses nothing.
 */

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { parseClientFile } from '../../src/files/client-file.ts'
import { renderClientFile } from '../../src/files/render.ts'
import { connect, isNumberLiteral } from '../../src/sdk/index.ts'
import { ask } from '../contract/caller.ts'
import { startWorld, type World } from '../contract/world.ts'
import { RAW_POOL, type RawProvider, startRawProvider } from '../fixtures/raw-provider.ts'

let raw: RawProvider
let world: World

beforeAll(async () => {
  raw = await startRawProvider()
  world = await startWorld({ providers: raw.providers })
})
afterAll(async () => {
  await world.close()
  await raw.close()
})
beforeEach(() => {
  raw.written.splice(0)
  raw.answer = undefined
})

/** Literals that a double changes in value, and others that it changes in spelling. */
const NUMBERS =
  '{"beyond":9007199254740993,"long":-12345678901234567890.5,"fine":0.1000000000000000055,"spelled":[1.0,-0,1E3,{"deep":1.50e-7}]}'
/** What JavaScript has no number for at all. */
const HUGE = '1E400'

const RECORDS: Readonly<Record<string, string>> = {
  'raw-auth0': `{"client_id":"abc","name":"Old","custom_member":${NUMBERS},"huge":${HUGE},"refresh_token":{"rotation_type":"non-rotating","expiration_type":"expiring","leeway":0.0,"infinite_token_lifetime":false,"infinite_idle_token_lifetime":false,"token_lifetime":2592000.0,"idle_token_lifetime":1296000,"unheard_of":9007199254740993}}`,
  'raw-cognito': `{"ClientId":"abc","ClientName":"Old","UserPoolId":"${RAW_POOL}","CreationDate":1.548802761334E9,"custom_member":${NUMBERS},"huge":${HUGE}}`,
  'raw-rfc7592': `{"client_id":"abc","client_name":"Old","redirect_uris":["https://app.example.com/cb"],"custom_member":${NUMBERS},"huge":${HUGE}}`,
}
const RENAMED: Readonly<Record<string, string>> = {
  'raw-auth0': '"name":"New"',
  'raw-cognito': '"ClientName":"New"',
  'raw-rfc7592': '"client_name":"New"',
}
const KINDS = Object.keys(RECORDS)

/** The members that tests change, as a body without white space holds them; objects inside are one level deep. */
const CHANGED = [
  /"(?:name|ClientName|client_name)":"[^"]*"/,
  /"custom_member":\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}/,
  /"huge":[^,}]+/,
]

/** Has the provider put into force what it is sent, character by character. */
function putIntoForce() {
  raw.answer = (_path, input) => {
    const sent = input.replaceAll(/\s/g, '')
    for (const member of CHANGED) {
      const [text] = member.exec(sent) ?? []
      if (text !== undefined) raw.record = raw.record.replace(member, () => text)
    }
    return undefined
  }
}

const send = (method: string, target: string, body?: string, type = 'application/json') =>
  ask(world, method, target, {
    body: body === undefined ? undefined : new TextEncoder().encode(body),
    headers: { 'content-type': type },
  })

const at = (provider: string) =>
  `/clients/abc?provider=${provider}${provider === 'raw-cognito' ? `&userPoolId=${RAW_POOL}` : ''}`

/** Without white space, so that texts can be looked for. */
const has = (text: string, part: string) => expect(text.replaceAll(/\s/g, '')).toContain(part)

describe.each(KINDS)('at %s', (provider) => {
  beforeAll(async () => {
    raw.record = RECORDS[provider] ?? ''
    if (provider !== 'raw-rfc7592') return
    const registration = `/clients/abc/registration?provider=${provider}`
    const answer = await send('PUT', registration, '{"registrationAccessToken":"registered-token"}')
    expect(answer.status, answer.text).toBe(200)
  })
  beforeEach(() => {
    raw.record = RECORDS[provider] ?? ''
  })

  it('are shown as they are', async () => {
    const { status, text } = await send('GET', at(provider))
    expect(status, text).toBe(200)
    has(text, `"custom_member":${NUMBERS}`)
    has(text, `"huge":${HUGE}`)
  })

  it('are sent as they are where an update replaces, and not at all where it merges', async () => {
    putIntoForce()
    const answer = await send('PATCH', at(provider), '{"client":{"name":"New"}}')
    expect(answer.status, answer.text).toBe(200)
    const [written = ''] = raw.written
    has(written, RENAMED[provider] ?? '')
    if (provider === 'raw-auth0') expect(written).not.toContain('custom_member')
    else has(written, `"custom_member":${NUMBERS},"huge":${HUGE}`)
  })

  it('count as not sent when JavaScript sends them back', async () => {
    const { text } = await send('GET', at(provider))
    const client = JSON.parse(text) as { providerSettings: Record<string, unknown> }
    const { huge: _, ...rest } = client.providerSettings
    const back = JSON.stringify({ client: { ...client, providerSettings: rest } })
    expect(back).toContain('9007199254740992')
    const answer = await send('PATCH', at(provider), back)
    expect(answer.status, answer.text).toBe(200)
    const settings = JSON.stringify({ client: { providerSettings: rest } })
    expect((await send('PATCH', at(provider), settings)).status).toBe(200)
    expect(raw.written).toEqual([])
  })

  it('are kept beside what JavaScript changes in the same setting, by patch and by JSON Patch', async () => {
    const change =
      '{"client":{"providerSettings":{"custom_member":{"beyond":9007199254740992,"spelled":[1,0,7]}}}}'
    putIntoForce()
    const patched = await send('PATCH', at(provider), change)
    expect(patched.status, patched.text).toBe(200)
    has(raw.written.pop() ?? '', '"beyond":9007199254740993')
    raw.record = RECORDS[provider] ?? ''
    const operations =
      '[{"op":"test","path":"/providerSettings/custom_member/beyond","value":9007199254740993.0},' +
      '{"op":"copy","from":"/providerSettings/custom_member/beyond","path":"/providerSettings/custom_member/copied"}]'
    const type = 'application/json-patch+json'
    const response = await send('PATCH', at(provider), operations, type)
    expect(response.status, response.text).toBe(200)
    has(raw.written.pop() ?? '', '"copied":9007199254740993')
  })

  it('are taken from a caller as they are, and stand so in the history', async () => {
    const change = '{"client":{"providerSettings":{"huge":12345678901234567891}}}'
    putIntoForce()
    const answer = await send('PATCH', at(provider), change)
    expect(answer.status, answer.text).toBe(200)
    has(raw.written[0] ?? '', '"huge":12345678901234567891')
    const { text } = await send('GET', at(provider).replace('/abc', '/abc/history'))
    has(text, `"before":${HUGE},"after":12345678901234567891`)
  })

  it('are reported as ignored where the provider leaves them, and as applied where it takes them', async () => {
    const change = '{"client":{"providerSettings":{"custom_member":{"beyond":9007199254740995}}}}'
    const ignored = await send('PATCH', at(provider), change)
    expect(ignored.status, ignored.text).toBe(502)
    expect(JSON.parse(ignored.text)).toMatchObject({
      code: 'not_applied',
      fields: ['client.providerSettings.custom_member'],
    })
    putIntoForce()
    const applied = await send('PATCH', at(provider), change)
    expect(applied.status, applied.text).toBe(200)
    has(raw.record, '"beyond":9007199254740995')
  })

  it('are exported as they are, and read from the file as they are', async () => {
    const fetch: typeof globalThis.fetch = async (url, init) => {
      const { pathname, search } = new URL(String(url))
      const { status, text } = await send(init?.method ?? 'GET', `${pathname}${search}`)
      const headers = { 'content-type': 'application/json', 'x-request-id': 'test' }
      return new Response(text, { status, headers })
    }
    const api = connect({ url: 'http://clientry.example', token: 'none', fetch })
    const { body } = await api.getClient({
      id: 'abc',
      provider,
      ...(provider === 'raw-cognito' ? { userPoolId: RAW_POOL } : {}),
    })
    const { custom_member: shown } = body.providerSettings as Record<string, { beyond: unknown }>
    expect(isNumberLiteral(shown?.beyond)).toBe(true)
    expect(String(shown?.beyond)).toBe('9007199254740993')
    expect(JSON.stringify(shown)).toContain('"beyond":"9007199254740993"')
    const fields = { name: { writable: true }, providerSettings: { writable: true } }
    const live = { provider, id: 'abc', name: 'Old', attributes: body } as never
    const settings = Object.keys(body.providerSettings)
    const text = renderClientFile(live, { fields, settings })
    for (const line of ['beyond: 9007199254740993', '- 1.0', '- -0', '- 1E3', `huge: ${HUGE}`]) {
      expect(text).toContain(line)
    }
    const file = parseClientFile('abc.yaml', text)
    expect(String((file.client.providerSettings as { huge: unknown }).huge)).toBe(HUGE)
  })
})

it('is what else of a setting goes along that is always sent whole', async () => {
  raw.record = RECORDS['raw-auth0'] ?? ''
  await send('PATCH', at('raw-auth0'), '{"client":{"refreshTokenIdleLifetime":600}}')
  has(raw.written[0] ?? '', '"leeway":0.0,')
  has(raw.written[0] ?? '', '"token_lifetime":2592000.0,"idle_token_lifetime":600')
  has(raw.written[0] ?? '', '"unheard_of":9007199254740993')
})

it('shows times and lifetimes that are spelled as no double is', async () => {
  raw.record = RECORDS['raw-cognito'] ?? ''
  expect((await send('GET', at('raw-cognito'))).text).toContain('2019-01-29T22:59:21.334Z')
  raw.record = RECORDS['raw-auth0'] ?? ''
  expect((await send('GET', at('raw-auth0'))).text).toContain('"refreshTokenLifetime":2592000,')
})

it('refuses an answer that is no UTF-8, of which a name would be sent back otherwise', async () => {
  raw.record = RECORDS['raw-cognito'] ?? ''
  raw.answer = () => [
    200,
    Buffer.from(`{"UserPoolClient":{"ClientId":"abc","ClientName":"Caf\u00e9"}}`, 'latin1'),
  ]
  const answer = await send('PATCH', at('raw-cognito'), '{"client":{"callbacks":[]}}')
  raw.answer = undefined
  expect(answer.text).toContain('provider_unavailable')
  expect(raw.written).toEqual([])
})

it('takes no number for an attribute that is none of whole seconds', async () => {
  raw.record = RECORDS['raw-auth0'] ?? ''
  for (const number of ['9007199254740993', '1E400', '3600.5']) {
    const answer = await send('PATCH', at('raw-auth0'), `{"client":{"idTokenLifetime":${number}}}`)
    expect(answer.status, number).toBe(400)
  }
  expect(raw.written).toEqual([])
  const plan = await send(
    'PATCH',
    `${at('raw-auth0')}&dryRun=true`,
    '{"client":{"idTokenLifetime":3600.0}}',
  )
  expect(plan.status, plan.text).toBe(200)
})
