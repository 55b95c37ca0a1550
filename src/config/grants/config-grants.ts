/** What rows of `auth.permissions` mean: whose tokens they are about, by scope and by claims, and where they hold. */

import { isRecord } from '../../core/json/json.ts'
import type { TextRule } from '../../core/rights/text-rule.ts'
import type { ClaimRule } from '../../http/auth/claim-rule.ts'
import { ANY_ISSUER, type PermissionGrant } from '../../http/auth/permissions.ts'
import type { RawConfig } from '../config-schema.ts'
import { approvalFaults, limitFaults } from './grant-limits.ts'
import { namesOwner, ownerClaimsOf } from './shared-issuers.ts'

type RawGrant = NonNullable<RawConfig['auth']['permissions']>[number]

/** Of one text or pattern. */
const MAX_LENGTH = 512

/** The rows with all that is wrong with them; absent where there are none. */
export function grantsOf(
  { auth, providers }: RawConfig,
  faults: string[],
): readonly PermissionGrant[] | undefined {
  const issuers = auth.issuers.map(({ issuer }) => issuer)
  if (auth.permissions === undefined) {
    faults.push(...issuers.filter(isShared).map(withoutRows))
    return undefined
  }
  return auth.permissions.map((row, index) => {
    const at = `auth.permissions[${index}]`
    const unknown = row.providers?.find((id) => !Object.hasOwn(providers, id))
    if (unknown !== undefined) {
      faults.push(`${at}.providers names ${unknown}, which is not configured.`)
    }
    faults.push(...limitFaults(row, at, providers), ...approvalFaults(row, at))
    return grantOf(row, at, issuers, faults)
  })
}

/** The claims by which rows are about tokens of an issuer. */
export function claimNamesOf(
  issuer: string,
  permissions: readonly PermissionGrant[] = [],
): readonly string[] {
  const own = permissions.filter((row) => row.issuer === issuer)
  return [...new Set(own.flatMap(({ claims = {} }) => Object.keys(claims)))]
}

/** A row with the issuer that it is about; with one issuer there is no other that it could mean. */
function grantOf(
  { issuer, claims, ...row }: RawGrant,
  at: string,
  issuers: readonly string[],
  faults: string[],
): PermissionGrant {
  const [only = ''] = issuers
  const named = issuer ?? only
  if (issuer === undefined && issuers.length > 1) {
    faults.push(
      `${at} must name the issuer of the tokens that it applies to: issuer: ${issuers.join(' or ')}, or ${ANY_ISSUER} for all of them.`,
    )
  }
  if (issuer !== undefined && issuer !== ANY_ISSUER && !issuers.includes(issuer)) {
    faults.push(
      `${at}.issuer must be ${ANY_ISSUER}, or one of auth.issuers exactly as written there: ${issuers.join(', ')}.`,
    )
  }
  if (row.scope === undefined && claims === undefined) {
    faults.push(`${at} must have a scope or claims, or it would apply to every token.`)
  }
  const rule = claims === undefined ? undefined : ruleOf(claims, `${at}.claims`, faults)
  if (named === ANY_ISSUER) faults.push(...faultsOfAny(at, rule !== undefined, issuers))
  else if (isShared(named) && !namesOwner(named, rule)) faults.push(withoutOwner(at, named))
  return {
    ...row,
    ...(rule === undefined ? {} : { claims: rule }),
    issuer: named,
  } as PermissionGrant
}

const isShared = (issuer: string): boolean => ownerClaimsOf(issuer) !== undefined

const withoutRows = (issuer: string) =>
  `auth.permissions must be there, since ${issuer} gives tokens to everyone who uses that service: define which claims grant what.`

const withoutOwner = (at: string, issuer: string) =>
  `${at}.claims must say whose tokens are meant, since ${issuer} gives tokens to everyone who uses that service: name the owner by ${ownerClaimsOf(issuer)?.join(' or ')}, as a whole text or as a pattern that begins with the name of the owner.`

function faultsOfAny(at: string, hasClaims: boolean, issuers: readonly string[]) {
  const shared = issuers.find(isShared)
  return [
    ...(hasClaims
      ? [`${at}.issuer must name one issuer, since a claim means something else at each of them.`]
      : []),
    ...(shared === undefined
      ? []
      : [
          `${at}.issuer must name one issuer, since ${shared} gives tokens to everyone who uses that service.`,
        ]),
  ]
}

function ruleOf(claims: unknown, at: string, faults: string[]): ClaimRule {
  if (!isRecord(claims) || Object.keys(claims).length === 0) {
    faults.push(`${at} must be an object with at least one claim.`)
    return {}
  }
  const entries = Object.entries(claims).map(([name, value]) => {
    const place = `${at}.${name}`
    const values = Array.isArray(value) ? value : [value]
    if (values.length === 0) faults.push(`${place} must have at least one value.`)
    return [name, values.flatMap((one) => allowedValues(one, place, faults))] as const
  })
  return Object.fromEntries(entries)
}

function allowedValues(value: unknown, at: string, faults: string[]): readonly TextRule[] {
  const isPattern = isRecord(value) && Object.keys(value).join() === 'pattern'
  const text = isPattern ? value.pattern : value
  if (typeof text !== 'string' || text === '' || text.length > MAX_LENGTH) {
    faults.push(
      `${at} must be a text of up to ${MAX_LENGTH} characters (numbers and true or false in quotes), { pattern: TEXT }, or a list of these.`,
    )
    return []
  }
  if (isPattern) return [{ pattern: text }]
  if (text.includes('*')) {
    faults.push(
      `${at} contains *, and a text is compared as it is; for a pattern write { pattern: TEXT }.`,
    )
    return []
  }
  return [text]
}
