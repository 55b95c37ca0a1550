/** The packages of others that the program is made of: by the lock file, and by what went into a bundle. */

import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

/** One package, by its key in the lock file (`node_modules/a/node_modules/b`). */
const nameOf = (key) => key.slice(key.lastIndexOf('node_modules/') + 'node_modules/'.length)

export function readLock(root) {
  return JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
}

/** The keys of the packages whose files are in a bundle (esbuild's metafile). */
export function bundledIn({ outputs }, root) {
  const modules = realpathSync(join(root, 'node_modules'))
  const files = Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([file, { bytesInOutput }]) =>
      bytesInOutput > 0 ? [file] : [],
    ),
  )
  const keys = files.flatMap((file) => {
    const path = relative(modules, resolve(root, file)).replaceAll('\\', '/')
    const [key] = /^(?:(?:.*\/)?node_modules\/)?(?:@[^/]+\/)?[^/]+/.exec(path) ?? []
    return path.startsWith('../') || key === undefined ? [] : [`node_modules/${key}`]
  })
  return [...new Set(keys)].sort()
}

/** What a package needs when it runs, as Node finds it: nearest first. */
function neededBy(lock, key) {
  const { dependencies = {}, optionalDependencies = {} } = lock[key]
  return Object.keys({ ...dependencies, ...optionalDependencies }).flatMap((name) => {
    for (
      let place = key;
      ;
      place = place.slice(0, Math.max(0, place.lastIndexOf('node_modules/') - 1))
    ) {
      const found = place === '' ? `node_modules/${name}` : `${place}/node_modules/${name}`
      if (found in lock) return [found]
      if (place === '') return []
    }
  })
}

/**
 * Every package of the program, with those among them that it needs: what is installed to run it, and what
 * is in its bundles, wherever that comes from. The key `''` is the program itself.
 */
export function partsOf(lock, bundled) {
  const keys = new Set()
  const open = ['']
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    if (keys.has(key)) continue
    keys.add(key)
    open.push(...neededBy(lock, key))
  }
  for (const key of bundled) keys.add(key)
  const sorted = [...keys].sort()
  return sorted.map((key) => ({
    key,
    needs: neededBy(lock, key).filter((one) => keys.has(one)),
  }))
}

/** Where a package is, as Node finds it: nearest first, since a checkout may lie in a workspace that has it. */
function folderOf(root, key) {
  const folder = join(root, key)
  const above = dirname(root)
  return existsSync(folder) || above === root ? folder : folderOf(above, key)
}

/** Name, version and license of a package, and the folder that it is in. */
export function packageAt(root, lock, key) {
  const { version, integrity } = lock[key]
  const folder = folderOf(root, key)
  const { license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return { key, name: nameOf(key), version, integrity, license, folder }
}
