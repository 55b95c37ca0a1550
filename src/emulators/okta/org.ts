/** An emulated org: its applications and their secrets, and what distinguishes it from other orgs. */

import { createHash, randomBytes } from 'node:crypto'

export type OktaApp = Readonly<Record<string, unknown>>

/** One secret of an application. */
export interface OktaSecret {
  readonly id: string
  readonly created: string
  readonly lastUpdated: string
  readonly status: 'ACTIVE' | 'INACTIVE'
  readonly client_secret: string
}

/** An application with what its record does not show. */
export interface Registration {
  /** Without links and secret. */
  readonly app: OktaApp
  readonly secrets: readonly OktaSecret[]
}

/** What differs between orgs (recorded: classic and identity engine, preview and production, 2020 to 2026). */
export interface OrgFeatures {
  /** The org in `orn`; absent: the applications have none. */
  readonly orn?: string | undefined
  /** Whether users are asked for their consent (`consent_method`). */
  readonly consent?: boolean
  /** Whether applications can take part in single logout. */
  readonly singleLogout?: boolean
  readonly emOptInStatus?: string | undefined
  /** That of active applications; absent: none of them has the member. */
  readonly universalLogout?: unknown
  /** Whether the dashboard can launch applications by itself (`visibility.autoLaunch`). */
  readonly autoLaunch?: boolean
  /** Whether it has policies of the identity engine, to which applications link. */
  readonly policies?: boolean
  /** The key with which it signs. */
  readonly kid?: string
  /** How many applications it may have. */
  readonly maxApps?: number
  /** It does otherwise than documentation and issues say, where no recording shows what it does (docs/providers/okta.md). */
  readonly otherwise?: boolean
}

export interface Org {
  readonly features: Required<OrgFeatures>
  readonly baseUrl: () => string
  readonly apps: Map<string, Registration>
  /** Members of an application or of its `settings.oauthClient` that exist and that no one here knows. */
  readonly future: Set<string>
  now(): number
  nextId(kind: 'app' | 'secret'): string
  /** A value for a new secret. */
  nextSecret(): string
}

export const FEATURES: Required<OrgFeatures> = {
  orn: 'orn:okta:idp:00oexampleorg0000000',
  consent: true,
  singleLogout: true,
  emOptInStatus: 'NONE',
  universalLogout: null,
  autoLaunch: true,
  policies: true,
  kid: 'the-key-with-which-the-org-signs-its-tokens',
  maxApps: 10_000,
  otherwise: false,
}

const PREFIX = { app: '0oa', secret: 'ocs' }

/** Ids have 20 characters; they grow with time, and lists are in their order (recorded). */
export function createIds(): Org['nextId'] {
  let count = 0
  return (kind) => {
    count += 1
    const start = count.toString(36).padStart(9, '0')
    const end = randomBytes(8).toString('hex').slice(0, 8)
    return `${PREFIX[kind]}${start}${end}`
  }
}

/** 64 characters (recorded). */
export const newSecret = () => randomBytes(48).toString('base64url')

/** Whole seconds (recorded). */
export const timeAt = (milliseconds: number) =>
  new Date(Math.floor(milliseconds / 1_000) * 1_000).toISOString()

/** One more secret, which is active. */
export function secretFor(org: Org, value: string): OktaSecret {
  const at = timeAt(org.now())
  const id = org.nextId('secret')
  return { id, created: at, lastUpdated: at, status: 'ACTIVE', client_secret: value }
}

/** A secret as answers show it, value and all (recorded). */
export function shownSecret(org: Org, appId: string, secret: OktaSecret) {
  const { id, created, lastUpdated, status, client_secret } = secret
  const href = `${org.baseUrl()}/api/v1/apps/${appId}/credentials/secrets/${id}`
  const verb = (name: string) => ({
    href: `${href}/lifecycle/${name}`,
    hints: { allow: ['POST'] },
  })
  const links =
    status === 'ACTIVE'
      ? { deactivate: verb('deactivate') }
      : { activate: verb('activate'), delete: { href, hints: { allow: ['DELETE'] } } }
  const secret_hash = createHash('md5').update(client_secret).digest('base64url')
  return { id, created, lastUpdated, status, client_secret, secret_hash, _links: links }
}
