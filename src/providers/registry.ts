/**
 * The providers that exist: a line for each, which names the definition in its folder as its type is named.
 * The code of a provider is loaded when a configuration names it, so that a Lambda function pays for what
 * it uses only.
 */

export { auth0 } from './auth0/settings.ts'
export { cognito } from './cognito/settings.ts'
export { entra } from './entra/settings.ts'
export { hydra } from './hydra/settings.ts'
export { keycloak } from './keycloak/settings.ts'
export { local } from './local/settings.ts'
export { okta } from './okta/settings.ts'
export { rfc7592 } from './rfc7592/settings.ts'
