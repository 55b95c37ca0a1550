/** How large the Lambda bundle is, and what in it is large. */

import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { build, type Metafile } from 'esbuild'
import { componentSchemas } from '../src/http/openapi/component-schemas.ts'
import type { Built } from './built.ts'
import { digits, type Row } from './report.ts'

const AIM_KB = 60
const CONTRIBUTORS = 8

export function measureBundle({ lambda }: Built): readonly Row[] {
  const bytes = readFileSync(lambda)
  const detail = `${digits(bytes.length / 1_000)} kB minified`
  const figure = gzipSync(bytes, { level: 9 }).length / 1_000
  return [{ section: 'Lambda bundle', name: 'gzip', figure, unit: 'kB', aim: AIM_KB, detail }]
}

/**
 * The largest contributors, a line each. It bundles anew, as `scripts/build.mjs` does: the built file
 * no longer tells what it was made of.
 */
export async function explainBundle(root: string): Promise<string> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['src/lambda.ts'],
    outfile: 'explained.mjs',
    write: false,
    metafile: true,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    external: ['*/store/database.ts', '*/store/sqlite.ts', '*/local/index.ts'],
    plugins: [
      {
        name: 'precomputed',
        setup: ({ onLoad }) => {
          const made = JSON.stringify(componentSchemas())
          onLoad({ filter: /component-schemas[.]ts$/ }, () => ({
            contents: `export const componentSchemas = () => (${made})`,
          }))
        },
      },
    ],
  })
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
