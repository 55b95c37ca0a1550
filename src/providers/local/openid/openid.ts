/**
 * The OpenID Provider that is embedded in the server (oidc-provider 9), over the clients of the local
 * provider. For development and tests only: its login page takes any user and any password.
 */

import type { EventEmitter } from 'node:events'
import type { IncomingMessage, RequestListener } from 'node:http'
import { type Client, Provider as OpenidProvider } from 'oidc-provider'
import type { Json } from '../../../core/json/json.ts'
import type { Documents } from '../../../store/documents.ts'
import { isLive } from '../live-secrets.ts'
import { type Validate, validatorOf } from '../validate.ts'
import { type Api, configurationOf } from './configuration.ts'
import { createInteractions } from './interactions.ts'
import type { OpenidKeys } from './keys.ts'
import { hideOwnMembers, type RegistrationOptions } from './registration.ts'

export interface OpenidOptions {
  /** Its URL as clients see it, with the path under which it is mounted and no slash at its end. */
  readonly issuer: string
  readonly documents: Documents
  readonly keys: OpenidKeys
  /** The API that client-credentials tokens are for; absent: tokens are opaque. */
  readonly api?: Api
  /** Lets clients register themselves; absent: they cannot. */
  readonly registration?: RegistrationOptions | undefined
  /** Epoch milliseconds. */
  now(): number
  /** Called with faults that were answered with `server_error`. */
  onFault?(fault: unknown): void
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
export function createOpenidProvider({ issuer, onFault, ...setup }: OpenidOptions): Openid {
  const prefix = new URL(issuer).pathname.replace(/\/$/, '')
  const provider = new OpenidProvider(issuer, configurationOf({ ...setup, prefix }))
  provider.use(createInteractions(provider))
  provider.use(hideOwnMembers)
  // While two secrets are live, either will do (client_secret_basic and client_secret_post).
  provider.Client.prototype.compareClientSecret = hasSecret
  // Without a listener Koa prints faults by itself.
  const faults: EventEmitter = provider
  faults.on('error', (fault: unknown) => onFault?.(fault))
  faults.on('server_error', (_: unknown, fault: unknown) => onFault?.(fault))
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

function hasSecret(this: Client, secret: string): boolean {
  const { clientSecret, live_secrets } = this
  if (clientSecret === undefined) return false
  return isLive({ client_secret: clientSecret, live_secrets: live_secrets as Json }, secret)
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

/** A check without an OpenID Provider that anyone could reach. */
export function createValidator(): Validate {
  const options = { documents: NO_DOCUMENTS, keys: NO_KEYS, prefix: '', now: () => 0 }
  return validatorOf(new OpenidProvider('https://validation.invalid', configurationOf(options)))
}

/** A check looks nothing up and stores nothing. */
const NO_DOCUMENTS: Documents = {
  get: async () => undefined,
  getEvenly: async () => undefined,
  find: async () => undefined,
  put: async () => {},
  add: async () => false,
  change: async () => undefined,
  consume: async () => false,
  remove: async () => {},
  removeGrant: async () => {},
}

/** A check signs nothing: the kinds of keys alone say which algorithms there are. */
const NO_KEYS: OpenidKeys = {
  signing: [
    { kty: 'RSA', n: '-', e: '-', d: '-', p: '-', q: '-', dp: '-', dq: '-', qi: '-', kid: 'rsa' },
    { kty: 'EC', crv: 'P-256', x: '-', y: '-', d: '-', kid: 'ec' },
  ],
  cookies: ['-'],
}
