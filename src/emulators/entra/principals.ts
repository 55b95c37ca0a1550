/** Service principals as the answers to their creation show them (recorded). */

import type { Application } from './members.ts'

interface Made {
  readonly id: string
  readonly tenantId: string
  readonly at: string
}

/** The service principal of an application in its own tenant. */
export const newPrincipal = (
  application: Application,
  { id, tenantId, at }: Made,
): Application => ({
  id,
  deletedDateTime: null,
  accountEnabled: true,
  alternativeNames: [],
  appDisplayName: application.displayName,
  appDescription: application.description,
  appId: application.appId,
  applicationTemplateId: null,
  appOwnerOrganizationId: tenantId,
  appRoleAssignmentRequired: false,
  createdDateTime: at,
  description: null,
  disabledByMicrosoftStatus: null,
  displayName: application.displayName,
  homepage: null,
  loginUrl: null,
  logoutUrl: null,
  notes: null,
  notificationEmailAddresses: [],
  preferredSingleSignOnMode: null,
  preferredTokenSigningKeyThumbprint: null,
  replyUrls: [],
  servicePrincipalNames: [application.appId],
  servicePrincipalType: 'Application',
  signInAudience: application.signInAudience,
  tags: [],
  tokenEncryptionKeyId: null,
  samlSingleSignOnSettings: null,
  verifiedPublisher: application.verifiedPublisher,
  addIns: [],
  appRoles: [],
  info: application.info,
  keyCredentials: [],
  oauth2PermissionScopes: [],
  passwordCredentials: [],
  resourceSpecificApplicationPermissions: [],
})
