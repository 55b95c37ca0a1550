/** `clientry import FORMAT PATH...`. */

import { join } from 'node:path'
import { ENVIRONMENTS_FILE } from '../../../files/environments/environments.ts'
import { shownOnlyLoss } from '../../../files/import/client-losses.ts'
import { type ClientText, clientText } from '../../../files/import/client-text.ts'
import type { FormatName } from '../../../files/import/format-names.ts'
import { FORMATS } from '../../../files/import/formats.ts'
import { withImported } from '../../../files/import/import-environments.ts'
import { importReport, REPORT_FILE } from '../../../files/import/import-report.ts'
import type { Loss } from '../../../files/import/imported.ts'
import { bare, readable } from '../../../files/import/placeholders.ts'
import { pathsOf } from '../../../files/render.ts'
import type { Run } from '../../command.ts'
import { EXIT, UsageError } from '../../exit.ts'
import { readText, writeBelow } from '../../folder/folder.ts'
import { importPlaces } from '../../folder/import-places.ts'
import { readBeside, readSources } from '../../folder/import-sources.ts'
import { counted } from '../../show/show.ts'
import { plain } from '../../terminal.ts'

export const run: Run = async (invocation) => {
  const { words, options, terminal } = invocation
  const [name = '', ...paths] = words
  const format = Object.hasOwn(FORMATS, name) ? FORMATS[name as FormatName] : undefined
  if (format === undefined) {
    throw new UsageError(
      `There is no format ${plain(name)}; the formats are: ${Object.keys(FORMATS).join(', ')}.`,
    )
  }
  const folder = options.into ?? 'clients'
  const reading = format.read(readSources(paths, format), readBeside)
  if (reading.clients.length === 0) {
    throw new UsageError(
      [
        `There is no client in ${paths.map(plain).join(', ')} that can be imported.`,
        ...reading.losses.map(lossLine),
      ].join('\n'),
    )
  }
  const { clients, losses: unplaced } = await importPlaces(invocation, reading.clients)
  const shownOnly = clients.flatMap(({ client, destination }) =>
    shownOnlyLoss(client, destination.mapping),
  )
  const isList = (variable: string) => reading.variables.get(variable)?.json === true
  const managed = clients.filter(({ client: { about } }) =>
    shownOnly.every((one) => one.about !== about),
  )
  const written = managed.map(({ client, destination }) => ({
    about: client.about,
    ...clientText(client, { ...destination, isList }),
    ...destination.place,
  }))
  const files = pathed(folder, written)
  const losses = [
    ...reading.losses,
    ...unplaced,
    ...shownOnly,
    ...written.flatMap((one) => one.losses),
  ]
  const names = new Set(written.flatMap((one) => one.variables))
  const typed = new Set(written.flatMap((one) => one.typed))
  const variables = new Map(
    [...reading.variables]
      .filter(([variable]) => names.has(variable))
      .map(([variable, one]) => [variable, { ...one, json: one.json || typed.has(variable) }]),
  )
  const environments = join(folder, ENVIRONMENTS_FILE)
  const before = readText(environments)
  const [environment, ...more] = options.env ?? []
  if (more.length > 0) throw new UsageError('Name one environment: --env NAME.')
  const after =
    variables.size === 0 ? before : withImported(before, { ...reading, variables }, environment)
  checkOverwritten(files, options.overwrite === true)
  for (const { path, text } of files) writeBelow(folder, path, text)
  if (after !== undefined && after !== before) writeBelow(folder, environments, after)
  const report = join(folder, REPORT_FILE)
  writeBelow(folder, report, importReport(files, losses))
  if (options.json === true) {
    const readableLosses = losses.map(({ about, ...loss }) => ({ about: readable(about), ...loss }))
    terminal.printJson({
      files: files.map(({ path }) => path),
      variables: [...variables.keys()],
      losses: readableLosses,
    })
    return EXIT.ok.code
  }
  for (const loss of losses) terminal.print(lossLine(loss))
  terminal.print(
    `In ${folder}: ${counted(files.length, 'client')}, ${counted(variables.size, 'variable')}, ${counted(losses.length, 'thing')} left out (${report}).`,
  )
  return EXIT.ok.code
}

const lossLine = ({ about, what, why }: Loss) =>
  plain(readable(`left out ${about}: ${what}: ${why}`))

interface Written extends ClientText {
  readonly about: string
  readonly provider: string
  readonly userPoolId?: string
}

/** By name and id; a client that is known by its name has that, spelled plainly. */
function pathed(folder: string, written: readonly Written[]) {
  const paths = pathsOf(
    written.map(({ id, name, provider, userPoolId }) => ({
      provider,
      ...(userPoolId === undefined ? {} : { userPoolId: bare(userPoolId) }),
      id: id ?? plainName(bare(name)),
      name: id === undefined || id === name ? null : bare(name),
      attributes: {},
    })),
  )
  return written.map((one, index) => ({ ...one, path: join(folder, paths[index] ?? '') }))
}

const plainName = (name: string) =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[.-]+|[.-]+$/g, '')

function checkOverwritten(
  files: readonly { readonly path: string; readonly text: string }[],
  overwrite: boolean,
): void {
  const twice = files.find(
    ({ path }, index) => files.findIndex((one) => one.path === path) !== index,
  )
  if (twice !== undefined) {
    throw new UsageError(
      `Two clients of one name would be written to ${twice.path}. Import them into folders of their own: --into FOLDER.`,
    )
  }
  const other = files.find(({ path, text }) => (readText(path) ?? text) !== text)
  if (other === undefined || overwrite) return
  throw new UsageError(`${other.path} exists with other content. --overwrite replaces it.`)
}
