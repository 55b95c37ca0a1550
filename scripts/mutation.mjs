/**
 * `npm run test:mutation`: breaks the core and the service in one place at a time and expects a test to fail
 * (docs/internals/mutation.md). Each file is judged by the tests that the page names for it, and its score is compared with the
 * page.
 *
 * `--mutate FILE,FILE`: only these. `--changed`: those whose code is no longer the one that was measured. `--sample N`:
 * N of them, changed ones first, others each day. `--write`: puts the scores on the page instead of comparing them.
 */

import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { resolve, sep } from 'node:path'
import { parseArgs } from 'node:util'
import { Stryker } from '@stryker-mutator/core'
import { transformSync } from 'esbuild'

const PAGE = 'docs/internals/mutation.md'
const PARTS = [
  {
    folder: 'src/core/',
    heading: 'The core',
    tests: 'test/core/',
    config: 'vitest.core.config.ts',
  },
  {
    folder: 'src/service/',
    heading: 'The service',
    tests: 'test/service/',
    config: 'vitest.service.config.ts',
  },
]
/** How the list of files without a row begins. */
const UNMEASURED = 'Not measured yet:'
/** The least score, in percent. */
const LEAST = 92
/** How much less than the page says is chance: time-outs of a busy machine. */
const CHANCE = 3
/** What suites that lose answers give a call (`test/contract/service.ts`): none is to be late because others run beside it. */
const UPSTREAM_MS = 1_500
const DAY_MS = 86_400_000

const ROW = /^\| `([^`]+)` \| ([\d.]+) \| `(\w+)` \| (.*) \|$/gm

const { values: options } = parseArgs({
  options: {
    mutate: { type: 'string' },
    changed: { type: 'boolean', default: false },
    sample: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
})

const page = readFileSync(PAGE, 'utf8')
const rows = rowsOf(page)
const files = sources()
const changed = files.filter((file) => rows.has(file) && rows.get(file).code !== codeOf(file))
const faults = faultsOf(page)

// Tests read recordings beside the checkout: the copy in which mutants run has them beside it too.
const [shared, besideCopy] = [resolve('../shared'), '.mutation/sandbox/shared']
mkdirSync('.mutation/sandbox', { recursive: true })
if (existsSync(shared) && !existsSync(besideCopy)) symlinkSync(shared, besideCopy)

const scores = new Map()
if (changed.length > 0) {
  console.log(
    `${changed.length} of ${rows.size} changed since they were measured: ${changed.join(', ')}`,
  )
}
for (const file of chosen()) {
  const score = await measured(file)
  scores.set(file, score)
  const row = rows.get(file)
  console.log(`${file}: ${score.toFixed(1)} % (${PAGE}: ${row?.score ?? 'not measured'})`)
  if (score < LEAST) faults.push(`${file} scores ${score.toFixed(1)} %, less than ${LEAST} %.`)
  if (row !== undefined && !options.write && score < row.score - CHANCE) {
    faults.push(`${file} scores ${score.toFixed(1)} %, and ${row.score} % in ${PAGE}.`)
  }
}
if (options.write) writeFileSync(PAGE, withScores(page, scores))
for (const fault of faults) console.error(fault)
process.exitCode = faults.length === 0 ? 0 : 1

/** Every file of the core and the service. */
function sources() {
  return PARTS.flatMap(({ folder }) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => folder + name.split(sep).join('/')),
  ).sort()
}

/** The rows of the page's tables: file, score, the code that was measured, tests. */
function rowsOf(text) {
  const found = new Map()
  for (const { folder } of PARTS) {
    const table = text.split(`| File of \`${folder.slice(0, -1)}\``)[1]?.split('\n\n')[0] ?? ''
    for (const [, name, score, code, by] of table.matchAll(ROW)) {
      const tests = [...by.matchAll(/`([^`]+)`/g)].map(([, test]) => test)
      found.set(folder + name, { score: Number(score), code, tests })
    }
  }
  return found
}

/** What is wrong with the page: a file has a row or is named as not measured, and a row is about a file and has tests. */
function faultsOf(text) {
  const unmeasured = namedIn(text, UNMEASURED)
  const named = [...rows.keys(), ...unmeasured]
  return [
    ...files
      .filter((file) => !rows.has(file) && !unmeasured.includes(file))
      .map((file) => `${file} is not in ${PAGE}.`),
    ...[...new Set(named)]
      .filter((file) => !files.includes(file))
      .map((file) => `${file} is in ${PAGE} and is no file.`),
    ...[...rows].flatMap(([file, { tests }]) =>
      testPaths(file, tests)
        .filter((path) => !path.includes('*') && !existsSync(path))
        .map((path) => `${path}, which judges ${file} in ${PAGE}, is no file.`),
    ),
  ]
}

/** The files of the lists that begin with these words, each below the heading of its part. */
function namedIn(text, words) {
  return PARTS.flatMap(({ folder, heading }) => {
    const part = text.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
    const lists = part.split(words).slice(1)
    return lists.flatMap((list) =>
      [...list.split('\n\n')[0].matchAll(/`([^`]+)`/g)].map(([, name]) => folder + name),
    )
  })
}

