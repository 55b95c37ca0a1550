/** The list of public suffixes is that of the package which is installed, and a bundle that has it names its license. */

import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { getPublicSuffix } from 'tldts'
import { expect, it } from 'vitest'
import { isPublicSuffix } from '../src/core/uri/public-suffixes.ts'

it('is as its package has it', () => {
  const { stdout, status } = spawnSync(
    process.execPath,
    ['scripts/public-suffixes.mjs', '--check'],
    { encoding: 'utf8' },
  )
  expect([stdout, status]).toEqual([expect.stringContaining('as in tldts'), 0])
})

it.each([
  'co.uk',
  'github.io',
  'vercel.app',
  'Vercel.App',
  'app.vercel.app',
  'any.ck',
  'www.ck',
  'city.kobe.jp',
  'any.kobe.jp',
  'example.com',
  'deep.s3.amazonaws.com',
])('is read as the package reads it: %s', (host) => {
  const suffix = getPublicSuffix(host, { allowPrivateDomains: true })
  expect(isPublicSuffix(host)).toBe(suffix === host.toLowerCase())
})

it.each(['dist', 'dist/cli', 'dist/lambda'])('has its license named in %s', (folder) => {
  expect(readFileSync(`${folder}/THIRD-PARTY-NOTICES.txt`, 'utf8')).toContain(
    'The Public Suffix List (https://publicsuffix.org) is in these files.',
  )
})
