/** The development server of this folder, and a token for it. */

import { developmentFolder } from '../../config/environment.ts'
import { type DevAddress, loadAddress } from '../../dev/dev-state.ts'
import { fetchDevelopmentToken } from '../../providers/local/openid/token.ts'
import { isLoopbackUrl } from '../../tokens/loopback-url.ts'
import { UsageError } from '../exit.ts'

/** Its address. A file that points to another machine was not written by a development server. */
export function developmentAddress(): DevAddress | undefined {
  const address = loadAddress(developmentFolder())
  if (address === undefined) return undefined
  const { url, tokenEndpoint, signIn }: Partial<DevAddress> = address
  const urls = [url ?? '', tokenEndpoint ?? '', signIn?.issuer ?? '']
  return urls.every(isLoopbackUrl) ? address : undefined
}

/**
 * A token with all scopes, or with some (separated by spaces).
 * @throws UsageError (exit `unavailable`) if no server answers
 */
export async function developmentToken(scope?: string): Promise<string> {
  const address = developmentAddress()
  const query = scope === undefined ? {} : { scope }
  const token = address && fetchDevelopmentToken({ ...address, ...query }).catch(() => undefined)
  const answer = await token
  if (answer !== undefined) return answer
  const says = 'No development server answers. Start one with: clientry dev'
  throw new UsageError(says, 'unavailable')
}
