/** Rows of the mapping for members of which Hydra has a way of its own. */

import { ClientError } from '../../core/errors.ts'
import type { Json } from '../../core/json/json.ts'
import { inner, key, texts, words } from '../../core/mapping/lenses.ts'
import { secretOf } from '../../core/mapping/mapping.ts'
import type { Lens, Native } from '../../core/mapping/row.ts'
import type { Secret } from '../../core/secrecy/secret.ts'
import { SCOPE_TOKEN } from '../registration/registration.ts'
import { DEFAULTS } from './members.ts'

/** A text, of which an empty one is none. */
export const text = (name: string) => key<string>(name, { cleared: '' })

/** Words in one text, of which there is always one. */
export const scopes: Lens<readonly string[]> = {
  ...words('scope', { limits: SCOPE_TOKEN }),
  put: (value) => {
    if (value !== null && value.length > 0) return { scope: value.join(' ') }
    throw new ClientError(
      'invalid_field',
      'client.scopes cannot be emptied: Hydra gives a client without scopes those of its own configuration; leave one in it, such as openid.',
      { field: 'client.scopes' },
    )
  },
  note: 'Never empty: Hydra would put the scopes of its own configuration there.',
}

/** One of the methods that Hydra knows. */
export const tokenEndpointAuthMethod: Lens<string | null> = {
  ...key<string>('token_endpoint_auth_method', {
    limits: { values: ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'] },
    note: 'Hydra takes any word here; one that it does not know locks the client out, so only those that work are taken.',
  }),
  put: (method) => ({ token_endpoint_auth_method: method ?? DEFAULTS.token_endpoint_auth_method }),
}

/** Hydra keeps any JSON there; what is no text is not shown, and stays. */
export const clientMetadata: Lens<Readonly<Record<string, string>>> = {
  support: 'native',
  keys: ['metadata'],
  get: (native) => textsOf(inner(native, 'metadata'), true) as Readonly<Record<string, string>>,
  put: (metadata, native) => {
    if (Array.isArray(native.metadata) || typeof native.metadata === 'string') throw noObject()
    return { metadata: { ...textsOf(inner(native, 'metadata'), false), ...metadata } }
  },
  note: 'Texts only; other JSON in the metadata is not shown, and stays as it is.',
}

const textsOf = (metadata: Readonly<Record<string, Json>>, ofTexts: boolean) =>
  Object.fromEntries(
    Object.entries(metadata).filter(([, value]) => (typeof value === 'string') === ofTexts),
  )

const noObject = () =>
  new ClientError(
    'unsupported_field',
    'client.clientMetadata cannot be set here: Hydra holds something else than an object in the metadata of this client, which would be lost.',
    { field: 'client.clientMetadata' },
  )

/** Hydra keeps a hash. A public client keeps it too, unused. */
export const secret: Lens<Secret | null> = {
  support: 'native',
  keys: ['client_secret'],
  get: (native) => secretOf(native.client_secret),
  put: (value) => ({ client_secret: value?.reveal() }),
  // RFC 6749 appendix A.2: client-secret = *VSCHAR
  limits: { pattern: { expression: /^[\x20-\x7e]+$/, says: 'must be printable ASCII' } },
  note: 'Never shown: Hydra keeps a hash. It is set alone or with other settings, but not where a lifetime is cleared.',
}

/** Which kind a client must be, by its settings. */
export function appTypeOf(native: Native): string | undefined {
  const grants = texts(native.grant_types)
  const custom = texts(native.redirect_uris).some((url) => !/^https?:/i.test(url))
  if (native.token_endpoint_auth_method === 'none') return custom ? 'native' : 'spa'
  if (grants.includes('authorization_code')) return 'regular_web'
  return grants.includes('client_credentials') ? 'non_interactive' : undefined
}
