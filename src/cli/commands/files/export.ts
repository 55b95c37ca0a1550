/** `clientry export FOLDER`. */

import { join } from 'node:path'
import type { LiveClient } from '../../../files/compare.ts'
import { type Place, readLive } from '../../../files/live.ts'
import { placeOf, unreadFault } from '../../../files/plan.ts'
import {
  type Capabilities,
  pathsOf,
  renderClientFile,
  unknownSettings,
} from '../../../files/render.ts'
import { updatedYaml } from '../../../files/yaml/yaml-update.ts'
import type { Run } from '../../command.ts'
import { EXIT, UsageError } from '../../exit.ts'
import { chosenEnvironment, exclusionsOf } from '../../folder/environments.ts'
import { readText, writeBelow } from '../../folder/folder.ts'
import { exportedPlaces, sharedFiles } from '../../folder/shared-files.ts'
import { exitOfFaults, showFaults } from '../../show/faults.ts'
import { counted } from '../../show/show.ts'
import { plain, type Terminal } from '../../terminal.ts'

export const run: Run = async (invocation) => {
  const {
    words: [folder = ''],
    options,
    terminal,
    connect,
  } = invocation
  const environment = chosenEnvironment(invocation, folder)
  const api = await connect()
  const { provider, pool: userPoolId } = options
  const all = async () => (await api.listProviders()).body.providers
  const places: readonly Place[] =
    provider !== undefined
      ? [{ provider, ...(userPoolId === undefined ? {} : { userPoolId }) }]
      : ((environment && exportedPlaces(environment)) ??
        (await all()).map(({ id }) => ({ provider: id })))
  const exclusions = exclusionsOf(options, environment)
  const { clients, unread } = await readLive(api, places, (count) =>
    terminal.progress(`read ${count} clients`),
  )
  terminal.progress('')
  const live = clients.filter((one) => exclusions.ofClient(one) === undefined)
  const names = [...new Set(live.map((one) => one.provider))]
  const providers = await Promise.all(names.map((name) => api.getProvider(name)))
  const capabilities = new Map(
    providers.map(({ body }) => [body.id, body as unknown as Capabilities]),
  )
  const capabilitiesOf = (one: LiveClient) => capabilities.get(one.provider) ?? { fields: {} }
  const textOf = (one: LiveClient) => renderClientFile(one, capabilitiesOf(one))
  const paths = pathsOf(live)
  const { files, environments } =
    environment === undefined
      ? {
          files: live.map((one, index) => {
            const path = join(folder, paths[index] ?? '')
            const before = readText(path)
            const text = textOf(one)
            return { path, text: before === undefined ? text : updatedYaml(before, text) }
          }),
          environments: undefined,
        }
      : sharedFiles(
          folder,
          environment,
          live.map((one) => ({ live: one, text: textOf(one) })),
        )
  const others = files.filter(({ path, text }) => (readText(path) ?? text) !== text)
  if (others.length > 0 && options.overwrite !== true) {
    const [first] = others
    throw new UsageError(
      `${first?.path} and ${others.length - 1} more exist with other content. --overwrite replaces them.`,
    )
  }
  for (const { path, text } of files) writeBelow(folder, path, text)
  if (environment !== undefined && environments !== undefined) {
    writeBelow(folder, environment.path, environments)
  }
  const count = new Set(live.map(placeOf)).size
  if (options.json === true) terminal.printJson({ files: files.map(({ path }) => path) })
  else
    terminal.print(
      `In ${folder}: ${counted(files.length, 'client')} of ${counted(count, 'place')}.`,
    )
  for (const one of live) noteUnknown(terminal, one, unknownSettings(one, capabilitiesOf(one)))
  const faults = unread.map(unreadFault)
  showFaults(terminal, faults)
  return faults.length === 0 ? EXIT.ok.code : exitOfFaults(faults)
}

function noteUnknown(terminal: Terminal, { provider, id }: LiveClient, names: readonly string[]) {
  if (names.length === 0) return
  terminal.note(
    plain(
      `${provider}/${id} has settings that this version does not know, which are not in its file: ${names.join(', ')}. providers.${provider}.members of the configuration can say what they are.`,
    ),
  )
}
