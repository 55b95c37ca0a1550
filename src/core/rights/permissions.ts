/** What a caller can be permitted to do; reading and changing clients never includes their secrets. */

export const PERMISSIONS = [
  'clients:read',
  'clients:write',
  'clients:delete',
  'clients:protect',
  'clients:suspend',
  'clients:assign',
  'clients:privileged',
  'leases:write',
  'secrets:read',
  'secrets:rotate',
  'keys:manage',
  'history:read',
  'jobs:read',
  'jobs:write',
  'metrics:read',
  'access:grant',
] as const

/** Those that no one has without a row that grants them. */
export const GRANTED_BY_NAME: readonly Permission[] = ['access:grant']

export type Permission = (typeof PERMISSIONS)[number]

/** Permissions that a change can take beside `clients:write`. */
export const OWN_PERMISSIONS = [
  'secrets:rotate',
  'clients:suspend',
  'clients:assign',
  'clients:privileged',
  'access:grant',
] as const satisfies Permission[]

export type OwnPermission = (typeof OWN_PERMISSIONS)[number]
