/** The Auth0 provider, as a configuration builds it, over an emulator. */

import { secret } from '../../src/core/secrecy/secret.ts'
import { DEFAULT_CREDENTIAL } from '../../src/emulators/auth0/index.ts'
import { createProviders } from '../../src/providers/configured.ts'
import type { Provider } from '../../src/providers/provider.ts'

/** One provider under the id `auth0`. */
export function auth0Over(
  url: string,
  { clientId, clientSecret } = DEFAULT_CREDENTIAL as { clientId: string; clientSecret: string },
): Promise<ReadonlyMap<string, Provider>> {
  return createProviders(
    {
      auth0: {
        type: 'auth0',
        baseUrl: url,
        audience: `${url}/api/v2/`,
        clientId,
        clientSecret: secret(clientSecret),
        allowWildcards: false,
        listLagSeconds: 0,
      },
    },
    { now: Date.now, environmentCredentials: () => undefined },
  )
}
