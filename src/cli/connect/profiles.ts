/** The servers that the user has signed in to, in a file that only its owner may read. */

import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Tokens } from '../../tokens/kept.ts'
import type { TokenRequest } from '../../tokens/token-request.ts'
import { UsageError } from '../exit.ts'

/** How to get tokens from an issuer. */
export interface SignIn extends TokenRequest {
  /** Separated by spaces. */
  readonly scope: string
  /** Absent: a user signs in through a browser. */
  readonly by?: 'device' | 'secret' | 'key'
  /** Where a secret or a private key is; it is never kept here. */
  readonly proof?: { readonly env: string } | { readonly file: string }
  /** The `kid` of the key. */
  readonly keyId?: string
  /** How the secret is sent; absent: as the issuer takes it. */
  readonly secretIn?: 'header' | 'body'
}

export interface Profile {
  /** The server. */
  readonly url: string
  readonly signIn: SignIn
  readonly tokens: Tokens
}

export type Profiles = Readonly<Record<string, Profile>>

export const DEFAULT_PROFILE = 'default'

const pathIn = (folder: string) => join(folder, 'profiles.json')

/**
 * Reads all profiles; there are none without a file.
 * @throws UsageError if the file is not a profile file
 */
export function readProfiles(folder: string): Profiles {
  let text: string
  try {
    text = readFileSync(pathIn(folder), 'utf8')
  } catch {
    return {}
  }
  try {
    return JSON.parse(text) as Profiles
  } catch {
    throw new UsageError(`${pathIn(folder)} is not valid JSON. Delete it and sign in again.`)
  }
}

/** Saves a profile, or deletes it if `profile` is `undefined`. */
export function writeProfile(folder: string, name: string, profile: Profile | undefined): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const { [name]: _, ...others } = readProfiles(folder)
  const profiles = profile === undefined ? others : { ...others, [name]: profile }
  // A reader gets the old file or the new one, never a part, and no other user can read either.
  const fresh = `${pathIn(folder)}.${process.pid}`
  rmSync(fresh, { force: true })
  writeFileSync(fresh, JSON.stringify(profiles, null, 2), { mode: 0o600, flag: 'wx' })
  renameSync(fresh, pathIn(folder))
}
