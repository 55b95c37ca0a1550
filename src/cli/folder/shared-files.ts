/** The clients of one environment as the files that all environments share, and their ids there. */

import { join } from 'node:path'
import type { LiveClient } from '../../files/compare.ts'
import type { Environment, Place } from '../../files/environments/environment.ts'
import { withEnvironmentId } from '../../files/environments/environments.ts'
import {
  type StandingFile,
  sharedFile,
  writtenPlace,
} from '../../files/environments/shared-file.ts'
import { compareFiles, placeOf } from '../../files/plan.ts'
import { pathsOf } from '../../files/render.ts'
import { UsageError } from '../exit.ts'
import { nameIn, readText, soundFilesIn } from './folder.ts'

export interface SharedFiles {
  readonly files: readonly { readonly path: string; readonly text: string }[]
  /** What `environments.yaml` says then; `undefined` if that is what it says already. */
  readonly environments: string | undefined
}

/** The places of an environment that an export reads; `undefined`: all that the caller may use. */
export const exportedPlaces = ({ places }: Environment): readonly Place[] | undefined =>
  places === undefined ? undefined : [...places.values()]

/**
 * The files of clients, each in the spelling that its file has so far.
 * @throws UsageError, ClientError
 */
export function sharedFiles(
  folder: string,
  environment: Environment,
  clients: readonly { readonly live: LiveClient; readonly text: string }[],
): SharedFiles {
  const standing = standingFiles(
    folder,
    environment,
    clients.map(({ live }) => live),
  )
  const paths = newPaths(
    folder,
    clients.map(({ live }) => ({ ...live, ...placeIn(live, environment) })),
  )
  const before = readText(environment.path) ?? ''
  let environments = before
  const files = clients.map(({ live, text }, index) => {
    const match = standing.get(live)
    const path = match?.match.file.path ?? paths[index] ?? ''
    const place = placeIn(live, environment)
    if (match?.match.file.id !== live.id) {
      const entry = { environment: environment.name, file: nameIn(folder, path), id: live.id }
      environments = withEnvironmentId(environments, entry)
    }
    return { path, text: sharedFile(text, { place, standing: match, environment }) }
  })
  return { files, environments: environments === before ? undefined : environments }
}

function placeIn(live: LiveClient, environment: Environment): Place {
  const { provider, userPoolId } = live
  const place = { provider, ...(userPoolId === undefined ? {} : { userPoolId }) }
  const written = writtenPlace(place, environment)
  if (written !== undefined) return written
  throw new UsageError(`${environment.path} has no place of ${environment.name} for ${live.id}.`)
}

function standingFiles(
  folder: string,
  environment: Environment,
  live: readonly LiveClient[],
): ReadonlyMap<LiveClient, StandingFile> {
  const places = new Set(live.map(placeOf))
  const files = soundFilesIn(folder, environment).filter((file) => places.has(placeOf(file)))
  // A new client without a kind is no concern of an export.
  const webFiles = files.map((file) => ({ kind: 'web', ...file }))
  const { matched, faults } = compareFiles(webFiles, { clients: live, unread: [] })
  if (faults.length > 0) {
    throw new UsageError(faults.map(({ about, says }) => `${about} ${says}`).join('\n'))
  }
  return new Map(
    matched.flatMap((match): [LiveClient, StandingFile][] =>
      match.kind === 'present' && !isOfManager(match)
        ? [[match.live, { match, text: readText(match.file.path) ?? '' }]]
        : [],
    ),
  )
}

/** The values of a manager are a part of each list, and an export has whole ones. */
const isOfManager = ({ file, parts }: StandingFile['match']): boolean =>
  parts.some(({ path, manager }) => path === file.path && manager !== undefined)

/** Paths by place and name, since an id is that of one environment; by the id too where several would have one path. */
function newPaths(folder: string, clients: readonly LiveClient[]): readonly string[] {
  const byId = pathsOf(clients)
  const byName = clients.map(({ id, ...client }, index) => {
    const path = byId[index] ?? ''
    const short = path.replace(new RegExp(`-${id.replace(/[^\w]/g, '\\$&')}(\\.yaml)$`), '$1')
    return client.name === null ? path : short
  })
  return byName.map((path, index) => {
    const isAlone =
      byName.filter((other) => other.toLowerCase() === path.toLowerCase()).length === 1
    return join(folder, isAlone ? path : (byId[index] ?? ''))
  })
}
