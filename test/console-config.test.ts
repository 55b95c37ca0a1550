/** The settings of the console: what is wrong with them is a sentence with its place. */

import { describe, expect, it } from 'vitest'
import { parseConfig } from '../src/config/config-parse.ts'
import { isClientError } from '../src/core/errors.ts'
import type { Json } from '../src/core/json/json.ts'

const ISSUERS = ['https://one.example/', 'https://two.example/']

function parse(console: Json | undefined, issuers: readonly string[] = ISSUERS.slice(0, 1)) {
  return parseConfig(
    {
      key: { env: 'KEY' },
      store: { type: 'sqlite', path: ':memory:' },
      providers: {
        hydra: { type: 'hydra', baseUrl: 'http://127.0.0.1:4445', issuer: 'https://login.example' },
      },
      auth: { issuers: issuers.map((issuer) => ({ issuer, audience: ['https://api.example'] })) },
      ...(console === undefined ? {} : { console }),
    },
    { KEY: Buffer.alloc(32).toString('base64'), SECRET: 'a-secret' },
    '/etc/clientry',
  )
}

function faultsOf(console: Json, issuers?: readonly string[]): readonly string[] {
  try {
    parse(console, issuers)
    return []
  } catch (error) {
    return isClientError(error) ? (error.details.faults ?? []) : [String(error)]
  }
}

const GOOD = { url: 'https://clientry.example.com', clientId: 'console' }

interface Case {
  readonly console: Json
  readonly sentence: string
  readonly issuers?: readonly string[]
}

const CASES: Readonly<Record<string, Case>> = {
  true: { console: true, sentence: 'console must be false, or an object with url and clientId.' },
  'no client': { console: { url: GOOD.url }, sentence: 'console.clientId must be' },
  'an unknown member': {
    console: { ...GOOD, clientID: 'x' },
    sentence: 'console.clientID is not known here.',
  },
  'a secret as text': {
    console: { ...GOOD, clientSecret: 'x' },
    sentence: 'console.clientSecret must be { env: NAME }',
  },
  'a secret that is missing': {
    console: { ...GOOD, clientSecret: { env: 'NO' } },
    sentence: 'console.clientSecret names the variable NO',
  },
  http: {
    console: { ...GOOD, url: 'http://clientry.example.com' },
    sentence: 'console.url must be an https URL',
  },
  'a slash': {
    console: { ...GOOD, url: `${GOOD.url}/` },
    sentence: 'console.url must have no query',
  },
  'a query': {
    console: { ...GOOD, url: `${GOOD.url}?a` },
    sentence: 'console.url must have no query',
  },
  'another issuer': {
    console: { ...GOOD, issuer: 'https://one.example' },
    sentence: 'console.issuer must be one of auth.issuers',
  },
  'no issuer of two': {
    console: GOOD,
    sentence: 'console.issuer must name the issuer',
    issuers: ISSUERS,
  },
}

describe('console', () => {
  it('is absent, or false, where there is none', () => {
    expect(parse(undefined).console).toBeUndefined()
    expect(parse(false).console).toBeUndefined()
  })

  it('has the only issuer, and its secret by reference', () => {
    const { console } = parse({ ...GOOD, clientSecret: { env: 'SECRET' } })
    expect(console).toMatchObject({ ...GOOD, issuer: ISSUERS[0] })
    expect(console?.clientSecret?.reveal()).toBe('a-secret')
    expect(parse({ ...GOOD, issuer: ISSUERS[1] ?? '' }, ISSUERS).console?.issuer).toBe(ISSUERS[1])
  })

  it.each(Object.entries(CASES))(
    'refuses %s in a sentence',
    (_, { console, sentence, issuers }) => {
      const faults = faultsOf(console, issuers)
      expect(faults).toHaveLength(1)
      expect(faults[0]).toContain(sentence)
    },
  )
})
