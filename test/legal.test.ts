/**
 * What goes along with a build: our license, the notices of others, and the list of all parts. Which those
 * are is found here as Node finds packages, not by the lock file and the bundler as the build does.
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'

const text = (path: string) => readFileSync(path, 'utf8')
const json = (path: string) => JSON.parse(text(path))

/** The packages that the sources name, without those that a bundle leaves out. */
function importedBy(folder: string, leftOut: readonly string[]): readonly string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const names = files
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => [
      ...text(join(folder, name)).matchAll(/^import (?!type).*from '([^.'][^']*)'/gm),
    ])
    .map(([, target = '']) => /^(?:@[^/]+\/)?[^/]+/.exec(target)?.[0] ?? '')
  return [...new Set(names)].filter((name) => !/^node:|^$/.test(name) && !leftOut.includes(name))
}

const licenseOf = (name: string) => {
  const folder = join('node_modules', name)
  const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one)) ?? ''
  return text(join(folder, file)).trim()
}

it('the license is Apache 2.0, whole, and what package.json says', () => {
  const license = text('LICENSE')
  expect(license).toMatch(/^\s+Apache License\s+Version 2\.0, January 2004\n/)
  expect(license).toContain('END OF TERMS AND CONDITIONS')
  expect(license).toContain('9. Accepting Warranty or Additional Liability.')
  expect(json('package.json').license).toBe('Apache-2.0')
})

// The script of a package runs with all rights of the person who installs it: each is looked at, and named.
it('no package runs a script when it is installed, but for those that package.json allows', () => {
  const packages = Object.entries<{ hasInstallScript?: boolean }>(
    json('package-lock.json').packages,
  )
  const names = packages
    .filter(([, { hasInstallScript }]) => hasInstallScript === true)
    .map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length))
  expect(names.filter((name) => name !== '').sort()).toEqual(
    Object.keys(json('package.json').allowScripts).sort(),
  )
})

/** What the page is made of; nothing of it is installed with the package. */
const OF_THE_CONSOLE = [
  ...['@tanstack/query-core', '@tanstack/react-query', '@tanstack/react-virtual'],
  ...['@tanstack/virtual-core', 'react', 'react-dom', 'scheduler'],
]

describe.each(['dist', 'dist/cli', 'dist/tokens', 'dist/action', 'dist/lambda', 'dist/console'])(
  '%s',
  (folder) => {
    it('has our license', () => {
      expect(text(join(folder, 'LICENSE'))).toBe(text('LICENSE'))
    })
  },
)

/** What counts brings along: `prom-client` and all that it needs. */
const OF_METRICS = ['@opentelemetry/api', 'bintrees', 'prom-client', 'tdigest']

