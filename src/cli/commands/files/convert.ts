/** `clientry convert NATIVE FOLDER`. */

import { join } from 'node:path'
import { convertNative, nativeRecords } from '../../../files/native.ts'
import { type Capabilities, pathsOf, renderClientFile } from '../../../files/render.ts'
import { mappingOf, type ProviderType } from '../../../providers/configured.ts'
import type { Run } from '../../command.ts'
import { EXIT, UsageError } from '../../exit.ts'
import { readText, writeBelow } from '../../folder/folder.ts'
import { counted } from '../../show/show.ts'

export const run: Run = async ({
  words: [source = '', folder = ''],
  options,
  terminal,
  connect,
}) => {
  const { provider, pool: userPoolId } = options
  if (provider === undefined) {
    throw new UsageError('Name the provider of these clients: --provider PROVIDER.')
  }
  const text = readText(source)
  if (text === undefined) throw new UsageError(`There is no file ${source}.`)
  const api = await connect()
  const { body } = await api.getProvider(provider)
  const mapping = await mappingOf(body.type as ProviderType)
  const place = { provider: body.id, ...(userPoolId !== undefined && { userPoolId }) }
  const capabilities = body as unknown as Capabilities
  const converted = nativeRecords(source, text).map((native) =>
    convertNative(mapping, native, { place, path: source, capabilities }),
  )
  const paths = pathsOf(converted.map(({ live }) => live))
  const files = converted.map((one, index) => ({
    path: join(folder, paths[index] ?? ''),
    text: renderClientFile(one.live, one.capabilities),
  }))
  const other = files.find((file) => (readText(file.path) ?? file.text) !== file.text)
  if (other !== undefined && options.overwrite !== true) {
    throw new UsageError(`${other.path} exists with other content. --overwrite replaces it.`)
  }
  for (const file of files) writeBelow(folder, file.path, file.text)
  if (options.json === true) terminal.printJson({ files: files.map(({ path }) => path) })
  else terminal.print(`In ${folder}: ${counted(files.length, 'client')} of ${body.id}.`)
  return EXIT.ok.code
}
