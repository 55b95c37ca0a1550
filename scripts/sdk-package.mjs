/** The SDK as a package of its own: one module, the types that it is made of, and nothing to install beside it. */

import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'

/** Where the declarations begin, below the folder of all types. */
const FIRST = 'sdk/index.d.ts'

/**
 * Puts the package into `folder/packages/sdk`, from the module, the types and the license that `folder` has already.
 * Its version is that of the whole program: they are released together.
 */
export function writeSdkPackage(root, folder) {
  const target = join(folder, 'packages', 'sdk')
  mkdirSync(target, { recursive: true })
  const read = (path) => JSON.parse(readFileSync(join(root, path), 'utf8'))
  const { name, ...rest } = read('packages/sdk/package.json')
  const { version } = read('package.json')
  const manifest = { name, version, ...rest }
  writeFileSync(join(target, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  copyFileSync(join(root, 'packages/sdk/README.md'), join(target, 'README.md'))
  copyFileSync(join(root, 'LICENSE'), join(target, 'LICENSE'))
  copyFileSync(join(folder, 'sdk.js'), join(target, 'index.js'))
  for (const file of declarationsOf(join(folder, 'types'))) {
    mkdirSync(dirname(join(target, 'types', file)), { recursive: true })
    copyFileSync(join(folder, 'types', file), join(target, 'types', file))
  }
}

/** The declarations that those of the SDK are made of, themselves included: those of the emulators are not. */
function declarationsOf(types) {
  const found = new Set()
  const open = [FIRST]
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (found.has(file)) continue
    found.add(file)
    const text = readFileSync(join(types, file), 'utf8')
    for (const [, path] of text.matchAll(/(?:from|import\()\s*['"](\.{1,2}\/[^'"]+)\.ts['"]/g)) {
      open.push(normalize(join(dirname(file), `${path}.d.ts`)))
    }
  }
  return found
}
