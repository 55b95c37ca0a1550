/** How bundles are made: options for esbuild, and the plugins that leave out, replace and join modules. */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/** What all bundles have in common. */
export const shared = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  logLevel: 'warning',
  // Their texts are beside each bundle.
  legalComments: 'none',
  metafile: true,
}

/** Never reached in a function: it has no durable disk, no connections that it keeps, and no local provider. */
const NOT_ON_LAMBDA = [
  'src/store/sqlite/database.ts',
  'src/store/sqlite/documents.ts',
  'src/store/sqlite/sqlite.ts',
  'src/store/sqlite/layout/sqlite-identity.ts',
  'src/store/sqlite/layout/sqlite-layout.ts',
  'src/store/sqlite/threaded-writer.ts',
  'src/program/open-postgres.ts',
  'src/providers/local/index.ts',
]

/** What it has for Node is some eighty CommonJS files, which take longer to find than to read. */
export const COMMAND_ALIASES = { yaml: join(root, 'node_modules/yaml/browser/index.js') }

/** Large, with files of their own, or not made to be bundled. */
export const NOT_IN_COMMAND = [
  '@aws-sdk/credential-provider-node',
  '@photostructure/sqlite',
  'oidc-provider',
  'pg',
  'prom-client',
]

/** Leaves files out of a bundle, whatever the path by which they are imported; each must be met. */
function leftOut(files) {
  return {
    name: 'left-out',
    setup: ({ onResolve, onEnd }) => {
      const met = new Set()
      onResolve({ filter: /^\.{1,2}\// }, ({ path, resolveDir }) => {
        const file = relative(root, join(resolveDir, path)).split(sep).join('/')
        if (!files.includes(file)) return undefined
        met.add(file)
        return { path: file, external: true }
      })
      onEnd(() => ({
        errors: files
          .filter((file) => !met.has(file))
          .map((file) => ({ text: `${file} is to be left out, and nothing imports it.` })),
      }))
    },
  }
}

/** Puts what a module's function gives in the place of the module. */
function precomputed(path, name) {
  return replaced(path, async () => {
    const value = JSON.stringify(await resultOf(path, name))
    return `export const ${name} = () => (${value})`
  })
}

/** Writes what a module's function gives into a file beside the bundle, which is read when the function is called. */
function beside(path, name, folder, file) {
  return replaced(path, async () => {
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, file), JSON.stringify(await resultOf(path, name)))
    return `import { readFileSync } from 'node:fs'
export const ${name} = () => JSON.parse(readFileSync(new URL('./${file}', import.meta.url), 'utf8'))`
  })
}

/**
 * Has every part that is loaded later import the entry. It is loaded by then, and so are all of its modules: they need
 * not be kept apart by the parts that share them, and make one file instead of some thirty.
 */
export function oneFileOf(entry) {
  return {
    name: 'one-file',
    setup: ({ initialOptions, onStart, onLoad }) => {
      const parts = new Set()
      // All of them are known before the first is read: one that is also imported at once may be read before anyone asks for it later.
      onStart(async () => {
        const plugins = initialOptions.plugins.filter(({ name }) => name !== 'one-file')
        const look = { ...initialOptions, plugins, write: false, metafile: true }
        const { metafile } = await build(look)
        for (const { imports } of Object.values(metafile.inputs)) {
          for (const { path, kind, external } of imports) {
            if (kind === 'dynamic-import' && !external) parts.add(join(root, path))
          }
        }
      })
      onLoad({ filter: /[.]ts$/ }, ({ path }) => {
        if (!parts.has(path)) return undefined
        const text = readFileSync(path, 'utf8')
        return { contents: `${text}\nimport ${JSON.stringify(entry)}`, loader: 'ts' }
      })
    },
  }
}

/** Puts other code in the place of a module. */
function replaced(path, codeFor) {
  return {
    name: `replaced: ${path}`,
    setup: ({ onLoad }) => {
      const filter = new RegExp(`${path.replace(/[.]/g, '[.]')}$`)
      onLoad({ filter }, async () => ({ contents: await codeFor() }))
    },
  }
}

/** What a function of a module gives. */
async function resultOf(path, name) {
  const { outputFiles } = await build({ ...shared, entryPoints: [path], write: false })
  const code = Buffer.from(outputFiles[0].contents).toString('base64')
  return (await import(`data:text/javascript;base64,${code}`))[name]()
}

/** Needed only to warn about new URIs and to judge wildcards; a third of what a cold function would load. */
export const suffixesBeside = (folder) =>
  beside('src/core/uri/public-suffix-list.ts', 'publicSuffixes', folder, 'public-suffixes.json')

/** The GitHub Action: one file, which a runner starts without installing anything. */
export const actionBuild = (folder) => ({
  ...shared,
  entryPoints: { index: 'src/action/main.ts' },
  outdir: folder,
  outExtension: { '.js': '.mjs' },
  alias: COMMAND_ALIASES,
})

/** The Lambda function: one file that it starts with, and those that it loads when it first needs them. */
export const lambdaBuild = (folder) => ({
  ...shared,
  entryPoints: { index: 'src/lambda.ts' },
  outdir: folder,
  outExtension: { '.js': '.mjs' },
  splitting: true,
  minify: true,
  // A function has its credentials in variables.
  external: ['@aws-sdk/credential-provider-node'],
  plugins: [
    oneFileOf(join(root, 'src/lambda.ts')),
    suffixesBeside(folder),
    leftOut(NOT_ON_LAMBDA),
    precomputed('src/http/openapi/component-schemas.ts', 'componentSchemas'),
  ],
})
