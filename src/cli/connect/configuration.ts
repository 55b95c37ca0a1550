/** The configuration of a command that works without a server. */

import { loadConfig, parseSource, readConfig } from '../../config/config.ts'
import type { Config } from '../../config/config-parse.ts'
import { readYamlText } from '../../config/config-yaml.ts'
import { environment } from '../../config/environment.ts'
import { UsageError } from '../exit.ts'

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

/**
 * The configuration of a command that works on the store itself: that of a file, or of the environment. No store is
 * made by it.
 * @throws UsageError where none is named; `others`: what else could be named
 */
export async function storeConfiguration(path: string | undefined, others = ''): Promise<Config> {
  const config = await namedConfiguration(path, others)
  return { ...config, mode: 'production', store: { ...config.store, create: false } }
}

async function namedConfiguration(path: string | undefined, others: string): Promise<Config> {
  if (path !== undefined) return configurationOf(path)
  const { CLIENTRY_CONFIG, CLIENTRY_CONFIG_JSON } = environment()
  if (CLIENTRY_CONFIG === undefined && CLIENTRY_CONFIG_JSON === undefined) {
    throw new UsageError(`Name the store with ${others}--config FILE or CLIENTRY_CONFIG.`)
  }
  return loadConfig(environment(), readYamlText)
}
