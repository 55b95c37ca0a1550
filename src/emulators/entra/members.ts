/**
 * Members of an application in the order in which answers show them (recorded in 2022), what a new one has, and what a value of
 * a request makes of one. Members that came later are shown once they are set.
 */

import { copyOf, isRecord } from '../copy.ts'
import { refuse } from '../refusal.ts'
import { certificates } from './certificates.ts'
import { invalid, newPassword, readOnly } from './refusal.ts'

export type Application = Record<string, unknown>

/** What no request sets. */
const READ_ONLY = [
  'id',
  'deletedDateTime',
  'appId',
  'applicationTemplateId',
  'disabledByMicrosoftStatus',
  'createdDateTime',
  'publisherDomain',
  'certification',
  'uniqueName',
  'verifiedPublisher',
]

type Kind = 'text' | 'flag' | 'list' | 'object'

/** Members that take null, by their kinds (Microsoft Graph, application resource type). */
const NULLABLE: Readonly<Record<string, Kind>> = {
  description: 'text',
  groupMembershipClaims: 'text',
  isDeviceOnlyAuthSupported: 'flag',
  isFallbackPublicClient: 'flag',
  notes: 'text',
  serviceManagementReference: 'text',
  tokenEncryptionKeyId: 'text',
  defaultRedirectUri: 'text',
  optionalClaims: 'object',
  nativeAuthenticationApisEnabled: 'text',
  requestSignatureVerification: 'object',
  samlMetadataUrl: 'text',
  servicePrincipalLockConfiguration: 'object',
  windows: 'object',
  isDisabled: 'flag',
}

/** "Not nullable". */
const NEEDED: Readonly<Record<string, Kind>> = {
  displayName: 'text',
  identifierUris: 'list',
  signInAudience: 'text',
  tags: 'list',
  addIns: 'list',
  api: 'object',
  appRoles: 'list',
  info: 'object',
  keyCredentials: 'list',
  parentalControlSettings: 'object',
  passwordCredentials: 'list',
  publicClient: 'object',
  requiredResourceAccess: 'list',
  web: 'object',
  spa: 'object',
}

/** What complex members hold where a request says nothing. A part that is sent resets the rest: no source says which. */
const PARTS: Readonly<Record<string, Application>> = {
  api: {
    acceptMappedClaims: null,
    knownClientApplications: [],
    requestedAccessTokenVersion: null,
    oauth2PermissionScopes: [],
    preAuthorizedApplications: [],
  },
  info: {
    logoUrl: null,
    marketingUrl: null,
    privacyStatementUrl: null,
    supportUrl: null,
    termsOfServiceUrl: null,
  },
  parentalControlSettings: { countriesBlockedForMinors: [], legalAgeGroupRule: 'Allow' },
  publicClient: { redirectUris: [] },
  web: {
    homePageUrl: null,
    logoutUrl: null,
    redirectUris: [],
    implicitGrantSettings: { enableAccessTokenIssuance: false, enableIdTokenIssuance: false },
  },
  spa: { redirectUris: [] },
}

const PERSONAL = ['AzureADandPersonalMicrosoftAccount', 'PersonalMicrosoftAccount']
const AUDIENCES = ['AzureADMyOrg', 'AzureADMultipleOrgs', ...PERSONAL]

/** Whether personal accounts can use it. */
export const isPersonal = ({ signInAudience }: Application): boolean =>
  PERSONAL.includes(String(signInAudience))

/** What Entra gives a new application. */
export interface Made {
  readonly id: string
  readonly appId: string
  /** With seven decimals, which reads do not show. */
  readonly createdDateTime: string
  readonly publisherDomain: string
}

