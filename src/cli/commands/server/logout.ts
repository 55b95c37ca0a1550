/** `clientry logout`: deletes a profile. */

import { commandEnvironment } from '../../../config/environment.ts'
import type { Run } from '../../command.ts'
import { DEFAULT_PROFILE, readProfiles, writeProfile } from '../../connect/profiles.ts'
import { EXIT, UsageError } from '../../exit.ts'
import { plain } from '../../terminal.ts'

export const run: Run = async ({ options, terminal }) => {
  const { folder } = commandEnvironment()
  const name = options.as ?? DEFAULT_PROFILE
  if (!Object.hasOwn(readProfiles(folder), name)) {
    throw new UsageError(`There is no profile ${name}.`, 'notFound')
  }
  writeProfile(folder, name, undefined)
  terminal.print(`The profile ${plain(name)} was deleted.`)
  return EXIT.ok.code
}
