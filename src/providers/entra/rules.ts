/**
 * What Entra ID demands of an application, as sentences for the caller (Microsoft identity platform, "Redirect URI (reply
 * URL) restrictions and limitations" and "Supported account types: differences by validation").
 */

import { isRecord, type Json } from '../../core/json/json.ts'
import { inner } from '../../core/mapping/lenses.ts'
import { membersOf } from '../../core/mapping/members.ts'
import type { Native, Rule } from '../../core/mapping/row.ts'
import {
  FLAG,
  LIST,
  OBJECT,
  type Shape,
  shapeRules,
  TEXT,
  TEXTS,
} from '../../core/mapping/shapes.ts'
import { credentialsIn } from './lenses.ts'
import { MEMBERS } from './members.ts'
import { allUris } from './platforms.ts'

/** Whether personal accounts can use it, for which other limits hold. */
export const isPersonal = ({ signInAudience: audience }: Native): boolean =>
  audience === 'AzureADandPersonalMicrosoftAccount' || audience === 'PersonalMicrosoftAccount'

const MOST_URIS = 256
const MOST_URIS_PERSONAL = 100
const NAME_PERSONAL = 90
/** With personal accounts. */
export const MOST_SECRETS_PERSONAL = 2

const FORBIDDEN = /[!$'(),;]/

const FIT: readonly Rule[] = [
  {
    says: `client.callbacks must have at most ${MOST_URIS} URIs over all platforms, ${MOST_URIS_PERSONAL} where personal accounts can sign in (client.providerSettings.signInAudience).`,
    field: 'client.callbacks',
    holds: (next) => allUris(next).length <= (isPersonal(next) ? MOST_URIS_PERSONAL : MOST_URIS),
  },
  {
    says: 'client.callbacks must not have a URI in two platforms: Entra ID knows by its platform how a code is redeemed.',
    field: 'client.callbacks',
    holds: (next) => new Set(allUris(next)).size === allUris(next).length,
  },
  {
    says: "client.callbacks must not contain ! $ ' ( ) , or ; in a URI.",
    field: 'client.callbacks',
    holds: (next) => !allUris(next).some((uri) => FORBIDDEN.test(uri)),
  },
  {
    says: 'client.callbacks must have no URI with a query or a wildcard where personal accounts can sign in (client.providerSettings.signInAudience).',
    field: 'client.callbacks',
    holds: (next) => !isPersonal(next) || !allUris(next).some((uri) => /[?*]/.test(uri)),
  },
  {
    says: `client.name must have at most ${NAME_PERSONAL} characters where personal accounts can sign in (client.providerSettings.signInAudience).`,
    field: 'client.name',
    holds: (next) => !isPersonal(next) || String(next.displayName ?? '').length <= NAME_PERSONAL,
  },
  {
    says: `client.providerSettings.signInAudience cannot let personal accounts in while the client has more than ${MOST_SECRETS_PERSONAL} secrets. Retire some first.`,
    field: 'client.providerSettings.signInAudience',
    holds: (next) =>
      !isPersonal(next) ||
      credentialsIn(next, 'passwordCredentials').length <= MOST_SECRETS_PERSONAL,
  },
  {
    says: 'client.providerSettings.api.requestedAccessTokenVersion must be 2 where personal accounts can sign in (client.providerSettings.signInAudience).',
    field: 'client.providerSettings.api',
    holds: (next) => {
      const version = inner(next, 'api').requestedAccessTokenVersion
      // A new one is given it.
      return !isPersonal(next) || next.appId === undefined || Number(version) === 2
    },
  },
  {
    says: 'client.providerSettings.web.logoutUrl must be an https URL of at most 255 characters, or null.',
    field: 'client.providerSettings.web',
    holds: (next) => {
      const url = inner(next, 'web').logoutUrl ?? null
      return url === null || (typeof url === 'string' && /^https:.{1,249}$/.test(url))
    },
  },
  {
    says: 'client.providerSettings.tags must have words of 1 to 256 characters without white space, each once.',
    field: 'client.providerSettings.tags',
    holds: ({ tags = [] }) =>
      isTexts(tags) && tags.every((tag) => /^\S{1,256}$/.test(tag)) && areOnce(tags),
  },
  {
    says: 'client.providerSettings.keyCredentials must be a list of certificates with the strings keyId (a GUID), type and usage, each keyId once; a new one has its key.',
    field: 'client.providerSettings.keyCredentials',
    holds: ({ keyCredentials = [] }) =>
      Array.isArray(keyCredentials) &&
      keyCredentials.every(isCertificate) &&
      areOnce(keyCredentials.map((one) => (isRecord(one) ? String(one.keyId) : ''))),
  },
]

const isTexts = (value: Json): value is readonly string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string')

const areOnce = (all: readonly string[]) => new Set(all).size === all.length

/** How Entra ID writes ids. */
export const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

const isCertificate = (value: Json) =>
  isRecord(value) &&
  GUID.test(String(value.keyId)) &&
  typeof value.type === 'string' &&
  typeof value.usage === 'string'

const NULLABLE = membersOf(MEMBERS, 'nullable')

/** What each raw setting holds, where that is no object. */
const SHAPES: Readonly<Record<string, Shape>> = {
  addIns: LIST,
  appRoles: LIST,
  defaultRedirectUri: TEXT,
  groupMembershipClaims: TEXT,
  identifierUris: TEXTS,
  isDeviceOnlyAuthSupported: FLAG,
  isFallbackPublicClient: FLAG,
  nativeAuthenticationApisEnabled: TEXT,
  notes: TEXT,
  requiredResourceAccess: LIST,
  samlMetadataUrl: TEXT,
  serviceManagementReference: TEXT,
  signInAudience: TEXT,
  tokenEncryptionKeyId: TEXT,
}

const JUDGED_ABOVE = ['keyCredentials', 'tags']

/** "Not nullable" collections and objects refuse a null (Microsoft Graph, application resource type). */
function shapeOf(name: string): Shape {
  const [is, says] = SHAPES[name] ?? OBJECT
  return [is, NULLABLE.includes(name) ? `${says}, or null` : says]
}

const SHAPED = shapeRules(
  membersOf(MEMBERS, 'setting').filter((name) => !JUDGED_ABOVE.includes(name)),
  shapeOf,
)

export const rules: readonly Rule[] = [...FIT, ...SHAPED]
