/** What the command takes for a few clients from their files: a plan, and its changes. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Auth0Account, auth0Account } from './accounts.ts'
import type { Built } from './built.ts'
import type { Usage } from './contest.ts'
import { runFiles } from './peers-ours.ts'
import { digits, type Row } from './report.ts'
import { median } from './statistics.ts'
import type { Upstream } from './upstream.ts'

export const FILES_AIM = 3
export const FILES_MB = 80
const CLIENTS = 5

/** A file for each client, with a callback more than it had at first. */
export function writeFiles({ ids, before }: Auth0Account, folder: string, added: string): void {
  for (const id of ids) {
    const { callbacks } = before(id) as { callbacks: string[] }
    const client = { callbacks: [...callbacks, added] }
    writeFileSync(join(folder, `${id}.yaml`), JSON.stringify({ provider: 'auth0', id, client }))
  }
}

export async function measureFiles(
  root: string,
  built: Built,
  upstream: Upstream,
  rounds: number,
): Promise<readonly Row[]> {
  const account = await auth0Account(CLIENTS)
  const hook = pathToFileURL(join(root, 'bench', 'peers', 'usage.mjs')).href
  const usages = await runFiles(built, upstream, account, {
    hook,
    rounds,
    write: (folder, round) => writeFiles(account, folder, `https://round${round}.example.com/cb`),
  })
  await account.emulator.close()
  const middle = (of: readonly Usage[], member: keyof Usage) =>
    median(of.map((usage) => usage[member]))
  return (['plan', 'apply'] as const).flatMap((name): readonly Row[] => {
    const section = `clientry ${name}, ${CLIENTS} clients from files`
    const [own, bare] = [middle(usages[name], 'cpuMs'), middle(usages.nothing, 'cpuMs')]
    const memory = middle(usages[name], 'memoryMb')
    return [
      {
        section,
        name: 'CPU / node -e 0',
        figure: own / bare,
        unit: 'x',
        aim: FILES_AIM,
        detail: `${digits(own)} / ${digits(bare)} ms`,
      },
      {
        section,
        name: 'memory',
        figure: memory,
        unit: 'MB',
        aim: FILES_MB,
        detail: `node -e 0: ${digits(middle(usages.nothing, 'memoryMb'))} MB`,
      },
    ]
  })
}
