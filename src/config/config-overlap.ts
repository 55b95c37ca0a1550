/**
 * Where a configured issuer of access tokens belongs to a configured provider: everyone who may change clients
 * there could give a client the scopes of this very API.
 */

import type { OwnApi } from '../core/rights/own-api.ts'
import { PERMISSIONS } from '../core/rights/permissions.ts'
import type { IssuerSettings } from '../http/auth/issuers.ts'
import { ANY_ISSUER } from '../http/auth/permissions.ts'
import { scopeNames } from '../http/auth/principal.ts'
import { anyWhereNone, partsBehind, scopePatterns } from '../providers/configured.ts'
import type { Part } from '../providers/definition.ts'
import type { Config } from './config-parse.ts'

/** An issuer and the provider that it belongs to. */
export interface Overlap {
  readonly issuer: IssuerSettings
  readonly provider: string
  /** The one user pool that is meant; absent: the whole provider. */
  readonly userPoolId?: string
}

/** Every overlap, issuer by issuer. */
export function overlapsOf({ issuers, providers }: Config): readonly Overlap[] {
  return issuers.flatMap((issuer) =>
    Object.entries(providers).flatMap(([provider, settings]) => {
      if (issuer.provider === provider) return [{ issuer, provider }]
      return partsBehind(settings, issuer).map((part) => ({ issuer, provider, ...part }))
    }),
  )
}

/** This program's API as clients of one provider may be given it; `undefined` where they cannot. */
export function ownApiAt(
  config: Config,
  provider: string,
): ((part: Part) => OwnApi | undefined) | undefined {
  const overlaps = overlapsOf(config).filter((one) => one.provider === provider)
  const settings = config.providers[provider]
  if (overlaps.length === 0 || settings === undefined) return undefined
  return ({ userPoolId }) => {
    const issuers = overlaps
      .filter((one) => one.userPoolId === undefined || one.userPoolId === userPoolId)
      .map(({ issuer }) => issuer)
    if (issuers.length === 0) return undefined
    const patterns = scopePatterns(settings)
    const covers = (word: string) =>
      (patterns && isPattern(word)) || issuers.some((issuer) => isOurs(config, issuer, word))
    const byClaims = issuers.some((issuer) => isByClaims(config, issuer))
    return { covers, anyWhereNone: anyWhereNone(settings), byClaims }
  }
}

/** Whether claims alone grant something to tokens of an issuer: which of its clients have them, no record says. */
const isByClaims = ({ permissions = [] }: Config, { issuer }: IssuerSettings): boolean =>
  permissions.some((row) => row.issuer === issuer && row.scope === undefined)

/** Whether a scope stands for others; which of them is not looked into. */
const isPattern = (word: string) => word.split('.').includes('*')

/** Whether a word is an audience of the issuer, or a scope by which its tokens may do something here. */
function isOurs({ permissions }: Config, issuer: IssuerSettings, word: string): boolean {
  const { audience, scopePrefix: prefix } = issuer
  if (audience?.includes(word)) return true
  const rows = permissions?.filter(
    (row) => row.issuer === issuer.issuer || row.issuer === ANY_ISSUER,
  )
  const scopes: readonly string[] = rows?.flatMap(({ scope }) => scope ?? []) ?? PERMISSIONS
  const prefixed = audience === undefined
  return scopeNames(word, { prefixed, prefix }).some((name) => scopes.includes(name))
}
