/** The environment that a command works for: `environments.yaml` in the folder, chosen by `--env`. */

import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { environment as processEnvironment } from '../../config/environment.ts'
import { type Environment, environmentOf } from '../../files/environments/environment.ts'
import {
  ENVIRONMENTS_FILE,
  type EnvironmentsFile,
  parseEnvironments,
} from '../../files/environments/environments.ts'
import { type Exclusions, parseExclusions } from '../../files/exclusion.ts'
import type { Invocation } from '../command.ts'
import { UsageError } from '../exit.ts'
import type { Terminal } from '../terminal.ts'
import { readText } from './folder.ts'

/**
 * The environment that `--env` names; `undefined` where the folder has none.
 * @throws UsageError, ClientError
 */
export function chosenEnvironment(
  { options: { env = [] }, terminal }: About,
  folder: string,
): Environment | undefined {
  const [name, ...more] = env
  if (more.length > 0) throw new UsageError('Name one environment: --env NAME.')
  return environmentIn(terminal, folder, name)
}

/**
 * The two environments that `--env` names.
 * @throws UsageError, ClientError
 */
export function twoEnvironments(
  { options: { env = [] }, terminal }: About,
  folder: string,
): readonly Environment[] {
  const [one, other] = env
  if (env.length !== 2 || one === other) {
    throw new UsageError('Name the two environments to compare: --env ONE --env OTHER.')
  }
  return env.flatMap((name) => environmentIn(terminal, folder, name) ?? [])
}

/**
 * What the command line and the environment exclude.
 * @throws ClientError
 */
export const exclusionsOf = (
  { exclude = [] }: Invocation['options'],
  environment: Environment | undefined,
): Exclusions => parseExclusions([...exclude, ...(environment?.exclude ?? [])])

type About = Pick<Invocation, 'options' | 'terminal'>

/**
 * An environment of a folder, by its name. What it takes from the process environment is not printed from then on.
 * @throws UsageError, ClientError
 */
export function environmentIn(
  terminal: Terminal,
  folder: string,
  name: string | undefined,
): Environment | undefined {
  const file = environmentsIn(folder)
  if (name === undefined) {
    if (file === undefined) return undefined
    const names = Object.keys(file.environments).join(', ')
    throw new UsageError(`Choose an environment of ${file.path} with --env NAME: ${names}.`)
  }
  if (file === undefined) {
    throw new UsageError(`There is no ${join(folder, ENVIRONMENTS_FILE)} that describes ${name}.`)
  }
  const environment = environmentOf(file, name, processEnvironment())
  terminal.mask(environment.hidden)
  return environment
}

function environmentsIn(folder: string): EnvironmentsFile | undefined {
  const path = join(folder, ENVIRONMENTS_FILE)
  const entry = lstatSync(path, { throwIfNoEntry: false })
  if (entry === undefined) return undefined
  const text = entry.isFile() ? readText(path) : undefined
  if (text === undefined) throw new UsageError(`${path} cannot be read, or is no regular file.`)
  return parseEnvironments(path, text)
}
