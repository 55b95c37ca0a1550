/** Gets tokens in the way that a profile says: through a browser, on another device, or as a program by its own proof. */

import { readFileSync } from 'node:fs'
import { environment } from '../../config/environment.ts'
import { type ShowAddress, signInByBrowser } from '../../tokens/browser.ts'
import { byClientCredentials } from '../../tokens/client-credentials.ts'
import { type DeviceCode, signInByDevice } from '../../tokens/device.ts'
import type { Tokens } from '../../tokens/kept.ts'
import { renewed } from '../../tokens/party.ts'
import { UsageError } from '../exit.ts'
import type { SignIn } from './profiles.ts'

/** Shows the user where to sign in. */
export interface Show {
  readonly address: ShowAddress
  readonly device: (code: DeviceCode) => void
}

/**
 * Signs in.
 * @throws ClientryError if the issuer or the user refuses; UsageError if a secret or a key is not where it should be
 */
export async function signIn(request: SignIn, show: Show): Promise<Tokens> {
  if (isOfProgram(request)) return byProof(request)
  return request.by === 'device'
    ? signInByDevice(request, show.device)
    : signInByBrowser(request, show.address)
}

/** New tokens without the user; `undefined` where the user has to sign in again. */
export async function withoutUser(request: SignIn, before: Tokens): Promise<Tokens | undefined> {
  if (isOfProgram(request)) return byProof(request)
  return before.refreshToken === undefined ? undefined : renewed(request, before.refreshToken)
}

const isOfProgram = ({ by }: SignIn) => by === 'secret' || by === 'key'

function byProof({ by, proof, keyId, secretIn, ...request }: SignIn): Promise<Tokens> {
  const text = textAt(proof)
  return byClientCredentials({
    ...request,
    ...(by === 'key' ? { privateKey: text } : { clientSecret: text.trim() }),
    ...(keyId === undefined ? {} : { keyId }),
    ...(secretIn === undefined ? {} : { secretIn }),
  })
}

/** A secret or a key, read anew each time, since they rotate. */
function textAt(proof: SignIn['proof']): string {
  if (proof === undefined) throw new UsageError('The profile has no secret and no key.')
  if ('env' in proof) {
    const text = environment()[proof.env]
    if (text) return text
    throw new UsageError(`The variable ${proof.env} is missing or empty.`)
  }
  try {
    return readFileSync(proof.file, 'utf8')
  } catch {
    throw new UsageError(`The file ${proof.file} cannot be read.`)
  }
}
