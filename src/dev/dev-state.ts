/**
 * What the development server keeps between starts, in a folder of its own: keys, the database, and
 * its address. Only its owner may read the folder.
 */

import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createKeys, type OpenidKeys } from '../providers/local/openid/keys.ts'

export interface DevKeys {
  /** The installation's key, 32 bytes in base64. */
  readonly key: string
  readonly openid: OpenidKeys
}

/** How another process gets a token. */
export interface DevAddress {
  readonly url: string
  readonly tokenEndpoint: string
  readonly clientId: string
  readonly clientSecret: string
  /** How a person gets a token. */
  readonly signIn: {
    readonly issuer: string
    readonly clientId: string
    readonly scope: string
    readonly audience: string
  }
}

const OWNER_ONLY = 0o600

const pathIn = (folder: string, name: string) => join(folder, name)

/** Loads the keys of an earlier start, or creates new ones. */
export async function loadKeys(folder: string): Promise<DevKeys> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const stored = readJson<DevKeys>(pathIn(folder, 'keys.json'))
  if (stored !== undefined) return stored
  const keys: DevKeys = { key: randomBytes(32).toString('base64'), openid: await createKeys() }
  writeFileSync(pathIn(folder, 'keys.json'), JSON.stringify(keys), { mode: OWNER_ONLY })
  return keys
}

/** Saves the server's address for other processes. */
export function saveAddress(folder: string, address: DevAddress): void {
  writeFileSync(pathIn(folder, 'address.json'), JSON.stringify(address), { mode: OWNER_ONLY })
}

/** The address of this folder's server; `undefined` if none was started. */
export function loadAddress(folder: string): DevAddress | undefined {
  return readJson<DevAddress>(pathIn(folder, 'address.json'))
}

/** The path of the database. */
export const databasePath = (folder: string) => pathIn(folder, 'clientry.db')

function readJson<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T
  } catch {
    return undefined
  }
}
