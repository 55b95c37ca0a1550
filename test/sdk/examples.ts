/** The examples of docs/sdk.md, in their order, as one program. */

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export function sdkExamples(): string {
  const page = readFileSync(fileURLToPath(new URL('../../docs/sdk.md', import.meta.url)), 'utf8')
  return [...page.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, block = '']) => block).join('\n')
}
