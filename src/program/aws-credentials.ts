/**
 * The AWS credentials of this process: the variables that Lambda and most tools set, read anew for each call since they
 * rotate; else what the chain of the AWS SDK finds, in its order: a profile, web identity, a container, an instance. Its
 * package is loaded only where there are no variables, so never on Lambda, whose bundle does not contain it.
 * https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
 */

import { environmentKeys } from '../config/environment.ts'
import { ClientError, isClientError } from '../core/errors.ts'
import type { Credentials } from '../core/sigv4.ts'
import { within } from '../service/base/time-limit.ts'

/** How long a source may take; those of a machine answer within a second (milliseconds). */
const PATIENCE_MS = 10_000

/** What the package calls the error of a source that has none. */
const NONE = 'CredentialsProviderError'

let chain: Promise<() => Promise<Credentials>> | undefined

/**
 * `undefined`: there are none.
 * @throws ClientError `store_unavailable` where there is a source, and it gives none
 */
export async function awsCredentials(): Promise<Credentials | undefined> {
  const keys = environmentKeys()
  if (keys !== undefined) return keys
  try {
    chain ??= loadChain()
    const { accessKeyId, secretAccessKey, sessionToken } = await within(
      (await chain)(),
      PATIENCE_MS,
      () => new ClientError('store_unavailable', 'The source of the AWS credentials is too slow.'),
    )
    return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) }
  } catch (cause) {
    if (isClientError(cause)) throw cause
    const name = cause instanceof Error ? cause.name : 'unknown'
    if (name === NONE) return undefined
    throw new ClientError(
      'store_unavailable',
      `The source of the AWS credentials does not give any (${name.slice(0, 64)}): check the role, and the profile or token file that names it.`,
      { cause, retryAfter: 5 },
    )
  }
}

/** The same for something that cannot do without; `what` it is for. */
export const requiredCredentials = (what: string) => async (): Promise<Credentials> => {
  const credentials = await awsCredentials()
  if (credentials !== undefined) return credentials
  throw new ClientError(
    'store_unavailable',
    `There are no AWS credentials for ${what}. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or give the machine a role.`,
  )
}

async function loadChain(): Promise<() => Promise<Credentials>> {
  const { defaultProvider } = await import('@aws-sdk/credential-provider-node')
  return defaultProvider()
}
