/**
 * Members of an application (Microsoft Graph v1.0, resource type application), by what an update does with them: 33 of them
 * are recorded, the others documented. The table of docs/providers/entra.md shows it.
 */

import { type MemberTable, membersOf } from '../../core/mapping/members.ts'
import { WITHOUT_SECRET } from './lenses.ts'
import { KIND } from './platforms.ts'

/** Microsoft Graph, "application resource type", signInAudience. */
export const AUDIENCES = [
  'AzureADMyOrg',
  'AzureADMultipleOrgs',
  'AzureADandPersonalMicrosoftAccount',
  'PersonalMicrosoftAccount',
]

export const MEMBERS: MemberTable = {
  [KIND]: ['hidden'],
  [WITHOUT_SECRET]: ['hidden'],
  addIns: ['setting', 'empty-is-absent'],
  api: ['setting', 'merged', 'privileged'],
  'api.*': ['nullable'],
  appId: ['field', 'read-only'],
  appRoles: ['setting', 'unordered', 'empty-is-absent', 'privileged'],
  applicationTemplateId: ['read-only'],
  certification: ['read-only'],
  createdDateTime: ['field', 'read-only'],
  defaultRedirectUri: ['setting', 'nullable'],
  deletedDateTime: ['read-only'],
  description: ['field', 'nullable'],
  disabledByMicrosoftStatus: ['read-only'],
  displayName: ['field'],
  groupMembershipClaims: ['setting', 'nullable', 'privileged'],
  id: ['read-only'],
  identifierUris: [
    'setting',
    'unordered',
    'empty-is-absent',
    { bound: 'no two applications can have the same one' },
  ],
  info: ['setting', 'merged'],
  'info.*': ['nullable'],
  'info.logoUrl': ['field', 'read-only'],
  'info.privacyStatementUrl': ['field'],
  'info.termsOfServiceUrl': ['field'],
  isDeviceOnlyAuthSupported: ['setting', 'nullable'],
  isDisabled: ['field'],
  isFallbackPublicClient: ['setting', 'nullable', 'credential', 'privileged'],
  keyCredentials: [
    'setting',
    'credential',
    'unordered',
    'empty-is-absent',
    'public',
    { bound: 'they are the certificates of this very client' },
  ],
  'keyCredentials.*': ['public'],
  nativeAuthenticationApisEnabled: ['setting', 'nullable'],
  notes: ['setting', 'nullable'],
  optionalClaims: ['setting', 'nullable', 'public', 'privileged'],
  'optionalClaims.accessToken': ['public'],
  'optionalClaims.idToken': ['public'],
  'optionalClaims.saml2Token': ['public'],
  parentalControlSettings: ['setting'],
  passwordCredentials: ['read-only', 'unordered', 'empty-is-absent', 'public'],
  'passwordCredentials.keyId': ['public'],
  'passwordCredentials.customKeyIdentifier': ['public'],
  'passwordCredentials.secretText': ['secret'],
  publicClient: ['setting', 'merged'],
  'publicClient.*': ['nullable'],
  'publicClient.redirectUris': ['field'],
  publisherDomain: ['read-only'],
  requestSignatureVerification: ['setting', 'nullable'],
  requiredResourceAccess: ['setting', 'unordered', 'empty-is-absent', 'privileged'],
  samlMetadataUrl: ['setting', 'nullable'],
  serviceManagementReference: ['setting', 'nullable'],
  servicePrincipalLockConfiguration: ['setting', 'nullable'],
  'servicePrincipalLockConfiguration.credentialsWithUsageSign': ['public'],
  'servicePrincipalLockConfiguration.credentialsWithUsageVerify': ['public'],
  'servicePrincipalLockConfiguration.tokenEncryptionKeyId': ['public'],
  signInAudience: ['setting', { values: AUDIENCES }],
  spa: ['setting', 'merged'],
  'spa.*': ['nullable'],
  'spa.redirectUris': ['field'],
  tags: ['setting', 'unordered', 'empty-is-absent'],
  tokenEncryptionKeyId: ['setting', 'nullable', 'public', 'credential'],
  uniqueName: ['read-only'],
  verifiedPublisher: ['read-only'],
  web: ['setting', 'merged'],
  'web.*': ['nullable'],
  'web.homePageUrl': ['field'],
  'web.implicitGrantSettings.enableAccessTokenIssuance': ['field', 'public'],
  'web.implicitGrantSettings.enableIdTokenIssuance': ['public'],
  'web.redirectUriSettings': ['mirror'],
  'web.redirectUris': ['field'],
  windows: ['setting', 'nullable'],
}

/** What Entra ID makes. */
export const MADE_THERE = membersOf(MEMBERS, 'read-only').filter((name) => !name.includes('.'))

/** Objects whose members are compared and undone one by one, and sent together. */
export const COMPLEX = ['api', 'info', 'publicClient', 'spa', 'web'] as const
