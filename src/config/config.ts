/**
 * The configuration, from one YAML or JSON file or from the environment. This is the only module that
 * reads the environment. Unknown names are refused, and all faults are told at once.
 */

import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { type Config, type Environment, faulty, parseConfig } from './config-parse.ts'

/** The environment of the process; nothing else reads it. */
export const environment = (): Environment => process.env

/** Where the development server keeps its state. */
export const developmentFolder = () => process.env.CLIENTRY_DEV_FOLDER ?? '.clientry'

/** What the environment tells the command line program. */
export function commandEnvironment() {
  const { CLIENTRY_URL: url, CLIENTRY_TOKEN: token, CLIENTRY_PROFILE: profile } = process.env
  const { XDG_CONFIG_HOME: home, NO_COLOR, TERM } = process.env
  return {
    ...(url ? { url } : {}),
    ...(token ? { token } : {}),
    ...(profile ? { profile } : {}),
    /** Where profiles are kept (XDG Base Directory Specification). */
    folder: join(home || join(homedir(), '.config'), 'clientry'),
    /** https://no-color.org */
    colours: !NO_COLOR && TERM !== 'dumb',
  }
}

/** Names the configuration for what is started next in this process. */
export function useConfigFile(path: string): void {
  process.env.CLIENTRY_CONFIG = path
}

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

/** AWS credentials as Lambda and most tools set them; read anew each time, since they rotate. */
export function awsCredentials():
  | { accessKeyId: string; secretAccessKey: string; sessionToken?: string }
  | undefined {
  const {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
  } = process.env
  if (!accessKeyId || !secretAccessKey) return undefined
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) }
}

/**
 * Reads the configuration that the environment names: `CLIENTRY_CONFIG` (a path) or
 * `CLIENTRY_CONFIG_JSON` (the text itself). `readYaml` is given where YAML can be read.
 * @throws ClientError `invalid_request` with all faults
 */
export async function loadConfig(
  environment: Environment,
  readYaml?: (text: string) => Promise<unknown>,
): Promise<Config> {
  const { CLIENTRY_CONFIG: path } = environment
  const read = await readConfig(environment, readYaml)
  return parseConfig(read, environment, path === undefined ? undefined : dirname(path))
}

/**
 * The same before it is checked.
 * @throws ClientError `invalid_request`
 */
export async function readConfig(
  environment: Environment,
  readYaml?: (text: string) => Promise<unknown>,
): Promise<unknown> {
  const { CLIENTRY_CONFIG: path, CLIENTRY_CONFIG_JSON: inline } = environment
  if ((path === undefined) === (inline === undefined)) {
    throw faulty([
      'Set either CLIENTRY_CONFIG (a file, such as docs/examples/clientry.yaml) or CLIENTRY_CONFIG_JSON (the text).',
    ])
  }
  const text = inline ?? readText(path ?? '')
  const yaml = inline === undefined && /\.ya?ml$/.test(path ?? '')
  if (yaml && readYaml === undefined)
    throw faulty(['Here the configuration must be JSON, not YAML.'])
  return yaml && readYaml !== undefined ? readYaml(text).catch(badYaml) : parseText(text)
}

/** What the parser says repeats the text, in which a secret may stand by mistake. */
function badYaml(): never {
  throw faulty(['The configuration is not valid YAML.'])
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    throw faulty([`The configuration file ${path} cannot be read.`])
  }
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw faulty(['The configuration is not valid JSON.'])
  }
}
