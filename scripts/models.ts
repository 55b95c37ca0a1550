/**
 * `npm run models`: compares our tables of native members, limits and values with the newest published models,
 * and prints a line for each difference that nothing explains, then ends with 1. Where a registry cannot be
 * reached it prints that. `npm run models -- --record` notes an agreement in `scripts/models/agreed.json` and on
 * the pages of the providers.
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { type Agreement, type Compared, sentenceOf, withSentence } from './models/agreement.ts'
import { auth0Lines, cognitoLines, unexplained } from './models/compare.ts'
import { EXPLAINED } from './models/explained.ts'
import { fetchAuth0, fetchBotocore, type Package } from './models/fetch.ts'

interface Source {
  readonly name: string
  fetch(): Package | undefined
  lines(texts: readonly string[]): readonly string[]
}

const SOURCES: Readonly<Record<Compared, Source>> = {
  auth0: { name: 'npm auth0', fetch: fetchAuth0, lines: auth0Lines },
  cognito: { name: 'botocore', fetch: fetchBotocore, lines: cognitoLines },
}

const AGREED = 'scripts/models/agreed.json'

/** The agreement, where there is one. */
function compare(provider: Compared): Agreement | undefined {
  const { name, fetch, lines } = SOURCES[provider]
  const published = fetch()
  if (published === undefined) {
    console.log(`${provider}: ${name} cannot be fetched here, so nothing was compared.`)
    return undefined
  }
  const { version, texts } = published
  const left = unexplained(lines(texts), EXPLAINED[provider])
  for (const line of left) console.log(`${provider}: ${line}`)
  const differences = left.length === 1 ? '1 unexplained line' : `${left.length} unexplained lines`
  console.log(`${provider}: ${name} ${version}, ${differences} (ours → published).`)
  if (left.length === 0) return { version, date: new Date().toISOString().slice(0, 10) }
  process.exitCode = 1
  return undefined
}

function record(agreed: Readonly<Record<Compared, Agreement>>): void {
  writeFileSync(AGREED, `${JSON.stringify(agreed, undefined, 2)}\n`)
  for (const provider of ['auth0', 'cognito'] as const) {
    const page = `docs/providers/${provider}.md`
    const sentence = sentenceOf(provider, agreed[provider])
    writeFileSync(page, withSentence(readFileSync(page, 'utf8'), sentence))
  }
}

const before: Record<Compared, Agreement> = JSON.parse(readFileSync(AGREED, 'utf8'))
const [auth0, cognito] = [compare('auth0'), compare('cognito')]
if (process.argv.includes('--record')) {
  record({ auth0: auth0 ?? before.auth0, cognito: cognito ?? before.cognito })
}
