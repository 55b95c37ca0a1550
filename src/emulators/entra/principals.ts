/** Service principals as the answers to their creation show them (recorded). */

import type { EmulatorAnswer, EmulatorRequest } from '../wire.ts'
import type { Application } from './members.ts'
import { failure, principalExists, unknownPath } from './refusal.ts'
import type { Route } from './route.ts'
import { bodyOf, CONTEXT, locationOf, memberOf, type State, secondsOf } from './tenant.ts'

interface Made {
  readonly id: string
  readonly tenantId: string
  readonly at: string
}

/** The service principal of an application in its own tenant. */
const newPrincipal = (application: Application, { id, tenantId, at }: Made): Application => ({
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

/** Answers calls of `/servicePrincipals`. */
export function onPrincipals(state: State, request: EmulatorRequest): EmulatorAnswer {
  if (request.method !== 'POST') return unknownPath()
  const appId = String(memberOf(bodyOf(request), 'appId'))
  if (state.principals.has(appId)) return principalExists(appId)
  return createPrincipal(state, appId)
}

/** Microsoft Graph, "Upsert servicePrincipal"; what an update sets is not kept. */
export function upsertPrincipal(
  state: State,
  request: EmulatorRequest,
  { id: appId }: Route,
): EmulatorAnswer {
  if (request.method !== 'PATCH') return unknownPath()
  if (state.principals.has(appId)) return { status: 204 }
  if (request.headers.prefer !== 'create-if-missing') return unknownPath()
  return createPrincipal(state, appId)
}

function createPrincipal(state: State, appId: string): EmulatorAnswer {
  const application = state.applications.listed().find((one) => one.appId === appId)
  if (application === undefined) {
    // Microsoft Graph, "Create servicePrincipal"; the words are made up.
    const says = `The appId '${appId}' of the service principal does not reference a valid application object.`
    return failure(400, 'NoBackingApplicationObject', says)
  }
  const record = newPrincipal(application, {
    id: state.newId('principal'),
    tenantId: state.tenantId,
    at: secondsOf(state.now()),
  })
  state.principals.set(appId, record)
  const context = { '@odata.context': `${CONTEXT}servicePrincipals/$entity` }
  return {
    status: 201,
    headers: { location: locationOf(state, String(record.id), 'ServicePrincipal') },
    body: { ...context, ...record },
  }
}
