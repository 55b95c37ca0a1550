/** Whatever is handed to the function, it answers; and the application gets a request of the right form. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createApp } from '../src/http/app.ts'
import type { HttpSettings } from '../src/http/exchange.ts'
import type { App, HttpRequest } from '../src/http/wire/message.ts'
import { createLambdaHandler } from '../src/lambda/lambda-event.ts'
import { createTally, runs } from './property.ts'

const RUNS = { numRuns: runs(3_000) }

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom('/clients/a', '/prod/clients/%', 'GET', 'patch', '2.0', '\ud800', '{}', '//', ''),
)
const anything = fc.oneof(text, fc.jsonValue(), fc.anything())
const strings = fc.oneof(
  fc.dictionary(text, fc.oneof(text, fc.array(text, { maxLength: 3 }), fc.constant(null))),
  anything,
)
const context = fc.oneof(
  fc.record(
    { elb: anything, http: fc.record({ method: anything }), stage: anything, domainName: anything },
    { requiredKeys: [] },
  ),
  anything,
)

/** An event whose every member may be there or not, and be anything. */
const event = fc.record(
  {
    version: anything,
    httpMethod: anything,
    path: anything,
    rawPath: anything,
    rawQueryString: anything,
    queryStringParameters: strings,
    multiValueQueryStringParameters: strings,
    headers: strings,
    multiValueHeaders: strings,
    pathParameters: fc.oneof(fc.record({ clientId: anything }), anything),
    requestContext: context,
    body: anything,
    isBase64Encoded: fc.oneof(fc.boolean(), anything),
  },
  { requiredKeys: [] },
)

const settings: Pick<HttpSettings, 'log'> = { log: () => {} }
/** The real application without anything behind it: a fault of ours is a 500. */
const application = createApp({
  quotas: { count: () => undefined },
  ...settings,
  verify: () => Promise.reject(new Error('no request here may have a token')),
  service: { store: { check: async () => {} }, now: Date.now },
} as unknown as HttpSettings)

function checkRequest({ method, path, query, headers, body }: HttpRequest): void {
  expect(method).toBe(method.toUpperCase())
  expect(typeof path).toBe('string')
  expect(typeof query).toBe('string')
  for (const [name, values] of Object.entries(headers)) {
    expect(name).toBe(name.toLowerCase())
    expect(values.every((value) => typeof value === 'string')).toBe(true)
  }
  expect(body === undefined || body === 'too_large' || body instanceof Uint8Array).toBe(true)
}

describe('every event', () => {
  it('is answered, and never with a fault of ours', async () => {
    const tally = createTally('Lambda events')
    const app: App = (request) => {
      tally.add('taken for a request')
      checkRequest(request)
      return application(request)
    }
    const handler = createLambdaHandler(app)
    await fc.assert(
      fc.asyncProperty(fc.oneof(event, fc.anything()), async (sent) => {
        const before = tally.count('taken for a request')
        const result = await handler(sent)
        if (tally.count('taken for a request') === before) tally.add('refused')
        expect(result.statusCode).not.toBe(500)
        expect(JSON.parse(result.body)).toBeTypeOf('object')
      }),
      RUNS,
    )
    tally.print()
    // About 800 of 3,000: 300 is 20 standard deviations below.
    expect(tally.count('taken for a request')).toBeGreaterThan(RUNS.numRuns / 10)
  })
})
