/** The emulators as a tool for tests of others: `import { ... } from 'clientry/emulators'`. */

export { DEFAULT_CREDENTIAL, startAuth0Emulator } from './auth0/index.ts'
export { startCognitoEmulator } from './cognito/index.ts'
export { startEntraEmulator } from './entra/index.ts'
export { startHydraEmulator } from './hydra/index.ts'
export { startKeycloakEmulator } from './keycloak/index.ts'
export { startOktaEmulator } from './okta/index.ts'
