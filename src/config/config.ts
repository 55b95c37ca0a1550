/**
 * The configuration, from one YAML or JSON file or from the environment. Unknown names are refused, and all faults are
 * reported at once.
 */

import { readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { isRecord, type JsonObject } from '../core/json/json.ts'
import { faulty } from './config-faults.ts'
import { type Config, type Environment, parseConfig } from './config-parse.ts'
import { type ConfigSource, located, type ReadText, readJsonText, sourceOf } from './config-text.ts'

const DEFAULT_PORT = 8_787

/**
 * The port of the development server.
 * @throws ClientError `invalid_request`
 */
export function portOf({ PORT = String(DEFAULT_PORT) }: Environment): number {
  const port = Number(PORT)
  if (Number.isInteger(port) && port > 0 && port <= 65_535) return port
  throw faulty(['PORT must be a number from 1 to 65535.'])
}

/** Reads YAML, where it can be read. */
export type ReadYaml = (text: string) => Promise<ReadText>

/**
 * Reads the configuration that the environment names: `CLIENTRY_CONFIG` (a path) or
 * `CLIENTRY_CONFIG_JSON` (the text itself). `readYaml` is given where YAML can be read.
 * @throws ClientError `invalid_request` with all faults, each with its file, line and column
 */
export async function loadConfig(environment: Environment, readYaml?: ReadYaml): Promise<Config> {
  return parseSource(await readConfig(environment, readYaml), environment)
}

/**
 * The meaning of a configuration that was read; `more`: members that it need not have.
 * @throws ClientError `invalid_request` with all faults
 */
export function parseSource(
  source: ConfigSource,
  environment: Environment,
  more: JsonObject = {},
): Config {
  const { CLIENTRY_CONFIG: path } = environment
  const value = isRecord(source.value) ? { ...more, ...source.value } : source.value
  try {
    return parseConfig(value, environment, path === undefined ? undefined : dirname(path))
  } catch (error) {
    throw located(source, error)
  }
}

/**
 * The same before it is checked.
 * @throws ClientError `invalid_request`
 */
export async function readConfig(
  environment: Environment,
  readYaml?: ReadYaml,
): Promise<ConfigSource> {
  const { CLIENTRY_CONFIG: path, CLIENTRY_CONFIG_JSON: inline } = environment
  if ((path === undefined) === (inline === undefined)) {
    throw faulty([
      'Set either CLIENTRY_CONFIG (a file, such as docs/examples/clientry.yaml) or CLIENTRY_CONFIG_JSON (the configuration as text).',
    ])
  }
  if (inline !== undefined) return sourceOf('CLIENTRY_CONFIG_JSON', readJsonText(inline))
  const name = path ?? ''
  const text = readText(name)
  if (!/\.ya?ml$/.test(name)) return sourceOf(name, readJsonText(text))
  if (readYaml === undefined) throw faulty(['Here the configuration must be JSON, not YAML.'])
  return sourceOf(name, await readYaml(text))
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    throw faulty([`The configuration file ${path} cannot be read.`])
  }
}
