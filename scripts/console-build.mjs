/**
 * The console for browsers: `dist/console`, with hashed names, so that a browser keeps each file for good; a gzip beside each,
 * and `console.json`, which names what the page begins with. The function gets the same without what is compressed.
 */

import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

/** Builds it into a folder, and gives esbuild's metafile. */
export async function buildConsole(root, folder) {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { console: 'src/console/main.tsx', icon: 'src/console/icon.svg' },
    outdir: folder,
    entryNames: '[name]-[hash]',
    chunkNames: 'part-[hash]',
    loader: { '.svg': 'copy' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'browser',
    target: ['chrome120', 'firefox120', 'safari17'],
    jsx: 'automatic',
    minify: true,
    define: { 'process.env.NODE_ENV': '"production"' },
    legalComments: 'none',
    logLevel: 'warning',
    metafile: true,
  })
  const names = Object.keys(metafile.outputs).map((path) => basename(path))
  const named = (pattern) => names.find((name) => pattern.test(name))
  const begin = {
    ...scriptsOf(metafile),
    style: named(/^console-.*\.css$/),
    icon: named(/^icon-.*\.svg$/),
  }
  for (const name of names) {
    const compressed = gzipSync(readFileSync(join(folder, name)), { level: 9 })
    writeFileSync(join(folder, `${name}.gz`), compressed)
  }
  writeFileSync(join(folder, 'console.json'), `${JSON.stringify({ begin, files: names })}\n`)
  return metafile
}

/**
 * The scripts that the page names: those that run at once, each after what it imports, and those that are loaded later. A page that names
 * each before another one imports it has a hash for each.
 */
function scriptsOf({ outputs }) {
  const entry = Object.keys(outputs).find((path) => /console-[^/]*\.js$/.test(path))
  const order = (path, follows, seen, way = new Set()) => {
    if (seen.has(path) || way.has(path)) return seen
    way.add(path)
    for (const { path: other, kind } of outputs[path].imports) {
      if (follows(kind) && outputs[other] !== undefined) order(other, follows, seen, way)
    }
    return seen.add(path)
  }
  const first = order(entry, (kind) => kind === 'import-statement', new Set())
  const all = order(entry, () => true, new Set())
  const names = (paths) => paths.map((path) => basename(path))
  return { scripts: names([...first]), later: names([...all].filter((one) => !first.has(one))) }
}

/** For the function, which answers with texts: its gateway compresses them. */
export function copyConsole(from, to) {
  cpSync(from, to, { recursive: true, filter: (path) => !path.endsWith('.gz') })
}
