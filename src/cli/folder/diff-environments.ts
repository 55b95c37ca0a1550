/** `clientry diff FOLDER --env ONE --env OTHER`. */

import { compareEnvironments, type Side } from '../../files/environments/compare-environments.ts'
import type { Environment } from '../../files/environments/environment.ts'
import { readLive } from '../../files/live.ts'
import { compareFiles, placesOf } from '../../files/plan.ts'
import { ownOf } from '../../files/review/differences.ts'
import type { Fault } from '../../files/review/fault.ts'
import type { Invocation } from '../command.ts'
import { EXIT, UsageError } from '../exit.ts'
import { exitOfFaults, showFaults } from '../show/faults.ts'
import { counted, showChanges } from '../show/show.ts'
import { plain } from '../terminal.ts'
import { exclusionsOf, twoEnvironments } from './environments.ts'
import { withLine } from './fault-lines.ts'
import { readFolder } from './folder.ts'

interface ReadSide extends Side {
  readonly faults: readonly Fault[]
  readonly providers: readonly string[]
}

/** Compares the clients of the files as they are in two environments, and returns the exit code. */
export async function diffEnvironments(invocation: Invocation): Promise<number> {
  const { words, options, terminal, connect } = invocation
  const [folder = '', ...more] = words
  if (more.length > 0) throw new UsageError('Name one folder to compare in two environments.')
  const environments = twoEnvironments(invocation, folder)
  const [one, other] = await Promise.all(
    environments.map((environment) => sideOf(invocation, folder, environment)),
  )
  if (one === undefined || other === undefined) return EXIT.usage.code
  const api = await connect()
  const ids = [...new Set([...one.providers, ...other.providers])]
  const own = ownOf(await Promise.all(ids.map(async (id) => (await api.getProvider(id)).body)))
  const differences = compareEnvironments(one, other, own)
  const faults = [...one.faults, ...other.faults.filter(isNew(one.faults))]
  if (options.json === true) terminal.printJson({ differences, faults })
  else {
    for (const difference of differences) {
      const { file } = difference
      if ('missing' in difference) {
        terminal.print(plain(`${file} has no client in ${difference.missing}`))
        continue
      }
      terminal.print(
        terminal.style('strong', plain(`${file}: ${one.name} compared with ${other.name}`)),
      )
      showChanges(terminal, difference.changes)
    }
    terminal.print(`${counted(differences.length, 'file')} with differences beyond what they say.`)
  }
  showFaults(terminal, faults)
  return differences.length > 0 ? EXIT.differs.code : exitOfFaults(faults)
}

/** A file that cannot be read is at fault in both environments for the same reason. */
const isNew =
  (faults: readonly Fault[]) =>
  ({ about, says }: Fault): boolean =>
    !faults.some((fault) => fault.about === about && fault.says === says)

async function sideOf(
  { options, connect }: Invocation,
  folder: string,
  environment: Environment,
): Promise<ReadSide> {
  const { files, faults: unread } = readFolder(folder, environment)
  const places = placesOf(files)
  const live = await readLive(await connect(), places)
  const { matched, gone, faults } = compareFiles(files, live, exclusionsOf(options, environment))
  return {
    name: environment.name,
    comparison: { matched, gone },
    faults: [...unread, ...faults].map(withLine(folder, environment)),
    providers: live.clients.map(({ provider }) => provider),
  }
}
