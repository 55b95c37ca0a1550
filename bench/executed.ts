/** How much of what a function loads is executed by its first change: a bundle cannot be smaller than that. */

import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import type { Built } from './built.ts'
import { environmentOf, eventOf, run } from './cold-start.ts'
import { start } from './processes.ts'
import type { ProviderName } from './subject.ts'
import { ready, type Upstream } from './upstream.ts'

/** What Node writes into the folder of `NODE_V8_COVERAGE`. */
interface Coverage {
  readonly result: readonly {
    readonly url: string
    readonly functions: readonly { readonly ranges: readonly Range[] }[]
  }[]
}

interface Range {
  readonly startOffset: number
  readonly endOffset: number
  readonly count: number
}

/** Bytes of the parts of the files that are executed, each file compressed with gzip. */
export async function executedBytes(
  built: Built,
  upstream: Upstream,
  provider: ProviderName,
): Promise<number> {
  const folder = built.file(`coverage-${provider}`)
  mkdirSync(folder)
  const dynamodb = start(built.process('dynamodb'), built.process('control'))
  const environment = environmentOf(built, upstream, provider, await ready(dynamodb, 'url'))
  run([built.process('cold')], {
    ...environment,
    BENCH_EVENT: eventOf(provider, 'Covered', upstream.subject.token),
    NODE_V8_COVERAGE: folder,
  })
  await dynamodb.stop()
  const { result } = JSON.parse(
    readFileSync(join(folder, readdirSync(folder)[0] ?? ''), 'utf8'),
  ) as Coverage
  const ours = result.filter(({ url }) => url.includes('/dist/lambda/'))
  return ours.reduce((sum, { url, functions }) => {
    const text = readFileSync(fileURLToPath(url), 'utf8')
    return (
      sum +
      gzipSync(
        executedIn(
          text,
          functions.flatMap(({ ranges }) => ranges),
        ),
      ).length
    )
  }, 0)
}

/** The text without what was never reached. Ranges lie within each other, the inner ones after the outer ones. */
function executedIn(text: string, ranges: readonly Range[]): string {
  const isExecuted = new Uint8Array(text.length).fill(1)
  const outerFirst = ranges.toSorted(
    (one, other) => other.endOffset - other.startOffset - (one.endOffset - one.startOffset),
  )
  for (const { startOffset, endOffset, count } of outerFirst)
    isExecuted.fill(count > 0 ? 1 : 0, startOffset, endOffset)
  let left = ''
  for (let index = 0; index < text.length; index += 1) {
    if (isExecuted[index] === 1) left += text[index]
  }
  return left
}
