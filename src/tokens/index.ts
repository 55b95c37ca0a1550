/**
 * `clientry/tokens`: access tokens that a program gets by itself, for `connect` of `clientry/sdk`. It runs in Node. What is
 * exported here is the public surface.
 */

import { ClientryError } from '../sdk/error.ts'
import { type ShowAddress, signInByBrowser } from './browser.ts'
import { byClientCredentials, type ClientCredentials } from './client-credentials.ts'
import { type DeviceCode, signInByDevice } from './device.ts'
import { byGithub, type GithubJob } from './github.ts'
import { kept, type TokenSource, type Tokens } from './kept.ts'
import { renewed } from './party.ts'
import type { TokenRequest } from './token-request.ts'

export type { ClientryErrorCode, ErrorCode } from '../sdk/error.ts'
export type { ClientCredentials, DeviceCode, GithubJob, ShowAddress, TokenRequest, TokenSource }
export { ClientryError }

/** Of a program that acts for itself, by a secret or a private key. */
export const clientCredentials = (request: ClientCredentials): TokenSource =>
  kept(() => byClientCredentials(request))

/** Of a job of GitHub Actions. */
export const githubToken = (job: GithubJob): TokenSource => kept(() => byGithub(job))

/** Of a user who signs in through a browser on this machine. */
export const browserToken = (request: TokenRequest, show: ShowAddress): TokenSource =>
  signedIn(request, () => signInByBrowser(request, show))

/** Of a user who signs in on another device. */
export const deviceToken = (request: TokenRequest, show: (code: DeviceCode) => void): TokenSource =>
  signedIn(request, () => signInByDevice(request, show))

/** The user is asked again only where the issuer renews nothing. */
const signedIn = (request: TokenRequest, ask: () => Promise<Tokens>): TokenSource =>
  kept(async (before) => {
    if (before?.refreshToken === undefined) return ask()
    return renewed(request, before.refreshToken).catch((error: unknown) => {
      if (error instanceof ClientryError && error.code === 'unauthenticated') return ask()
      throw error
    })
  })
