/** How each server is fetched and built, and why it cannot be had where it cannot. */

import { fetchBetterAuth } from '../peers/better-auth.ts'
import { fetchCanaille, whyNoCanaille } from '../peers/canaille.ts'
import { unpackGlewlwyd } from '../peers/glewlwyd-package.ts'
import { fetchLemonldap } from '../peers/lemonldap.ts'
import { fetchMoto, whyNoMoto } from '../peers/moto.ts'
import { findPostgres } from '../postgres/programs.ts'
import type { ServerName } from './chosen.ts'
import { buildHydra, whyNoHydra } from './hydra.ts'
import { fetchImageTools, whyNoImage } from './image/base.ts'
import { fetchKeycloak, whyNoKeycloak } from './keycloak.ts'
import { missingProgram } from './process.ts'

const nothing = async () => undefined

/** Fetches with what is there; the reason where something is missing, or the fetching fails. */
const unless =
  (whyNot: () => Promise<string | undefined>, fetch: () => Promise<unknown>) => async () =>
    (await whyNot()) ??
    fetch().then(
      () => undefined,
      (error: Error) => `It cannot be fetched: ${error.message}`,
    )

/** Fetches and builds a server, unless that was done; gives why it cannot be had, or `undefined` once it can. */
export const FETCH: { readonly [S in ServerName]: () => Promise<string | undefined> } = {
  'oidc-provider': nothing,
  embedded: nothing,
  image: unless(whyNoImage, fetchImageTools),
  'better-auth': unless(nothing, fetchBetterAuth),
  'lemonldap-ng': unless(
    async () =>
      (await missingProgram({ perl: '-v' })) && 'LemonLDAP-NG needs perl, which is not here.',
    fetchLemonldap,
  ),
  glewlwyd: async () => {
    const unpacked = await unpackGlewlwyd()
    return 'reason' in unpacked ? unpacked.reason : undefined
  },
  canaille: unless(whyNoCanaille, fetchCanaille),
  hydra: unless(async () => (await whyNoHydra()) ?? (await findPostgres()).reason, buildHydra),
  keycloak: unless(whyNoKeycloak, fetchKeycloak),
  moto: unless(whyNoMoto, fetchMoto),
}
