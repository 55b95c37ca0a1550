/**
 * The OpenID Provider that is embedded in the server (oidc-provider 9), over the clients of the local
 * provider. For development and tests only: its login page takes any user and any password.
 */

import type { IncomingMessage, RequestListener } from 'node:http'
import { Provider as OpenidProvider } from 'oidc-provider'
import type { Documents } from '../../store/documents.ts'
import { type Api, configurationOf } from './configuration.ts'
import { createKeys, type OpenidKeys } from './keys.ts'
import { type Validate, validatorOf } from './validate.ts'

export interface OpenidOptions {
  /** Its URL as clients see it, with the path under which it is mounted and no slash at its end. */
  readonly issuer: string
  readonly documents: Documents
  readonly keys: OpenidKeys
  /** The API that client-credentials tokens are for; absent: tokens are opaque. */
  readonly api?: Api
  /** Epoch milliseconds. */
  now(): number
}

export interface Openid {
  readonly issuer: string
  /** The path of the issuer; requests below it go to `callback` as they came. */
  readonly prefix: string
  readonly tokenEndpoint: string
  readonly jwksUrl: string
  readonly callback: RequestListener
  /** Checks a client as this OpenID Provider would when it loads it. */
  readonly validate: Validate
}

/** Builds the OpenID Provider; the caller mounts it. */
export function createOpenidProvider({ issuer, ...setup }: OpenidOptions): Openid {
  const provider = new OpenidProvider(issuer, configurationOf({ ...setup, login: true }))
  const prefix = new URL(issuer).pathname.replace(/\/$/, '')
  const callback = provider.callback()
  return {
    issuer,
    prefix,
    tokenEndpoint: `${issuer}/token`,
    jwksUrl: `${issuer}/jwks`,
    callback: (incoming, outgoing) => callback(mounted(incoming, prefix), outgoing),
    validate: validatorOf(provider),
  }
}

/**
 * oidc-provider routes by `url` without the prefix, and learns the prefix from `originalUrl`
 * (docs/README.md, "Mounting oidc-provider").
 */
function mounted(incoming: IncomingMessage, prefix: string): IncomingMessage {
  const { url = '/' } = incoming
  const rest = url.startsWith(prefix) ? url.slice(prefix.length) : url
  return Object.assign(incoming, {
    originalUrl: url,
    url: rest.startsWith('/') ? rest : `/${rest}`,
  })
}

/** A check without an OpenID Provider that anybody can reach. */
export async function createValidator(): Promise<Validate> {
  const options = { documents: NO_DOCUMENTS, keys: await createKeys(), login: false, now: () => 0 }
  return validatorOf(new OpenidProvider('https://validation.invalid', configurationOf(options)))
}

/** A check stores nothing and looks nothing up. */
const NO_DOCUMENTS: Documents = {
  get: () => undefined,
  find: () => undefined,
  put: () => {},
  change: () => undefined,
  consume: () => false,
  remove: () => {},
  removeGrant: () => {},
}
