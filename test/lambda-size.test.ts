/** What a function loads for its first change, as docs/internals/benchmarks.md states it. */

import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { loadedFiles, partsOf, sizeOf } from '../bench/loaded.ts'
import { PROVIDERS } from '../bench/subject.ts'

const FOLDER = 'dist/lambda'
const PAGE = readFileSync('docs/internals/benchmarks.md', 'utf8')

it.each(PROVIDERS)('is what the page states, by five percent: %s', (provider) => {
  const row = new RegExp(`what a first PATCH at ${provider} loads, gzip +\\| ([\\d.]+) kB`).exec(
    PAGE,
  )
  const { gzip } = sizeOf(FOLDER, loadedFiles(FOLDER, partsOf(provider)))
  const ratio = Number(row?.[1]) / (gzip / 1_000)
  expect(ratio).toBeGreaterThan(0.95)
  expect(ratio).toBeLessThan(1.05)
})

it('is not the description of the API, jobs, other providers, telemetry or the list of public suffixes', () => {
  const names = loadedFiles(FOLDER, partsOf('auth0'))
  const text = names.map((name) => readFileSync(`${FOLDER}/${name}`, 'utf8')).join('\n')
  // Streams of jobs, another provider, the suffixes, forms, searches for what a lost creation made, other dialects, telemetry.
  const others = [
    ...['x-accel-buffering', 'AWSCognitoIdentityProviderService', 'vercel.app'],
    ...['The form must have at most', 'may still appear in the provider', 'Glewlwyd makes every'],
    ...['OTEL_TRACES_SAMPLER', 'collectDefaultMetrics'],
  ]
  expect(['/api/v2', ...others].filter((word) => text.includes(word))).toEqual(['/api/v2'])
  expect(readFileSync(`${FOLDER}/public-suffixes.json`, 'utf8')).toContain('vercel.app')
})
