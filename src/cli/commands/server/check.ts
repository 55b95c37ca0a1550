/** `clientry check`: reads a configuration as the server does, and names what lets callers do more than may be meant. */

import { environment, loadConfig } from '../../../config/config.ts'
import { configWarnings } from '../../../config/config-warnings.ts'
import type { Run } from '../../command.ts'
import { EXIT } from '../../exit.ts'
import { plain } from '../../terminal.ts'

export const run: Run = async ({ options, terminal }) => {
  const { config: path, json } = options
  const around = environment()
  const { CLIENTRY_CONFIG_JSON: _, ...rest } = around
  const named = path === undefined ? around : { ...rest, CLIENTRY_CONFIG: path }
  const config = await loadConfig(named, async (text) => (await import('yaml')).parse(text))
  const warnings = configWarnings(config)
  if (json === true) terminal.printJson({ warnings })
  else {
    for (const warning of warnings) terminal.print(plain(warning))
    terminal.print(
      warnings.length === 0
        ? 'The configuration can be used, and nothing in it deserves a second look.'
        : 'The configuration can be used.',
    )
  }
  return warnings.length === 0 ? EXIT.ok.code : EXIT.differs.code
}
