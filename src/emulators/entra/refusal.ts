/** Refusals as Microsoft Graph words them. Recorded: 403 and 404; the others by the source that stands with each. */

import { randomUUID } from 'node:crypto'
import type { EmulatorAnswer } from '../wire.ts'

/** An error answer. */
export function failure(status: number, code: string, message: string): EmulatorAnswer {
  const id = randomUUID()
  const date = new Date().toISOString().slice(0, 19)
  const innerError = { date, 'request-id': id, 'client-request-id': id }
  return { status, body: { error: { code, message, innerError } } }
}

/** Recorded. */
export const denied = () =>
  failure(403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.')

/** Recorded. */
export const noResource = (id: string) =>
  failure(
    404,
    'Request_ResourceNotFound',
    `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
  )

/** Microsoft Graph, "Error responses". */
export const unauthenticated = () =>
  failure(401, 'InvalidAuthenticationToken', 'Access token is empty or has expired.')

/** microsoftgraph/msgraph-sdk-powershell#3149; of redirect URIs the words are made up after it. */
export const invalid = (property: string, resource = 'Application') =>
  failure(
    400,
    'Request_BadRequest',
    `Invalid value specified for property '${property}' of resource '${resource}'.`,
  )

/** Made up: no recording shows it. */
export const readOnly = (property: string) =>
  failure(400, 'Request_BadRequest', `Property '${property}' is read-only and cannot be set.`)

/** microsoftgraph/microsoft-graph-docs#6179. */
export const newPassword = () =>
  failure(
    400,
    'Request_BadRequest',
    'New password credentials must be generated with service actions.',
  )

/** Azure/azure-cli#12946. */
export const tooManyPasswords = () =>
  failure(
    400,
    'TooManyAppPasswords',
    'Not allowed to add 3 passwords. You can only add a maximum of 2 passwords.',
  )

/** Azure/go-autorest#308, of the API before this one. */
export const sameIdentifier = () =>
  failure(
    400,
    'Request_BadRequest',
    'Another object with the same value for property identifierUris already exists.',
  )

/** nais/azurerator#448. */
export const concurrent = () =>
  failure(
    409,
    'Directory_ConcurrencyViolation',
    'Error due to concurrent requests being made to the tenant. Please wait briefly and retry.',
  )

/** Microsoft Graph, "Advanced query capabilities". */
export const unsupportedQuery = () =>
  failure(400, 'Request_UnsupportedQuery', 'Sorting not supported for current query.')

/** Made up. */
export const unknownPath = () => failure(400, 'BadRequest', 'Resource not found for the segment.')

/** Azure/reliable-web-app-pattern-java#185. */
export const principalExists = (appId: string) =>
  failure(
    409,
    'Request_MultipleObjectsWithSameKeyValue',
    `The service principal cannot be created, updated, or restored because the service principal name ${appId} is already in use.`,
  )
