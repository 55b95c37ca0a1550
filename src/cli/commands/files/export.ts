/** `clientry export FOLDER`. */

import { join } from 'node:path'
import { placeOf } from '../../../files/plan.ts'
import { type Capabilities, pathsOf, renderClientFile } from '../../../files/render.ts'
import type { Run } from '../../command.ts'
import { EXIT, UsageError } from '../../exit.ts'
import { readText, writeBelow } from '../../folder/folder.ts'
import { readLive } from '../../folder/live.ts'
import { counted } from '../../show/show.ts'

export const run: Run = async ({ words: [folder = ''], options, terminal, connect }) => {
  const api = await connect()
  const { provider, pool: userPoolId } = options
  const all = async () => (await api.listProviders()).body.providers.map(({ id }) => id)
  const places = provider === undefined ? await all() : [provider]
  const live = await readLive(
    api,
    terminal,
    places.map((id) => ({ provider: id, userPoolId })),
  )
  const names = [...new Set(live.map((one) => one.provider))]
  const providers = await Promise.all(names.map((name) => api.getProvider(name)))
  const capabilities = new Map(
    providers.map(({ body }) => [body.id, body as unknown as Capabilities]),
  )
  const paths = pathsOf(live)
  const files = live.map((one, index) => ({
    path: join(folder, paths[index] ?? ''),
    text: renderClientFile(one, capabilities.get(one.provider) ?? { fields: {} }),
  }))
  const others = files.filter(({ path, text }) => (readText(path) ?? text) !== text)
  if (others.length > 0 && options.overwrite !== true) {
    const [first] = others
    throw new UsageError(
      `${first?.path} and ${others.length - 1} more exist with other content. --overwrite replaces them.`,
    )
  }
  for (const { path, text } of files) writeBelow(folder, path, text)
  const count = new Set(live.map(placeOf)).size
  if (options.json === true) terminal.printJson({ files: files.map(({ path }) => path) })
  else
    terminal.print(
      `In ${folder}: ${counted(files.length, 'client')} of ${counted(count, 'place')}.`,
    )
  return EXIT.ok.code
}