/** A new application, all members there. */
export function newApplication(identity: Made, request: Application): Application {
  const { signInAudience = PERSONAL[0] } = request
  const version = isPersonal({ signInAudience }) ? 2 : null
  const api = { ...PARTS.api, requestedAccessTokenVersion: version }
  return {
    id: identity.id,
    deletedDateTime: null,
    appId: identity.appId,
    applicationTemplateId: null,
    disabledByMicrosoftStatus: null,
    createdDateTime: identity.createdDateTime,
    displayName: '',
    description: null,
    groupMembershipClaims: null,
    identifierUris: [],
    isDeviceOnlyAuthSupported: null,
    isFallbackPublicClient: null,
    notes: null,
    publisherDomain: identity.publisherDomain,
    serviceManagementReference: null,
    signInAudience,
    tags: [],
    tokenEncryptionKeyId: null,
    defaultRedirectUri: null,
    certification: null,
    optionalClaims: null,
    addIns: [],
    api,
    appRoles: [],
    info: { ...PARTS.info },
    keyCredentials: [],
    parentalControlSettings: { ...PARTS.parentalControlSettings },
    passwordCredentials: [],
    publicClient: { ...PARTS.publicClient },
    requiredResourceAccess: [],
    verifiedPublisher: { displayName: null, verifiedPublisherId: null, addedDateTime: null },
    web: { ...PARTS.web },
    spa: { ...PARTS.spa },
    ...request,
    ...(request.api === undefined ? {} : { api: { ...api, ...(request.api as Application) } }),
  }
}

const IS: Readonly<Record<Kind, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string',
  flag: (value) => typeof value === 'boolean',
  list: Array.isArray,
  object: isRecord,
}

/** The members of a request as they are stored; the others of `before` stay. */
export function decoded(body: unknown, before: Application = {}): Application {
  if (!isRecord(body)) return refuse(invalid('body'))
  const entries = Object.entries(body).filter(([name]) => !name.startsWith('@odata.'))
  return Object.fromEntries(
    entries.map(([name, value]) => [name, storedValue(name, value, before)]),
  )
}

function storedValue(name: string, value: unknown, before: Application): unknown {
  if (READ_ONLY.includes(name)) return refuse(readOnly(name))
  const kind = NULLABLE[name] ?? NEEDED[name]
  if (kind === undefined) return refuse(invalid(name))
  if (value === null) return NULLABLE[name] === undefined ? refuse(invalid(name)) : null
  if (!IS[kind](value)) return refuse(invalid(name))
  switch (name) {
    case 'passwordCredentials':
      return (value as unknown[]).length === 0 ? [] : refuse(newPassword())
    case 'keyCredentials':
      return certificates(value as readonly unknown[], before.keyCredentials)
    case 'signInAudience':
      return AUDIENCES.includes(String(value)) ? value : refuse(invalid(name))
    case 'displayName':
      return value === '' ? refuse(invalid(name)) : value
    case 'tags':
      return areTags(value as readonly unknown[]) ? copyOf(value) : refuse(invalid(name))
    default:
      return PARTS[name] === undefined ? copyOf(value) : partsOf(name, value as Application, before)
  }
}

const areTags = (tags: readonly unknown[]) =>
  tags.every((tag) => typeof tag === 'string' && /^\S{1,256}$/.test(tag)) &&
  new Set(tags).size === tags.length

function partsOf(name: string, value: Application, before: Application): Application {
  const defaults = PARTS[name] ?? {}
  if (name === 'info' && 'logoUrl' in value) return refuse(readOnly('logoUrl'))
  if ('redirectUriSettings' in value && 'redirectUris' in value) return refuse(invalid(name))
  const earlier = before[name]
  const picture = name === 'info' && isRecord(earlier) ? { logoUrl: earlier.logoUrl ?? null } : {}
  const flows = {
    ...(defaults.implicitGrantSettings as Application | undefined),
    ...(value.implicitGrantSettings as Application | undefined),
  }
  return {
    ...copyOf(defaults),
    ...copyOf(value),
    ...picture,
    ...(name === 'web' ? { implicitGrantSettings: flows } : {}),
  }
}
