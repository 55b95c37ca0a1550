/** The secrets of an application: two at most, shown in the clear to every reader (recorded). */

import { parseJson } from '../../core/json/json-text.ts'
import { isRecord } from '../copy.ts'
import { refuse } from '../refusal.ts'
import type { EmulatorRequest } from '../wire.ts'
import { clientOf, usesSecret } from './apps.ts'
import {
  type OktaSecret,
  type Org,
  type Registration,
  secretFor,
  shownSecret,
  timeAt,
} from './org.ts'
import { invalid, noSuch } from './refusal.ts'
import { type Operation, partsOf, registrationFor } from './request.ts'
import { checkSecret } from './validate.ts'

const MAX_SECRETS = 2
/** The part that a refusal names (OpenAPI file). */
const PART = 'OAuth2ClientSecretMediated'

const idOf = ({ app }: Registration) => String(app.id)

function secretOf(registration: Registration, request: EmulatorRequest): OktaSecret {
  const [, , , id = ''] = partsOf(request)
  return registration.secrets.find((one) => one.id === id) ?? refuse(noSuch(id, PART))
}

function keep(org: Org, registration: Registration, secrets: readonly OktaSecret[]): void {
  org.apps.set(idOf(registration), { ...registration, secrets })
}

const list: Operation = (org, request) => {
  const registration = registrationFor(org, request)
  return {
    status: 200,
    body: registration.secrets.map((one) => shownSecret(org, idOf(registration), one)),
  }
}

const read: Operation = (org, request) => {
  const registration = registrationFor(org, request)
  return {
    status: 200,
    body: shownSecret(org, idOf(registration), secretOf(registration, request)),
  }
}

const add: Operation = (org, request) => {
  const registration = registrationFor(org, request)
  const sent = request.body.length === 0 ? {} : parseJson(request.body.toString())
  const { client_secret: value, status = 'ACTIVE' } = isRecord(sent) ? sent : {}
  if (!usesSecret(registration.app)) invalid(PART, 'This client does not use client secrets.')
  checkSecret(value, clientOf(registration.app))
  if (registration.secrets.length >= MAX_SECRETS) {
    invalid(PART, "You've reached the maximum number of client secrets per client.")
  }
  const text = typeof value === 'string' && value !== '' ? value : org.nextSecret()
  const secret = {
    ...secretFor(org, text),
    status: status === 'INACTIVE' ? status : 'ACTIVE',
  } as const
  keep(org, registration, [...registration.secrets, secret])
  return { status: 201, body: shownSecret(org, idOf(registration), secret) }
}

const lifecycle =
  (status: OktaSecret['status']): Operation =>
  (org, request) => {
    const registration = registrationFor(org, request)
    const before = secretOf(registration, request)
    const others = registration.secrets.filter((one) => one !== before)
    const isLast = !others.some((one) => one.status === 'ACTIVE')
    if (status === 'INACTIVE' && before.status === 'ACTIVE' && isLast) {
      invalid(PART, "You can't deactivate the only active client secret.")
    }
    const secret = { ...before, status, lastUpdated: timeAt(org.now()) }
    keep(
      org,
      registration,
      registration.secrets.map((one) => (one === before ? secret : one)),
    )
    return { status: 200, body: shownSecret(org, idOf(registration), secret) }
  }

const remove: Operation = (org, request) => {
  const registration = registrationFor(org, request)
  const secret = secretOf(registration, request)
  if (secret.status === 'ACTIVE') {
    invalid(
      PART,
      "You can't delete an active client secret. Deactivate the secret before deleting it.",
    )
  }
  keep(
    org,
    registration,
    registration.secrets.filter((one) => one !== secret),
  )
  return { status: 204 }
}

const SECRETS = '/apps/{id}/credentials/secrets'

/** By their names. */
export const SECRET_OPERATIONS: Readonly<Record<string, Operation>> = {
  [`GET ${SECRETS}`]: list,
  [`POST ${SECRETS}`]: add,
  [`GET ${SECRETS}/{secretId}`]: read,
  [`DELETE ${SECRETS}/{secretId}`]: remove,
  [`POST ${SECRETS}/{secretId}/lifecycle/activate`]: lifecycle('ACTIVE'),
  [`POST ${SECRETS}/{secretId}/lifecycle/deactivate`]: lifecycle('INACTIVE'),
}
