/** Where the AWS credentials come from: the configuration, or else the process. */

import { ClientError } from '../../../core/errors.ts'
import type { Secret } from '../../../core/secrecy/secret.ts'
import type { Credentials } from '../../../core/sigv4.ts'
import type { ProviderSurroundings } from '../../definition.ts'

interface Configured {
  readonly accessKeyId: string
  readonly secretAccessKey: Secret
  readonly sessionToken?: Secret
}

/** Gives credentials for each call: those of the configuration, else those of the process at that time. */
export function credentialSource(
  configured: Configured | undefined,
  environment: ProviderSurroundings['environmentCredentials'],
): () => Promise<Credentials> {
  if (configured !== undefined) {
    const { accessKeyId, secretAccessKey, sessionToken } = configured
    return async () => ({
      accessKeyId,
      secretAccessKey: secretAccessKey.reveal(),
      ...(sessionToken === undefined ? {} : { sessionToken: sessionToken.reveal() }),
    })
  }
  return async () => {
    const keys = await Promise.resolve(environment()).catch(noCredentials)
    return keys ?? noCredentials(undefined)
  }
}

function noCredentials(cause: unknown): never {
  throw new ClientError(
    'provider_misconfigured',
    'This server has no AWS credentials. The operator must check the configuration.',
    { cause },
  )
}
