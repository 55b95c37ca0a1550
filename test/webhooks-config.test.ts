/** The settings of webhooks: what is refused before a server starts, and the example of docs/webhooks.md. */

import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { parseConfig } from '../src/config/config-parse.ts'
import { EVENT_TYPES } from '../src/service/notify/client-event.ts'

const KEY = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const environment = {
  CLIENTRY_KEY: Buffer.alloc(32).toString('base64'),
  AUTH0_CLIENT_SECRET: 'a-secret',
  WEBHOOK_KEY: KEY,
  SHORT_KEY: 'whsec_c2hvcnQ=',
}
const example = parse(readFileSync('docs/examples/clientry.yaml', 'utf8'))
const page = readFileSync('docs/webhooks.md', 'utf8')
const parsed = (webhooks: unknown) => parseConfig({ ...example, webhooks }, environment, '.')
const HOOK = { url: 'https://hooks.example.com/', secrets: [{ env: 'WEBHOOK_KEY' }] }
const faultsOf = (more: object) => {
  try {
    parsed({ audit: { ...HOOK, ...more } })
    return ''
  } catch (error) {
    return (error as Error).message
  }
}

it('the example of the page is a configuration', () => {
  const [, yaml = ''] = /```yaml\n([\s\S]*?)```/.exec(page) ?? []
  expect(parsed(parse(yaml).webhooks).webhooks.audit).toMatchObject({
    url: 'https://hooks.example.com/clientry',
    types: ['clientry.change', 'clientry.outside_change'],
    privateAddresses: [],
  })
})

it('the page has a row for each type of event', () => {
  for (const type of EVENT_TYPES) expect(page).toContain(`\n| \`${type}\` |`)
})

it.each([
  ['http', { url: 'http://hooks.example.com/' }, 'webhooks.audit.url must be an https URL'],
  ['http on this machine', { url: 'http://localhost/' }, 'webhooks.audit.url must be an https URL'],
  ['a user in the URL', { url: 'https://a:b@hooks.example.com/' }, 'without a user'],
  ['a fragment', { url: 'https://hooks.example.com/#a' }, 'and a fragment'],
  ['no key', { secrets: [] }, 'webhooks.audit.secrets'],
  ['three keys', { secrets: Array(3).fill({ env: 'WEBHOOK_KEY' }) }, 'webhooks.audit.secrets'],
  ['a key that is written out', { secrets: [KEY] }, 'webhooks.audit.secrets[0]'],
  [
    'a key that is missing',
    { secrets: [{ env: 'NONE' }] },
    'webhooks.audit.secrets[0] names the variable NONE',
  ],
  ['a key that is too short', { secrets: [{ env: 'SHORT_KEY' }] }, '24 to 64 bytes in base64'],
  ['an event that there is not', { events: ['clientry.everything'] }, 'webhooks.audit.events[0]'],
  ['no event', { events: [] }, 'webhooks.audit.events'],
  [
    'a name among the addresses',
    { privateAddresses: ['intranet'] },
    'privateAddresses[0] must be an address',
  ],
  ['a day instead of a time', { from: '2026-11-30' }, 'webhooks.audit.from must be a time'],
  ['an unknown member', { redirects: true }, 'webhooks.audit'],
])('%s is refused', (_, more, says) => {
  expect(faultsOf(more)).toContain(says)
  expect(faultsOf(more)).not.toContain(KEY)
})
