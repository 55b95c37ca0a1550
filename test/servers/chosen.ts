/** The server that this run is about: `npm run test:servers` has one run for each, one after the other. */

export const SERVER_NAMES = [
  'oidc-provider',
  'embedded',
  'image',
  'better-auth',
  'lemonldap-ng',
  'glewlwyd',
  'canaille',
  'hydra',
  'keycloak',
  'moto',
] as const

export type ServerName = (typeof SERVER_NAMES)[number]

/** Absent outside of `npm run test:servers`. */
export const CHOSEN: ServerName | undefined = SERVER_NAMES.find(
  (name) => name === process.env.CLIENTRY_SERVERS,
)

/** Why a suite about a server does not run; absent: it does. */
export const unlessChosen = (name: ServerName): string | undefined =>
  CHOSEN === name ? undefined : `This run is not about ${name}.`
