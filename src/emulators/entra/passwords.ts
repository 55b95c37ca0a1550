/** Secrets of an application (recorded: all of it but the refusals). */

import { isRecord } from '../copy.ts'
import { refuse } from '../refusal.ts'
import { type Application, isPersonal } from './members.ts'
import { failure, invalid, tooManyPasswords } from './refusal.ts'

interface Making {
  now(): number
  newId(what: 'keyId'): string
  newSecret(): string
}

const listOf = ({ passwordCredentials: all }: Application) =>
  Array.isArray(all) ? (all as readonly Application[]) : []

/** With personal accounts (Azure/azure-cli#12946). */
const MOST_PERSONAL = 2

/** Adds one; the newest is the first of the list. */
export function addPassword(
  making: Making,
  before: Application,
  body: unknown,
): { readonly record: Application; readonly answer: Application } {
  const request = isRecord(body) ? (body.passwordCredential ?? {}) : {}
  if (!isRecord(request)) return refuse(invalid('passwordCredential'))
  if (isPersonal(before) && listOf(before).length >= MOST_PERSONAL) {
    return refuse(tooManyPasswords())
  }
  const { displayName = null, startDateTime, endDateTime, keyId = making.newId('keyId') } = request
  const secretText = making.newSecret()
  const now = new Date(making.now())
  const inTwoYears = new Date(now)
  inTwoYears.setUTCFullYear(now.getUTCFullYear() + 2)
  const answer = {
    customKeyIdentifier: null,
    displayName,
    endDateTime: utc(endDateTime ?? exact(inTwoYears)),
    hint: secretText.slice(0, 3),
    keyId,
    secretText: null,
    startDateTime: utc(startDateTime ?? exact(now)),
  }
  return {
    record: { ...before, passwordCredentials: [answer, ...listOf(before)] },
    answer: { ...answer, secretText },
  }
}

/** Ends one; there may be none left. */
export function removePassword(before: Application, body: unknown): Application {
  const keyId = isRecord(body) ? body.keyId : undefined
  const all = listOf(before)
  const others = all.filter((one) => one.keyId !== keyId)
  if (others.length === all.length) {
    // Made up: no recording shows it.
    const says = `No password credential found with keyId '${String(keyId)}'.`
    return refuse(failure(400, 'Request_BadRequest', says))
  }
  return { ...before, passwordCredentials: others }
}

const exact = (time: Date) => time.toISOString().replace('Z', '0000Z')

/** An offset is converted, decimals stay as they are (recorded). */
function utc(value: unknown): string {
  const text = String(value)
  const [, decimals = ''] = /(\.\d+)/.exec(text) ?? []
  const at = Date.parse(text)
  if (Number.isNaN(at)) return refuse(invalid('endDateTime', 'PasswordCredential'))
  return `${new Date(at).toISOString().slice(0, 19)}${decimals}Z`
}
