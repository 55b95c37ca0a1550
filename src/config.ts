/**
 * The configuration, from one YAML or JSON file or from the environment. This is the only module that
 * reads the environment. Unknown names are refused, and all faults are told at once.
 */

import { readFileSync } from 'node:fs'
import { type Config, type Environment, faulty, parseConfig } from './config-parse.ts'

/** The environment of the process; nothing else reads it. */
export const environment = (): Environment => process.env

/** Where the development server keeps its state. */
export const developmentFolder = () => process.env.CLIENTRY_DEV_FOLDER ?? '.clientry'

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
  const value =
    yaml && readYaml !== undefined ? await readYaml(text).catch(badYaml) : parseText(text)
  return parseConfig(value, environment)
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
