/** What a reader of an application should know: when its last credential ends, and who else has a say in it. */

import type { Native, Warning } from '../../core/mapping/row.ts'
import { authMethodOf, credentialsIn, WITHOUT_SECRET } from './lenses.ts'

/** When a credential ends (epoch milliseconds); `undefined` of one without a readable date. */
export function endOf({ endDateTime: end }: Native): number | undefined {
  const at = typeof end === 'string' ? Date.parse(end) : Number.NaN
  return Number.isNaN(at) ? undefined : at
}

/** The credentials by which the application authenticates. */
export function provingIn(native: Native): {
  readonly field: string
  readonly what: 'secret' | 'certificate'
  readonly all: readonly Native[]
} {
  const isKey = authMethodOf(native) === 'private_key_jwt'
  return isKey
    ? {
        field: 'client.providerSettings.keyCredentials',
        what: 'certificate',
        all: credentialsIn(native, 'keyCredentials'),
      }
    : { field: 'client.secret', what: 'secret', all: credentialsIn(native, 'passwordCredentials') }
}

/** When the last of them ends; `undefined` where there is none, or one that does not end. */
export function lastEndOf(native: Native): number | undefined {
  if (authMethodOf(native) === 'none') return undefined
  const ends = provingIn(native).all.map(endOf)
  const dated = ends.filter((end) => end !== undefined)
  return dated.length === 0 || dated.length < ends.length ? undefined : Math.max(...dated)
}

/** From then on the end of a credential is reported. */
const NEAR_MS = 30 * 86_400_000

/** Whether the end is near or past. */
export const isNear = (end: number, now: number): boolean => end - now < NEAR_MS

/** What the record itself says. */
export const warnings = ({
  applicationTemplateId: template = null,
  [WITHOUT_SECRET]: isBare = false,
}: Native): readonly Warning[] => [
  ...(template === null ? [] : [FROM_GALLERY]),
  ...(isBare === true ? [NO_SECRET] : []),
]

const FROM_GALLERY: Warning = {
  code: 'from_gallery',
  message:
    'The application came from the gallery of Entra ID: its vendor documents which settings it needs.',
}

const NO_SECRET: Warning = {
  code: 'no_secret',
  field: 'client.secret',
  message:
    'The new application has no secret, since client.grantTypes leaves out client_credentials. POST /clients/{clientId}/rotate-secret gives it one, and client_credentials with it.',
}

/** The same with what the clock says. */
export const warningsAt =
  (now: () => number) =>
  (native: Native): readonly Warning[] => {
    const end = lastEndOf(native)
    if (end === undefined || !isNear(end, now())) return warnings(native)
    const { field, what } = provingIn(native)
    const verb = end <= now() ? 'ended' : 'ends'
    const next = what === 'secret' ? 'Rotate it' : 'Add another one'
    const message = `The last ${what} of the client ${verb} at ${new Date(end).toISOString()}. ${next}; at Entra ID each has an end.`
    return [...warnings(native), { code: 'secret_expires', field, message }]
  }
