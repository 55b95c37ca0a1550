/**
 * What goes along with a build: the license and the notices of others beside each bundle, and the list of
 * all parts as an SBOM (CycloneDX 1.6, https://cyclonedx.org/docs/1.6/json/).
 */

import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundledIn, packageAt, partsOf, readLock } from './packages.mjs'

/** Data of others that is a file of ours, and its notice. */
const SUFFIX_LIST = {
  file: 'src/core/uri/public-suffix-list.ts',
  notice: `The Public Suffix List (https://publicsuffix.org) is in these files. It is subject to the terms of the Mozilla
Public License, v. 2.0, of which there is a copy at https://mozilla.org/MPL/2.0/. Its source is src/core/uri/public-suffix-list.ts of
this program, which \`npm run suffixes\` writes.
`,
}

/**
 * Writes them into `folder`. `bundles`: esbuild's metafile of each, by its place in the folder (`''`: at the
 * top).
 * @throws Error for a package in a bundle without a license text
 */
export function writeLegal(root, folder, bundles) {
  const lock = readLock(root)
  const keys = Object.entries(bundles).map(([place, metafile]) => [
    place,
    bundledIn(metafile, root),
  ])
  for (const [place, bundled] of keys) {
    const target = join(folder, place)
    mkdirSync(target, { recursive: true })
    copyFileSync(join(root, 'LICENSE'), join(target, 'LICENSE'))
    const outputs = Object.values(bundles[place].outputs)
    const hasList = outputs.some(({ inputs }) => inputs[SUFFIX_LIST.file]?.bytesInOutput > 0)
    const packages = noticesOf(bundled.map((key) => packageAt(root, lock, key)))
    const text = hasList ? `${packages}\n\n${SUFFIX_LIST.notice}` : packages
    writeFileSync(join(target, 'THIRD-PARTY-NOTICES.txt'), text)
  }
  const sbom = sbomOf(root, lock, new Map(keys))
  writeFileSync(join(folder, 'sbom.cdx.json'), `${JSON.stringify(sbom, null, 2)}\n`)
}

function noticesOf(packages) {
  if (packages.length === 0) return 'There is no code of others in these files.\n'
  const parts = packages.map(({ name, version, license, folder }) => {
    const title = `${name} ${version} (${license})`
    return `${title}\n${'='.repeat(title.length)}\n\n${licenseTexts(name, folder).join('\n\n')}\n`
  })
  return `These files contain code of:\n\n${parts.join('\n\n')}`
}

function licenseTexts(name, folder) {
  const files = readdirSync(folder).filter((file) =>
    /^(licen[cs]e|copying|notice)(\.|$)/i.test(file),
  )
  if (!files.some((file) => !/^notice/i.test(file))) {
    throw new Error(`The package ${name} is in a bundle and has no license text.`)
  }
  return files.sort().map((file) => readFileSync(join(folder, file), 'utf8').trim())
}

/** Without a time and a serial number: the same sources give the same list. */
function sbomOf(root, lock, bundles) {
  const { name, version, license, description } = JSON.parse(
    readFileSync(join(root, 'package.json'), 'utf8'),
  )
  const parts = partsOf(lock, [...new Set([...bundles.values()].flat())])
  const packages = new Map(
    parts.filter(({ key }) => key !== '').map(({ key }) => [key, packageAt(root, lock, key)]),
  )
  const refOf = (key) => (key === '' ? purlOf({ name, version }) : refOfPackage(packages.get(key)))
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      lifecycles: [{ phase: 'build' }],
      component: {
        type: 'application',
        'bom-ref': refOf(''),
        name,
        version,
        description,
        licenses: licensesOf(license),
        purl: purlOf({ name, version }),
      },
    },
    components: [...packages.values()].map((one) => componentOf(one, bundles)),
    dependencies: parts.map(({ key, needs }) => ({ ref: refOf(key), dependsOn: needs.map(refOf) })),
  }
}

function componentOf(one, bundles) {
  const { key, name, version, license, integrity } = one
  const places = [...bundles].filter(([, keys]) => keys.includes(key)).map(([place]) => place)
  const [, algorithm, digest] = /^(sha\d+)-(.+)$/.exec(integrity) ?? []
  return {
    type: 'library',
    'bom-ref': refOfPackage(one),
    name,
    version,
    scope: 'required',
    hashes: [
      {
        alg: algorithm.replace('sha', 'SHA-'),
        content: Buffer.from(digest, 'base64').toString('hex'),
      },
    ],
    licenses: licensesOf(license),
    purl: purlOf(one),
    properties: places.map((value) => ({ name: 'clientry:bundledIn', value })),
  }
}

/** A package can be there twice in one version, at two places. */
const refOfPackage = (one) => `${purlOf(one)}#${one.key}`

/** https://github.com/package-url/purl-spec, type npm. */
const purlOf = ({ name, version }) => `pkg:npm/${name.replace('@', '%40')}@${version}`

/** An SPDX id, or an expression of several. */
const licensesOf = (license) =>
  / /.test(license)
    ? [{ expression: license.replace(/^\((.*)\)$/, '$1') }]
    : [{ license: { id: license } }]
