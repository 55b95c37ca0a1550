/**
 * What the development server keeps between two starts, in a folder of its own: keys, the database, and
 * where it can be reached. Only its owner may read it.
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
  /** How a person gets one. */
  readonly signIn: {
    readonly issuer: string
    readonly clientId: string
    readonly scope: string
    readonly audience: string
  }
}

const OWNER_ONLY = 0o600

const pathIn = (folder: string, name: string) => join(folder, name)

/** The keys of an earlier start, or new ones. */
export async function loadKeys(folder: string): Promise<DevKeys> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const known = readJson<DevKeys>(pathIn(folder, 'keys.json'))
  if (known !== undefined) return known
  const keys: DevKeys = { key: randomBytes(32).toString('base64'), openid: await createKeys() }
  writeFileSync(pathIn(folder, 'keys.json'), JSON.stringify(keys), { mode: OWNER_ONLY })
  return keys
}

/** Tells other processes where the server is. */
export function saveAddress(folder: string, address: DevAddress): void {
  writeFileSync(pathIn(folder, 'address.json'), JSON.stringify(address), { mode: OWNER_ONLY })
}

/** Where the server of this folder is; `undefined` when none was started. */
export function loadAddress(folder: string): DevAddress | undefined {
  return readJson<DevAddress>(pathIn(folder, 'address.json'))
}

/** Where the database is. */
export const databasePath = (folder: string) => pathIn(folder, 'clientry.db')

function readJson<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T
  } catch {
    return undefined
  }
}
