/** What the command costs beside Node with nothing to do: its help, a look, a change. */

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Built } from './built.ts'
import { type Program, runProgram, type Usage } from './contest.ts'
import { digits, type Row } from './report.ts'
import { median } from './statistics.ts'
import { startClientry, type Upstream } from './upstream.ts'

const AIM = 5
const MEMORY_AIM_MB = 120
const CLIENT = 'alone'

/** One command line, and what each of its runs took. */
interface Contestant {
  readonly name: string
  program(round: number): Program
  readonly usages: Usage[]
}

export async function measureCommand(
  root: string,
  built: Built,
  upstream: Upstream,
  rounds: number,
): Promise<readonly Row[]> {
  const store = built.file('cli.db')
  const { running, url } = await startClientry(built, upstream, 'auth0', store)
  const env = { CLIENTRY_URL: url, CLIENTRY_TOKEN: upstream.subject.token }
  const clientry = (...words: readonly string[]) => ({ args: [built.command, ...words], env })
  const contestants: readonly Contestant[] = [
    { name: 'node -e 0', program: () => ({ args: ['-e', '0'] }), usages: [] },
    { name: 'clientry --help', program: () => clientry('--help'), usages: [] },
    { name: 'clientry get', program: () => clientry('get', CLIENT), usages: [] },
    {
      name: 'clientry set',
      program: (round) => clientry('set', CLIENT, `name=Round ${round}`, '--yes'),
      usages: [],
    },
  ]
  const hook = pathToFileURL(join(root, 'bench', 'peers', 'usage.mjs')).href
  const told = built.file('cli-usage.json')
  for (let round = -1; round < rounds; round += 1) {
    for (const { program, usages } of contestants) {
      const usage = await runProgram(program(round), hook, told)
      if (round >= 0) usages.push(usage)
    }
  }
  await running.stop()
  rmSync(store, { force: true })
  return rowsOf(contestants)
}

function rowsOf([bare, ...commands]: readonly Contestant[]): readonly Row[] {
  const middle = (member: keyof Usage, { usages }: Pick<Contestant, 'usages'>) =>
    median(usages.map((usage) => usage[member]))
  const nothing = bare ?? { usages: [] }
  return commands.flatMap((command): readonly Row[] => {
    const { name } = command
    const ratio = (member: 'wallMs' | 'cpuMs', says: string): Row => ({
      section: 'Command line',
      name: `${name}: ${says} / node -e 0`,
      figure: middle(member, command) / middle(member, nothing),
      unit: 'x',
      aim: AIM,
      detail: `${digits(middle(member, command))} / ${digits(middle(member, nothing))} ms`,
    })
    const figure = middle('memoryMb', command)
    const memory = { section: 'Command line', name: `${name}: memory`, figure, unit: 'MB' as const }
    return [ratio('wallMs', 'time'), ratio('cpuMs', 'CPU'), { ...memory, aim: MEMORY_AIM_MB }]
  })
}