describe('the notices', () => {
  it.each([
    ['dist/cli', [...importedBy('src/cli', []), 'oauth4webapi', 'yaml', 'zod']],
    ['dist/tokens', [...importedBy('src/tokens', []), 'oauth4webapi']],
    ['dist/lambda', ['jose', 'zod']],
    ['dist/console', OF_THE_CONSOLE],
  ])('of %s have the license of each package in it', (folder, names) => {
    const notices = text(join(folder, 'THIRD-PARTY-NOTICES.txt'))
    expect(names.length).toBeGreaterThan(1)
    for (const name of names) {
      expect(notices).toContain(
        `${name} ${json(join('node_modules', name, 'package.json')).version} (`,
      )
      expect(notices).toContain(licenseOf(name))
    }
  })

  it('of the function are of what it needs: no database, no OpenID Provider', () => {
    const notices = text('dist/lambda/THIRD-PARTY-NOTICES.txt')
    const named = [...notices.matchAll(/^(\S+) \d+\.\d+\.\d+ \(/gm)].map(([, name]) => name)
    expect(named).toEqual([...OF_METRICS, 'jose', 'oauth4webapi', 'openid-client', 'zod'].sort())
  })

  it('of the servers are of what an installation does not bring: the sign-in, and a list', () => {
    const notices = text('dist/THIRD-PARTY-NOTICES.txt')
    const named = [...notices.matchAll(/^(\S+) \d+\.\d+\.\d+ \(/gm)].map(([, name]) => name)
    expect(named).toEqual(['oauth4webapi', 'openid-client'])
    expect(notices).toMatch(/\n\n\nThe Public Suffix List /)
    expect(text('dist/sdk.js')).not.toMatch(/\bzod\b|\bjose\b/)
  })
})

describe('the SBOM', () => {
  interface Component {
    readonly 'bom-ref': string
    readonly name: string
    readonly version: string
    readonly purl: string
    readonly hashes: readonly { readonly alg: string; readonly content: string }[]
    readonly licenses: readonly object[]
  }
  const sbom = json('dist/sbom.cdx.json') as {
    readonly bomFormat: string
    readonly specVersion: string
    readonly metadata: { readonly component: Component }
    readonly components: readonly Component[]
    readonly dependencies: readonly {
      readonly ref: string
      readonly dependsOn: readonly string[]
    }[]
  }

  /** Every package that runs, from folder to folder. */
  function installed(): readonly string[] {
    const seen = new Map<string, string>()
    const visit = (folder: string) => {
      const {
        dependencies = {},
        optionalDependencies = {},
        name,
        version,
      } = json(join(folder, 'package.json'))
      if (seen.has(folder)) return
      seen.set(folder, `${name}@${version}`)
      for (const one of Object.keys({ ...dependencies, ...optionalDependencies })) {
        const found = above(folder, one)
        if (found !== undefined) visit(found)
      }
    }
    visit('.')
    seen.delete('.')
    return [...seen.values(), 'openid-client', 'oauth4webapi', ...OF_THE_CONSOLE].map((one) =>
      one.includes('@', 1)
        ? one
        : `${one}@${json(join('node_modules', one, 'package.json')).version}`,
    )
  }

  function above(folder: string, name: string): string | undefined {
    const path = join(folder, 'node_modules', name)
    if (existsSync(join(path, 'package.json'))) return path
    return folder === '.' ? undefined : above(dirname(folder), name)
  }

  it('names every package that runs, and no other', () => {
    const listed = sbom.components.map(({ name, version }) => `${name}@${version}`)
    expect(new Set(listed)).toEqual(new Set(installed()))
    expect(listed.length).toBeGreaterThan(30)
  })

  it('is CycloneDX, with the hash, the license and the address of each', () => {
    expect(sbom).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6' })
    const lock = Object.values(json('package-lock.json').packages) as { integrity?: string }[]
    const known = lock.map(({ integrity = '' }) => integrity)
    for (const { name, version, purl, hashes, licenses } of sbom.components) {
      expect(purl).toBe(`pkg:npm/${name.replace('@', '%40')}@${version}`)
      expect(licenses).toHaveLength(1)
      const [hash] = hashes
      expect(hash?.alg).toBe('SHA-512')
      const digest = Buffer.from(hash?.content ?? '', 'hex').toString('base64')
      expect(known).toContain(`sha512-${digest}`)
    }
    expect(text('dist/sbom.cdx.json')).not.toMatch(/registry|https:\/\//)
  })

  it('says what needs what, of parts that are in it', () => {
    const refs = [sbom.metadata.component, ...sbom.components].map((one) => one['bom-ref'])
    expect(new Set(refs).size).toBe(refs.length)
    expect(sbom.dependencies.map(({ ref }) => ref).sort()).toEqual([...refs].sort())
    const [own] = sbom.dependencies.filter(({ ref }) => ref === refs[0])
    const direct = Object.keys(json('package.json').dependencies)
    expect(
      own?.dependsOn
        .map((ref) => decodeURIComponent(/^pkg:npm\/(.+)@[^@]+#/.exec(ref)?.[1] ?? ''))
        .sort(),
    ).toEqual(direct.sort())
    for (const { dependsOn } of sbom.dependencies) {
      for (const ref of dependsOn) expect(refs).toContain(ref)
    }
  })
})