/**
 * What a score is about: the code of a file without comments, types and the paths of its imports. Eight digits of its
 * hash.
 */
function codeOf(file) {
  const { code } = transformSync(readFileSync(file, 'utf8'), { loader: 'ts', minify: true })
  const whole = code.replace(/from"[^"]*"/g, 'from""')
  return createHash('sha256').update(whole).digest('hex').slice(0, 8)
}

function chosen() {
  if (options.mutate !== undefined) return options.mutate.split(',')
  if (options.changed) return changed
  if (options.sample === undefined) return files
  const count = Number(options.sample)
  const others = files.filter((file) => rows.has(file) && !changed.includes(file))
  return [...ofToday(changed, count), ...ofToday(others, count)].slice(0, count)
}

/** So many of the files, and others tomorrow. */
function ofToday(from, count) {
  const first = (Math.floor(Date.now() / DAY_MS) * count) % Math.max(from.length, 1)
  return [...from.slice(first), ...from.slice(0, first)].slice(0, count)
}

/** The share of mutants that a test notices, in percent. */
async function measured(file) {
  const { config } = partOf(file)
  const names = rows.get(file)?.tests ?? ['*']
  if (!names.includes('*')) process.env.MUTATION_TESTS = testPaths(file, names).join(',')
  else delete process.env.MUTATION_TESTS
  process.env.MUTATION_UPSTREAM_MS = String(UPSTREAM_MS)
  const mutants = await new Stryker({
    mutate: [file],
    // A row names the tests; which of them reach a file need not be looked up for each mutant.
    vitest: { configFile: config, related: false },
  }).runMutationTest()
  const counted = mutants.filter(({ status }) =>
    ['Killed', 'Timeout', 'Survived', 'NoCoverage'].includes(status),
  )
  const noticed = counted.filter(({ status }) => status === 'Killed' || status === 'Timeout')
  return counted.length === 0 ? 100 : (100 * noticed.length) / counted.length
}

/** The test files that a row names. */
function testPaths(file, names) {
  const { tests } = partOf(file)
  const below = file.includes('/jobs/') ? `${tests}jobs/` : tests
  // A name with a folder is one below `test`.
  return names.map((name) => `${name.includes('/') ? 'test/' : below}${name}.test.ts`)
}

function partOf(file) {
  const part = PARTS.find(({ folder }) => file.startsWith(folder))
  if (part === undefined)
    throw new TypeError(`${file} is in neither ${PARTS.map(({ folder }) => folder).join(' nor ')}.`)
  return part
}

/** The page with new scores; a file without a row is printed, since only people know which tests are about it. */
function withScores(text, found) {
  let next = text
  for (const [file, score] of found) {
    const { folder } = partOf(file)
    const name = `\`${file.slice(folder.length)}\``
    const shown = score === 100 ? '100' : score.toFixed(1)
    const cells = `| ${name} | ${shown} | \`${codeOf(file)}\` |`
    const row = new RegExp(`^\\| ${name} \\| [\\d.]+ \\| \`\\w+\` \\|`, 'm')
    if (row.test(next)) next = next.replace(row, cells)
    else console.error(`${file} has no row: add ${cells} tests |.`)
  }
  return next
}
