/** What a client is for; decides what a new one starts from, and follows from the settings of one that is there. */

import type { Client } from './client.ts'

export const CLIENT_KINDS = ['spa', 'web', 'native', 'machine'] as const

/** Single-page app, web app with a server, native app, machine-to-machine. */
export type ClientKind = (typeof CLIENT_KINDS)[number]

/** Application types in the words of providers (Auth0: app_type; registration: application_type). */
const KIND_OF_TYPE: Readonly<Record<string, ClientKind>> = {
  spa: 'spa',
  native: 'native',
  regular_web: 'web',
  non_interactive: 'machine',
}

/** Grants for which someone signs in. */
const WITH_USERS = ['authorization_code', 'implicit', 'password']

/**
 * The kind of a client. How it authenticates comes first: a confidential client must not become a public
 * one, whatever it calls itself. `undefined`: whether it has a secret cannot be known.
 */
export function kindOf(client: Partial<Client>): ClientKind | undefined {
  const { appType, grantTypes = [], tokenEndpointAuthMethod: method = null } = client
  const type = KIND_OF_TYPE[appType ?? '']
  if (method === null) return type
  if (method === 'none') return type === 'native' ? 'native' : 'spa'
  const machine = grantTypes.length === 0 ? type === 'machine' : !grantTypes.some(isWithUsers)
  return machine ? 'machine' : 'web'
}

const isWithUsers = (grant: string) => WITH_USERS.includes(grant)
