/** The token of a server that is named by its URL: from the environment of the command, or from the CI system that runs it. */

import { readFileSync } from 'node:fs'
import { commandEnvironment, environment } from '../../config/environment.ts'
import { byGithub, isInGithubJob } from '../../tokens/github.ts'
import { kept, type TokenSource } from '../../tokens/kept.ts'
import { UsageError } from '../exit.ts'

/**
 * `undefined` where there is none. A job of GitHub gets its token for the URL of the server: an audience that the server
 * could choose would give it tokens for other services.
 */
export function environmentToken(url: string): TokenSource | undefined {
  const { token, tokenFile, audience = url.replace(/\/+$/, '') } = commandEnvironment()
  if (token !== undefined) return async () => token
  // Kubernetes puts a new token into the file before the old one ends.
  if (tokenFile !== undefined) return async () => tokenAt(tokenFile)
  const job = { audience, environment: environment() }
  return isInGithubJob(job) ? kept(() => byGithub(job)) : undefined
}

function tokenAt(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    throw new UsageError(`CLIENTRY_TOKEN_FILE names ${file}, which cannot be read.`)
  }
}
