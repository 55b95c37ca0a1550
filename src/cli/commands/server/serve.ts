/** `clientry serve`: the server with a configuration, which runs until it is stopped. */

import { useConfigFile } from '../../../config/environment.ts'
import type { Run } from '../../command.ts'
import { EXIT } from '../../exit.ts'

export const run: Run = async ({ options: { config } }) => {
  if (config !== undefined) useConfigFile(config)
  await import('../../../serve.ts')
  return EXIT.ok.code
}
