/**
 * Whether a suite passes: a test file that fails runs once more, alone, and what it does then counts. 22,000 tests run side by side on
 * two busy cores, and one of them that does not wait for something slow would fail all of it. What is broken fails again,
 * for the second run draws the same samples.
 */

import type { ChildProcess } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import type { Report } from './reporter.ts'

/** More files than this do not fail by chance. */
const MOST = 12
const REPORTERS = ['default', resolve('scripts/once-more/reporter.ts')]

/** Runs Vitest with these words behind its own, and with these variables; says whether it ended with 0. */
export type RunVitest = (
  words: readonly string[],
  variables: Readonly<Record<string, string>>,
) => Promise<boolean>

/** Waits until a process has ended, and says whether it did so with 0. */
export async function endsWell(process: ChildProcess): Promise<boolean> {
  const [status] = (await once(process, 'exit')) as [number | null]
  return status === 0
}

/** Whether all of it passes, at the first or the second time; prints which files took two. `name`: of the suite, for people. */
export async function passes(name: string, run: RunVitest): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'clientry-once-more-'))
  const report = join(folder, 'report.json')
  const words = REPORTERS.map((one) => `--reporter=${one}`)
  const { CLIENTRY_SEED: seed = String(randomInt(2 ** 31)) } = process.env
  const variables = { CLIENTRY_REPORT: report, CLIENTRY_SEED: seed }
  try {
    if (await run(words, variables)) return true
    const { files, reason } = repeatable(report)
    if (reason !== undefined) {
      tell(`${name} fails, and nothing runs once more: ${reason}`, files)
      return false
    }
    tell(`${name}: these files failed, and run once more, alone:`, files)
    const passed = await run([...words, '--no-file-parallelism', ...files], variables)
    const end = passed
      ? `${name} passes, but these files failed at first. Their tests race with something:`
      : `${name} fails. Not all of these files passed when they ran once more, alone:`
    tell(end, files)
    return passed
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The files whose second run decides; `reason`: why none could. */
function repeatable(path: string): { readonly files: readonly string[]; readonly reason?: string } {
  if (!existsSync(path)) return { files: [], reason: 'it ended without a report.' }
  const { failed, unfinished, errors } = JSON.parse(readFileSync(path, 'utf8')) as Report
  const files = [
    ...new Set([...failed, ...unfinished, ...errors.flatMap(({ file }) => file ?? [])]),
  ].sort()
  // The error of a process that died belongs to the files that it left.
  const stray = unfinished.length > 0 ? undefined : errors.find(({ file }) => file === undefined)
  if (stray !== undefined) return { files, reason: `an error is of no file: ${stray.message}` }
  if (files.length === 0) return { files, reason: 'no file failed.' }
  if (files.length > MOST) return { files, reason: `more than ${MOST} files failed.` }
  return { files }
}

/** So that it is seen among thousands of lines. */
function tell(sentence: string, files: readonly string[]): void {
  const line = '='.repeat(100)
  process.stdout.write(
    `\n${[line, sentence, ...files.map((one) => `  ${relative('', one)}`), line].join('\n')}\n`,
  )
}
