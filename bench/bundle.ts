/** How large what a function loads is, and what in it is large. */

import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type BuildOptions, build, type Metafile } from 'esbuild'
import type { Built } from './built.ts'
import { executedBytes } from './executed.ts'
import { loadedFiles, partsOf, sizeOf } from './loaded.ts'
import { digits, type Row } from './report.ts'
import { PROVIDERS } from './subject.ts'
import type { Upstream } from './upstream.ts'

const AIM_KB = 70
const CONTRIBUTORS = 8

export async function measureBundle(built: Built, upstream: Upstream): Promise<readonly Row[]> {
  const folder = dirname(built.lambda)
  const rows: Row[] = []
  for (const provider of PROVIDERS) {
    const files = loadedFiles(folder, partsOf(provider))
    const { plain, gzip } = sizeOf(folder, files)
    const executed = (await executedBytes(built, upstream, provider)) / 1_000
    rows.push({
      section: 'Lambda bundle',
      name: `what a first PATCH at ${provider} loads, gzip`,
      figure: gzip / 1_000,
      unit: 'kB',
      aim: AIM_KB,
      limit: `${digits(executed)} kB: what of it is executed`,
      detail: `${digits(plain / 1_000)} kB minified in ${files.length} files`,
    })
  }
  return rows
}

/** The largest contributors, a line each, of all that the function can load. It bundles anew, since a built file does not show what it was made of. */
export async function explainBundle(root: string): Promise<string> {
  const bundling = pathToFileURL(join(root, 'scripts', 'bundling.mjs')).href
  const { lambdaBuild } = (await import(bundling)) as {
    lambdaBuild(folder: string): BuildOptions
  }
  const folder = join(root, 'node_modules', '.cache', 'clientry', 'explained')
  const { metafile } = await build({ ...lambdaBuild(folder), metafile: true, write: false })
  const parts = [...bytesByPart(metafile)].sort(([, one], [, other]) => other - one)
  return parts
    .slice(0, CONTRIBUTORS)
    .map(([part, bytes]) => `${digits(bytes / 1_000).padStart(8)} kB minified  ${part}`)
    .join('\n')
}

/** Bytes in the output by package, and by folder of ours. */
function bytesByPart({ outputs }: Metafile): ReadonlyMap<string, number> {
  const parts = new Map<string, number>()
  for (const { inputs } of Object.values(outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const part = partOf(path)
      parts.set(part, (parts.get(part) ?? 0) + bytesInOutput)
    }
  }
  return parts
}

function partOf(path: string): string {
  const [, packaged] = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ?? []
  return packaged ?? path.split('/').slice(0, -1).join('/')
}
