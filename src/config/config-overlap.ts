/**
 * Where a configured issuer of access tokens belongs to a configured provider: whoever may change clients
 * there could give a client the scopes of this very API.
 */

import type { OwnApi } from '../core/rights/own-api.ts'
import { PERMISSIONS } from '../core/rights/permissions.ts'
import { parseUrl } from '../core/uri/uri-reading.ts'
import type { IssuerSettings } from '../http/auth/issuers.ts'
import { ANY_ISSUER } from '../http/auth/permissions.ts'
import { scopeNames } from '../http/auth/principal.ts'
import type { Place } from '../providers/call.ts'
import type { ProviderSettings } from '../providers/registry.ts'
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
      return placesOf(issuer, settings).map((place) => ({ issuer, provider, ...place }))
    }),
  )
}

/** Where at a provider an issuer is, as far as its address says. */
function placesOf(
  issuer: IssuerSettings,
  settings: ProviderSettings,
): readonly { readonly userPoolId?: string }[] {
  const urls = [issuer.issuer, issuer.jwksUrl].map((url) => new URL(url))
  switch (settings.type) {
    case 'cognito':
      // https://cognito-idp.<region>.amazonaws.com/<pool>, and the same with a private endpoint.
      return Object.keys(settings.pools)
        .filter((id) => urls.some(({ pathname }) => pathname.split('/').includes(id)))
        .map((userPoolId) => ({ userPoolId }))
    case 'auth0': {
      const { baseUrl, audience } = settings
      const hosts = [baseUrl, audience].map((url) => parseUrl(url)?.host)
      return urls.some(({ host }) => hosts.includes(host)) ? [{}] : []
    }
    case 'rfc7592': {
      const { issuer: own, registrationEndpoint = '' } = settings.endpoints
      const same = own !== undefined && bare(own) === bare(issuer.issuer)
      const at = own === undefined && urls[0]?.origin === new URL(registrationEndpoint).origin
      return same || at ? [{}] : []
    }
    case 'local':
      return []
  }
}

const bare = (url: string) => url.replace(/\/$/, '')

/** This program's API as clients of one provider may be given it; `undefined` where they cannot. */
export function ownApiAt(
  config: Config,
  provider: string,
): ((place: Pick<Place, 'userPoolId'>) => OwnApi | undefined) | undefined {
  const overlaps = overlapsOf(config).filter((one) => one.provider === provider)
  if (overlaps.length === 0) return undefined
  const anyWhereNone = config.providers[provider]?.type === 'rfc7592'
  return ({ userPoolId }) => {
    const issuers = overlaps
      .filter((one) => one.userPoolId === undefined || one.userPoolId === userPoolId)
      .map(({ issuer }) => issuer)
    if (issuers.length === 0) return undefined
    const covers = (word: string) => issuers.some((issuer) => isOurs(config, issuer, word))
    return { covers, anyWhereNone }
  }
}

/** Whether a word is an audience of the issuer, or a scope by which its tokens may do something here. */
function isOurs({ permissions }: Config, issuer: IssuerSettings, word: string): boolean {
  const { audience, scopePrefix: prefix } = issuer
  if (audience?.includes(word)) return true
  const rows = permissions?.filter(
    (row) => row.issuer === issuer.issuer || row.issuer === ANY_ISSUER,
  )
  const scopes: readonly string[] = rows?.map(({ scope }) => scope) ?? PERMISSIONS
  const prefixed = audience === undefined
  return scopeNames(word, { prefixed, prefix }).some((name) => scopes.includes(name))
}
