/** Rows of the mapping for members of which Entra ID has a way of its own. */

import { ClientError } from '../../core/errors.ts'
import { inner } from '../../core/mapping/lenses.ts'
import type { Lens, Limits, Native, View } from '../../core/mapping/row.ts'
import { isPublic, KIND, kindOfApplication } from './platforms.ts'

/** A URL in a complex member, which is sent whole: what is cleared is written out, since Entra may merge. */
export function innerText(parent: string, name: string, limits: Limits = {}): Lens<string | null> {
  return {
    support: 'native',
    keys: [`${parent}.${name}`],
    get: (native) => {
      const value = inner(native, parent)[name]
      return value === '' || value === null ? undefined : (value as string | undefined)
    },
    put: (value, native) => ({ [parent]: { ...inner(native, parent), [name]: value } }),
    limits,
  }
}

/** Entries of a list of credentials. */
export const credentialsIn = (native: Native, member: string): readonly Native[] => {
  const value = native[member]
  return Array.isArray(value) ? value.filter(isEntry) : []
}

const isEntry = (one: unknown): one is Native =>
  typeof one === 'object' && one !== null && !Array.isArray(one)

/** A new application is given a secret where it can keep one. */
const isNew = ({ appId }: Native) => appId === undefined

const hasKey = (native: Native) => credentialsIn(native, 'keyCredentials').length > 0

const hasPassword = (native: Native) => credentialsIn(native, 'passwordCredentials').length > 0

/** A new application that was asked for without a grant that only credentials give. Not a member of Entra's. */
export const WITHOUT_SECRET = '$withoutSecret'

/** Whether it is made with a secret: it can keep one, has no certificate, and was not asked for without. */
export const getsSecret = (native: Native): boolean =>
  !isPublic(native) && !hasKey(native) && native[WITHOUT_SECRET] !== true

const hasCredential = (native: Native) =>
  hasKey(native) || hasPassword(native) || (isNew(native) && getsSecret(native))

/** How it authenticates: each way that it has a credential for is open. */
export function authMethodOf(native: Native): string {
  if (isPublic(native)) return 'none'
  return hasKey(native) && !hasPassword(native) ? 'private_key_jwt' : 'client_secret_basic'
}

const flowsOf = (native: Native) => inner(inner(native, 'web'), 'implicitGrantSettings')

const hasImplicit = (native: Native) => flowsOf(native).enableAccessTokenIssuance === true

const hasUsers = (native: Native) => kindOfApplication(native) !== 'machine'

/** All but the one that can be switched. */
const fixedGrants = (native: Native): readonly string[] => [
  ...(hasUsers(native) ? ['authorization_code', 'refresh_token'] : []),
  ...(hasCredential(native) && !isPublic(native) ? ['client_credentials'] : []),
]

const bare = (native: Native): Native => ({ ...native, [WITHOUT_SECRET]: true })

const isSameSet = (some: readonly string[], others: readonly string[]) =>
  some.length === others.length && some.every((one) => others.includes(one))

/** What decides about flows and credentials beside the redirect URIs. */
export const FLOWS = [
  KIND,
  WITHOUT_SECRET,
  'appId',
  'isFallbackPublicClient',
  'keyCredentials',
  'passwordCredentials',
]

export const grantTypes: Lens<readonly string[]> = {
  support: 'derived',
  keys: ['web.implicitGrantSettings.enableAccessTokenIssuance'],
  get: (native) => [...fixedGrants(native), ...(hasImplicit(native) ? ['implicit'] : [])],
  put: (value, native) => {
    const fixed = fixedGrants(native)
    const others = (value ?? fixed).filter((grant) => grant !== 'implicit')
    const isOn = value?.includes('implicit') ?? false
    const flows = { ...flowsOf(native), enableAccessTokenIssuance: isOn }
    const change = { web: { ...inner(native, 'web'), implicitGrantSettings: flows } }
    if (isSameSet(others, fixed)) return change
    // No application has them but one without any credential, which a new one can be.
    const isBare = isNew(native) && isSameSet(others, fixedGrants(bare(native)))
    if (isBare) return { ...change, [WITHOUT_SECRET]: true }
    throw new ClientError(
      'unsupported_field',
      `client.grantTypes can only gain or lose implicit at Entra ID: ${fixed.join(', ') || 'no other grant type'} follows from the redirect URIs and the credentials of the client.`,
      { field: 'client.grantTypes' },
    )
  },
  follows: FLOWS,
  note: 'They follow from redirect URIs and credentials; only implicit (access tokens from the authorization endpoint) can be switched. A new client that is to have no client_credentials is made without a secret.',
}

/** What the authorization endpoint answers with. */
export function responseTypesOf(native: Native): readonly string[] {
  const ids = flowsOf(native).enableIdTokenIssuance === true
  const tokens = hasImplicit(native)
  return [
    ...(hasUsers(native) ? ['code'] : []),
    ...(tokens ? ['token'] : []),
    ...(ids ? ['id_token'] : []),
    ...(tokens && ids ? ['id_token token'] : []),
  ]
}

/** To whole seconds, as reads show it (recorded); the answer to a creation has seven decimals. */
export const createdAt: View<string | null> = {
  support: 'read-only',
  keys: ['createdDateTime'],
  get: ({ createdDateTime: time }) =>
    typeof time === 'string' ? time.replace(/\.\d+(?=Z$)/, '') : undefined,
  why: 'Entra ID sets it',
}
