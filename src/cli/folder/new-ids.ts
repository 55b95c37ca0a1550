/** After a plan was applied: from now on a new client is found by its id, and its file says what it is. */

import type { FieldPatches } from '../../core/patch/patch.ts'
import type { Applied } from '../../files/apply.ts'
import { type ClientFile, withId } from '../../files/client-file.ts'
import type { Environment } from '../../files/environments/environment.ts'
import { withEnvironmentId } from '../../files/environments/environments.ts'
import { withoutLeft } from '../../files/environments/left-settings.ts'
import { strangersOf } from '../../files/exclusive.ts'
import { liveOf } from '../../files/live.ts'
import type { Capabilities } from '../../files/render.ts'
import type { Api, Client } from '../../sdk/index.ts'
import { UsageError } from '../exit.ts'
import { plain, type Terminal } from '../terminal.ts'
import { nameIn, readClientFile, readText, writeBelow } from './folder.ts'

interface Place {
  readonly folder: string
  /** The environment that the plan was made for. */
  readonly environment: Environment | undefined
}

interface Keeping extends Place {
  readonly terminal: Terminal
  readonly api: Pick<Api, 'getProvider'>
}

/** Writes the id of each new client into its file, or into its environment. */
export async function keepIds(
  { terminal, api, ...place }: Keeping,
  applied: readonly Applied[],
): Promise<void> {
  for (const { item, client } of applied) {
    if (item.action !== 'create' || client === undefined) continue
    try {
      const path = item.file
      const text = readText(path)
      const file =
        text === undefined
          ? undefined
          : readClientFile({ folder: place.folder, path, text }, place.environment)
      if (text === undefined || file === undefined || (file.id ?? client.id) !== client.id) {
        const why = text === undefined ? 'does not exist' : `stands for ${file?.id}`
        terminal.note(`${plain(`${item.file} ${why}; its new client is ${client.id}`)}.`)
        continue
      }
      const given = await givenTo(client, file, api)
      writeMade(place, { path, text, id: client.id, omitted: item.left ?? [], given })
    } catch (error) {
      const says = error instanceof Error ? error.message : ''
      terminal.note(plain(`${says} Its new client is ${client.id}.`))
    }
  }
}

/**
 * What the provider has given to a new client beside what its file names as the only members. Where that cannot be said, the
 * next plan shows it.
 */
async function givenTo(
  client: Client,
  file: ClientFile,
  { getProvider }: Pick<Api, 'getProvider'>,
): Promise<FieldPatches> {
  if (file.exclusive === undefined) return {}
  const answer = await getProvider(file.provider).catch(() => undefined)
  if (answer === undefined) return {}
  return strangersOf(file, liveOf(client), answer.body as unknown as Capabilities)
}

interface MadeFile {
  readonly path: string
  readonly text: string
  readonly id: string
  readonly omitted: readonly string[]
  readonly given: FieldPatches
}

function writeMade({ folder, environment }: Place, made: MadeFile): void {
  const { path, text, id, omitted, given } = made
  if (environment === undefined) {
    writeBelow(folder, path, withId(text, id, { omitted, given }))
    return
  }
  // The file is shared by all environments, each of which has a client of its own.
  const before = readText(environment.path)
  if (before === undefined) throw new UsageError(`${environment.path} cannot be read.`)
  const file = nameIn(folder, path)
  const { name } = environment
  const content = withEnvironmentId(before, { environment: name, file, id, given })
  const texts = withoutLeft(
    { file: text, environments: content },
    { environment: name, file, left: omitted },
  )
  writeBelow(folder, environment.path, texts.environments)
  if (texts.file !== text) writeBelow(folder, path, texts.file)
}
