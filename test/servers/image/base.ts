/**
 * What an image is built with where none can be pulled: Debian's buildah and debootstrap, unpacked into the cache, and a folder like
 * the base image that the Dockerfile names: Debian's smallest system, Node from npm's binary packages, the user `node`.
 */

import { cpSync, mkdirSync, renameSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { ARCHITECTURES, unpackDebian } from '../../peers/debian.ts'
import { made, type Recipe } from '../cache.ts'
import { finish, missingProgram } from '../process.ts'

const NODE = '24.21.0'
const TOOLS: Recipe = { name: 'buildah', parts: ['bookworm', process.arch, '2'] }
const BASE: Recipe = { name: 'base-image', parts: ['bookworm', process.arch, NODE] }

/** The certificates that this machine trusts, at the same path in the base. */
export const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt'

export interface ImageTools {
  /** The folder that becomes the base image. */
  readonly base: string
  /** The folder in which the tools are. */
  readonly tools: string
  /** Their environment. */
  readonly env: Readonly<Record<string, string>>
}

/** Why no image can be built here; absent: one can. */
export async function whyNoImage(): Promise<string | undefined> {
  if (process.platform !== 'linux') return 'An image is built on Linux only.'
  // It mounts, and changes its root.
  if (process.getuid?.() !== 0) return 'An image is built by root only.'
  const missing = await missingProgram({ unshare: '--version', chroot: '--version' })
  if (missing !== undefined) return `An image needs ${missing}, which is not here.`
  const mount = ['--mount', 'mount', '--bind', '/usr', '/usr']
  return finish('unshare', mount, { cwd: '/' }).then(
    () => undefined,
    () => 'An image is built where root may mount.',
  )
}

/** Fetches the tools and makes the base, unless that was done. */
export async function fetchImageTools(): Promise<ImageTools> {
  const tools = await unpackDebian(TOOLS, ['buildah', 'debootstrap', 'patchelf'])
  const libraries = join(tools, 'usr', 'lib', `${ARCHITECTURES[process.arch]}-linux-gnu`)
  const env = {
    PATH: [join(tools, 'usr/bin'), join(tools, 'usr/sbin'), process.env.PATH].join(':'),
    LD_LIBRARY_PATH: libraries,
    DEBOOTSTRAP_DIR: join(tools, 'usr/share/debootstrap'),
  }
  // Buildah starts itself again without its environment, and has to find its libraries all the same.
  const buildah = join(tools, 'usr/bin/buildah')
  await finish('patchelf', ['--set-rpath', libraries, buildah], { cwd: tools, env })
  const base = await made(BASE, (folder) => makeBase(folder, env))
  return { base, tools, env }
}

async function makeBase(folder: string, env: Readonly<Record<string, string>>): Promise<void> {
  const system = `${folder}.system`
  const options = { cwd: folder, env }
  try {
    await finish('debootstrap', ['--variant=minbase', 'bookworm', system], options)
    const name = `node-${process.platform}-${process.arch}`
    const install = ['install', '--prefix', folder, '--no-save', '--ignore-scripts', '--force']
    await finish('npm', [...install, `${name}@${NODE}`, 'npm@11'], options)
    const modules = join(folder, 'node_modules')
    cpSync(join(modules, name, 'bin/node'), join(system, 'usr/local/bin/node'))
    mkdirSync(join(system, 'usr/local/lib/node_modules'), { recursive: true })
    renameSync(join(modules, 'npm'), join(system, 'usr/local/lib/node_modules/npm'))
    symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(system, 'usr/local/bin/npm'))
    mkdirSync(join(system, 'etc/ssl/certs'), { recursive: true })
    cpSync(CERTIFICATES, join(system, CERTIFICATES), { dereference: true })
    await finish('chroot', [system, 'useradd', '--uid', '1000', '--create-home', 'node'], options)
    rmSync(modules, { recursive: true })
    renameSync(system, join(folder, 'system'))
  } finally {
    rmSync(system, { recursive: true, force: true })
  }
}

/** The base image of the Dockerfile, from the folder. */
export const systemOf = ({ base }: ImageTools): string => join(base, 'system')
