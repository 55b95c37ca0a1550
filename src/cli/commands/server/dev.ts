/** `clientry dev`: the development server, which runs until it is stopped. */

import type { Run } from '../../command.ts'
import { EXIT } from '../../exit.ts'

export const run: Run = async () => {
  await import('../../../dev.ts')
  return EXIT.ok.code
}
