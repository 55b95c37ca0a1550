/** The names of dialects, which a configuration is checked by; what they mean is loaded with the provider. */

export const DIALECT_NAMES = [
  'standard',
  'oidc-provider',
  'glewlwyd',
  'keycloak',
  'hydra',
  'merging',
] as const

export type DialectName = (typeof DIALECT_NAMES)[number]
