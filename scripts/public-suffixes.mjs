/**
 * `npm run suffixes`: writes src/core/uri/public-suffix-list.ts from npm `tldts`, which carries the Public Suffix List
 * (publicsuffix.org, Mozilla Public License 2.0). `--check`: only compares. A newer list comes with a newer `tldts`.
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const TARGET = 'src/core/uri/public-suffix-list.ts'
const WIDTH = 118

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const tldts = join(root, 'node_modules', 'tldts')
const { version } = JSON.parse(readFileSync(join(tldts, 'package.json'), 'utf8'))
// No part of the interface of `tldts`, and a file that Node takes for CommonJS: a version that has it no more fails here.
const source = readFileSync(join(tldts, 'dist/es6/src/data/trie.js'), 'utf8')
const trie = await import(`data:text/javascript,${encodeURIComponent(source)}`)

const text = rendered(suffixesBelow(trie.rulesRoot), suffixesBelow(trie.exceptionsRoot))
const path = join(root, TARGET)
const isSame = readOrNone(path) === text
if (process.argv.includes('--check')) {
  console.log(
    isSame
      ? `${TARGET}: as in tldts ${version}`
      : `${TARGET} differs from tldts ${version}: npm run suffixes`,
  )
  process.exitCode = isSame ? 0 : 1
} else {
  if (!isSame) writeFileSync(path, text)
  console.log(isSame ? `${TARGET}: nothing changed` : `${TARGET}: written from tldts ${version}`)
}

/** Names of two labels or more below a node, sorted. */
function suffixesBelow(start) {
  const names = []
  const offsets = offsetsOf(trie)
  const walk = (node, name) => {
    if (trie.nodeFlags[node] !== 0 && name.includes('.')) names.push(name)
    for (let edge = trie.edgeStart[node]; edge < trie.edgeStart[node + 1]; edge += 1) {
      const label = trie.labelText.slice(offsets[edge], offsets[edge] + trie.edgeLength[edge])
      walk(trie.edgeChild[edge], name === '' ? label : `${label}.${name}`)
    }
  }
  walk(start, '')
  // Nodes are shared by names that have the same ends.
  return [...new Set(names)].map(punycode).sort()
}

/** Where the label of each edge begins. */
function offsetsOf({ edgeLength }) {
  let offset = 0
  return Array.from(edgeLength, (length) => {
    const begin = offset
    offset += length
    return begin
  })
}

/** As hosts are compared: a list has names in both spellings. */
function punycode(name) {
  return /^[\x20-\x7e]*$/.test(name)
    ? name
    : new URL(`https://${name.replace('*', 'wildcard')}`).hostname.replace('wildcard', '*')
}

function rendered(suffixes, exceptions) {
  const all = [...new Set(suffixes)]
  return `/**
 * The Public Suffix List (publicsuffix.org, Mozilla Public License 2.0), its private part included: names of two labels or
 * more, as npm tldts ${version} has them. Written by \`npm run suffixes\`, not by hand.
 */

/**
 * The list. \`suffixes\`: names below which anyone can register a name; \`*\` stands for any one label. \`exceptions\`: names that a
 * \`*\` covers and that are none.
 */
export const publicSuffixes = () => ({ suffixes: SUFFIXES, exceptions: EXCEPTIONS })

const SUFFIXES = \`
${wrapped(all)}
\`

const EXCEPTIONS = \`
${wrapped(exceptions)}
\`
`
}

function wrapped(names) {
  const lines = ['']
  for (const name of names) {
    const line = lines.at(-1)
    if (line !== '' && line.length + 1 + name.length > WIDTH) lines.push(name)
    else lines[lines.length - 1] = line === '' ? name : `${line} ${name}`
  }
  return lines.join('\n')
}

function readOrNone(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
