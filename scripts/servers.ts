/**
 * `npm run test:servers`: starts the real servers one after the other, runs the suites over each, and prints what was
 * measured as the table of docs/guarantees.md, which it compares or writes.
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { FETCH } from '../test/servers/availability.ts'
import { SERVER_NAMES, type ServerName } from '../test/servers/chosen.ts'
import { signalGroup, spawnGuarded } from '../test/servers/guarded.ts'
import {
  disagreements,
  type Figures,
  type FiguresByFile,
  staleness,
  together,
  withFigures,
} from '../test/servers/table.ts'
import { endsWell, passes } from './once-more/passes.ts'

const PAGE = 'docs/guarantees.md'
const VITEST = [
  'node_modules/vitest/vitest.mjs',
  'run',
  ...['--config', 'vitest.servers.config.ts'],
  '--reporter=test/servers/figures-reporter.ts',
]
const HELP = `npm run test:servers [-- SERVER...] [-- --write]

Fetches (once, into \${XDG_CACHE_HOME:-~/.cache}/clientry-test), starts and stops real authorization servers, runs the
suites over them, and prints the figures of ${PAGE}. A server that cannot be had is skipped with its reason;
with CLIENTRY_PEERS=required that is a failure. \`image\` builds the image of the Dockerfile and runs that.

SERVER     ${SERVER_NAMES.join(', ')}; all of them but image when absent
--write    writes the figures into ${PAGE}; without it a figure that is the same in every run must agree
`

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      write: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    process.stdout.write(HELP)
    return 0
  }
  const unknown = positionals.filter((name) => !SERVER_NAMES.some((one) => one === name))
  if (unknown.length > 0) {
    process.stderr.write(`There is no server ${unknown.join(', ')}: ${SERVER_NAMES.join(', ')}.\n`)
    return 1
  }
  const chosen = SERVER_NAMES.filter((name) =>
    positionals.length === 0 ? name !== 'image' : positionals.includes(name),
  )
  // What takes long to fetch and to build is made while others are asked.
  const fetched = new Map(chosen.map((name) => [name, FETCH[name]()]))
  const runs: Run[] = []
  for (const name of chosen) {
    runs.push(await runOver(name, await fetched.get(name)))
  }
  const figures: Figures = Object.assign({}, ...runs.map((run) => run.figures))
  const page = readFileSync(PAGE, 'utf8')
  const written = withFigures(page, figures)
  process.stdout.write(`${tableOf(written)}\n`)
  for (const { name, seconds } of runs) process.stdout.write(`${name}: ${seconds} s\n`)
  if (values.write) writeFileSync(PAGE, written)
  const wrong = values.write
    ? staleness(written)
    : [...staleness(page), ...disagreements(page, figures)]
  for (const sentence of wrong) process.stderr.write(`${PAGE}: ${sentence}\n`)
  return runs.every(({ passed }) => passed) && wrong.length === 0 ? 0 : 1
}

interface Run {
  readonly name: ServerName
  readonly passed: boolean
  readonly seconds: number
  readonly figures: Figures
}

/** `reason`: why it cannot be had. */
async function runOver(name: ServerName, reason: string | undefined): Promise<Run> {
  if (reason !== undefined) {
    process.stdout.write(`${name} is skipped: ${reason}\n`)
    return { name, passed: process.env.CLIENTRY_PEERS !== 'required', seconds: 0, figures: {} }
  }
  const started = performance.now()
  const folder = mkdtempSync(join(tmpdir(), 'clientry-figures-'))
  const file = join(folder, 'figures.json')
  let figures: FiguresByFile = {}
  const passed = await passes(`npm run test:servers -- ${name}`, async (words, variables) => {
    writeFileSync(file, '{}')
    const suite = spawnGuarded(process.execPath, [...VITEST, ...words], {
      cwd: process.cwd(),
      env: { ...variables, CLIENTRY_SERVERS: name, CLIENTRY_FIGURES: file },
      output: 'inherit',
    })
    const ended = await endsWell(suite)
    signalGroup(suite, 'SIGKILL')
    figures = { ...figures, ...(JSON.parse(readFileSync(file, 'utf8')) as FiguresByFile) }
    return ended
  })
  rmSync(folder, { recursive: true })
  const seconds = Math.round((performance.now() - started) / 1_000)
  return { name, passed, seconds, figures: together(figures) }
}

/** The lines of the table, for people. */
const tableOf = (page: string) =>
  page
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .filter(
      (line, _, lines) =>
        lines.indexOf(line) >= lines.findIndex((one) => one.startsWith('| endpoint')),
    )
    .join('\n')

/** Who started this: npm's shell, and above it npm (proc(5); elsewhere the shell alone). */
function starters(): string {
  const { ppid } = process
  try {
    const [, state = ''] = readFileSync(`/proc/${ppid}/stat`, 'utf8').split(') ')
    return `${ppid} ${state.split(' ')[1]}`
  } catch {
    return String(ppid)
  }
}

// The shell passes no signal on: who is left without a starter ends, and all that it has started.
const before = starters()
setInterval(() => {
  if (starters() !== before) process.exit(1)
}, 500).unref()

process.exitCode = await main()
