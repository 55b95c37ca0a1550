/** The configuration of a command that works without a server. */

import { parseSource, readConfig } from '../../config/config.ts'
import type { Config } from '../../config/config-parse.ts'
import { readYamlText } from '../../config/config-yaml.ts'
import { environment } from '../../config/environment.ts'

/** No tokens are used here, so this issuer is never asked. */
const NO_CALLERS = { issuers: [{ issuer: 'https://nobody.invalid', audience: ['nobody'] }] }

/**
 * Reads a file. A server's configuration works as it is; one for the command alone need not say who
 * issues tokens.
 * @throws ClientError `invalid_request` with all faults
 */
export async function configurationOf(path: string): Promise<Config> {
  const { CLIENTRY_CONFIG_JSON: _, ...rest } = environment()
  const variables = { ...rest, CLIENTRY_CONFIG: path }
  return parseSource(await readConfig(variables, readYamlText), variables, { auth: NO_CALLERS })
}
