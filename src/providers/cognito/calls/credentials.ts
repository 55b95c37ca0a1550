/** Where the AWS credentials come from: the configuration, the environment, or the AWS chain. */

import { ClientError } from '../../../core/errors.ts'
import type { Secret } from '../../../core/secrecy/secret.ts'
import type { Credentials } from '../../../core/sigv4.ts'

interface Configured {
  readonly accessKeyId: string
  readonly secretAccessKey: Secret
  readonly sessionToken?: Secret
}

/**
 * Gives credentials for each call: those of the configuration; else those of the environment, as
 * Lambda sets them; else those that the AWS chain finds (profile, container, instance), for which the
 * package @aws-sdk/credential-provider-node must be installed beside this one.
 */
export function credentialSource(
  configured: Configured | undefined,
  environment: () => Credentials | undefined,
): () => Promise<Credentials> {
  if (configured !== undefined) {
    const { accessKeyId, secretAccessKey, sessionToken } = configured
    return async () => ({
      accessKeyId,
      secretAccessKey: secretAccessKey.reveal(),
      ...(sessionToken === undefined ? {} : { sessionToken: sessionToken.reveal() }),
    })
  }
  let chain: Promise<() => Promise<Credentials>> | undefined
  return async () => {
    const keys = environment()
    if (keys !== undefined) return keys
    chain ??= loadChain()
    return (await chain)()
  }
}

/** The name is not a literal, so that bundlers leave the optional package alone. */
const CHAIN_PACKAGE = '@aws-sdk/credential-provider-node'

async function loadChain(): Promise<() => Promise<Credentials>> {
  try {
    const { defaultProvider } = (await import(CHAIN_PACKAGE)) as {
      defaultProvider(): () => Promise<Credentials>
    }
    return defaultProvider()
  } catch (cause) {
    throw new ClientError(
      'provider_misconfigured',
      'This server has no AWS credentials. The operator must check the configuration.',
      { cause },
    )
  }
}
