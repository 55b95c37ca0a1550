/** Whether each server can be had here, before anything is fetched. */

import { whyNoCanaille } from '../peers/canaille.ts'
import { unpackGlewlwyd } from '../peers/glewlwyd-package.ts'
import type { ServerName } from './chosen.ts'
import { whyNoHydra } from './hydra.ts'
import { whyNoKeycloak } from './keycloak.ts'

const always = async () => undefined

/** Why it cannot be had; `undefined`: it can. */
export const WHY_NOT: { readonly [S in ServerName]: () => Promise<string | undefined> } = {
  'oidc-provider': always,
  embedded: always,
  glewlwyd: async () => {
    const unpacked = await unpackGlewlwyd()
    return 'reason' in unpacked ? unpacked.reason : undefined
  },
  canaille: whyNoCanaille,
  hydra: whyNoHydra,
  keycloak: whyNoKeycloak,
}
