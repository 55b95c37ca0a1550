/** The environment of the process. This is the only module that reads it. */

import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Environment } from './config-parse.ts'

/** The environment of the process; nothing else reads it. */
export const environment = (): Environment => process.env

/** Whether a variable of OpenTelemetry is set, so that what reads them is worth loading. */
export const asksForTelemetry = () => Object.keys(process.env).some((name) => /^OTEL_/.test(name))

/** The same, of which what `isTaken` names is no longer there for anyone who asks later. */
export function takeEnvironment(isTaken: (name: string) => boolean): Environment {
  const all = { ...process.env }
  for (const name of Object.keys(all).filter(isTaken)) delete process.env[name]
  return all
}

/** Where the development server keeps its state. */
export const developmentFolder = () => process.env.CLIENTRY_DEV_FOLDER ?? '.clientry'

/** What the command line program takes from the environment. */
export function commandEnvironment() {
  const { CLIENTRY_URL: url, CLIENTRY_TOKEN: token, CLIENTRY_PROFILE: profile } = process.env
  const { CLIENTRY_TOKEN_FILE: tokenFile, CLIENTRY_AUDIENCE: audience } = process.env
  const { XDG_CONFIG_HOME: home, NO_COLOR, TERM } = process.env
  return {
    ...(url ? { url } : {}),
    ...(token ? { token } : {}),
    ...(tokenFile ? { tokenFile } : {}),
    ...(audience ? { audience } : {}),
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

/** AWS credentials as Lambda and most tools set them; read anew each time, since they rotate. */
export function environmentKeys():
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
