/**
 * What the suites need of one provider beside its code. `test/providers/<type>/subject.ts` exports it as `subject`,
 * where it is found by the type that stands in the registry.
 */

import type { FieldName } from '../../src/core/client.ts'
import type { ClientKind } from '../../src/core/client-kind.ts'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import type { Mapping } from '../../src/core/mapping/mapping.ts'
import type { Emulator } from '../../src/emulators/server.ts'
import type { ClientRef } from '../../src/providers/call.ts'
import { createProviders, type ProviderSettings } from '../../src/providers/configured.ts'
import type { IssuerUrls, Part, ProviderSurroundings } from '../../src/providers/definition.ts'
import type { Provider } from '../../src/providers/provider.ts'
import type { Frame } from '../contract/frame/ask.ts'
import type { Samples } from '../contract/samples.ts'
import type { ServerName } from '../servers/chosen.ts'

export interface ProviderSubject {
  /** With something real behind each, in this process. */
  readonly kinds: readonly SubjectKind[]
  /** With real servers in processes of their own, which are started for a test file that asks for them. */
  readonly peers?: () => Promise<readonly SubjectKind[]>
  /** The real server, for `npm run test:servers`; none where it cannot be started here. */
  readonly servers?: () => Promise<readonly AnyKind[]>
  /** Absent where a life is tried in a suite of its own. */
  readonly life?: Life
  /** Another allowed value for each field that it lets change, other than that of its full client. */
  readonly samples: Samples
  /** Its mappings, each with a record that has every native member. */
  readonly mappings: readonly MappingSubject[]
  /** Members that it shows and does not take back, from its own documentation and not from our tables. */
  readonly shownOnly: readonly string[]
  /** Members that only a creation takes, from there too. */
  readonly createOnly?: readonly string[]
  readonly settings: SettingSamples
}

export interface MappingSubject {
  readonly name: string
  readonly mapping: Mapping
  readonly native: JsonObject
  /** Views that follow a field, by the nature of the provider. */
  readonly follows?: { readonly [F in FieldName]?: readonly FieldName[] }
  /** Records that it may hold all the same: members of other types and spellings. */
  readonly odd: readonly JsonObject[]
}

/** Settings as a configuration has them, beside `type`; the variable `SECRET` has a value. */
export interface SettingSamples {
  /** Those that mean something. */
  readonly right: readonly JsonObject[]
  /** Those that are refused, with the sentence below the place of the provider. */
  readonly wrong: readonly (readonly [settings: JsonObject, says: string])[]
  /** Issuers, and what of the provider is behind them; for the first that are right. */
  readonly issuers: readonly (readonly [IssuerUrls, readonly Part[]])[]
}

export interface Subject {
  readonly provider: Provider
  readonly ref: ClientRef
  /** The record as it is really stored, behind every API. */
  stored(): JsonObject
  /** Stores a record as someone else would; a new one is there when it resolves. */
  put(record: JsonObject): void | Promise<void>
  /** The secret of the client, where the provider keeps it outside of the record. */
  secret?(): string
  /** What the provider keeps about clients elsewhere, by the names of the places. */
  readonly elsewhere?: {
    put(names: readonly string[]): void
    stored(): JsonObject
  }
  /** The emulator, where the provider is spoken to over a socket. */
  readonly emulator: Emulator | undefined
  /** Names of the operations that read and that write, as the emulator spells them. */
  readonly operations: { readonly read: string; readonly write: string }
  close(): Promise<void>
}

export interface AnyKind {
  readonly name: string
  /** Of a server itself: by which name `npm run test:servers` starts it. */
  readonly server?: ServerName
  /** Every native member set, and one that no one knows where the provider may have such. */
  readonly full: JsonObject
  /** Members that move with every write. */
  readonly volatile: readonly string[]
  /** Whether it gives lists back in an order of its own. */
  readonly sorts?: boolean
  /** The native member (dotted for an inner one) that holds the callbacks, and one that no test changes. */
  readonly callbacks: string
  readonly description: string
  /** Fields that it cannot hold, for tests that would only be refused. */
  readonly lacks?: readonly FieldName[]
  /** What an absent member means, where the server writes that out with the next update. */
  readonly defaults?: JsonObject
  /** Whether a change is read back, since the answer to an update proves nothing. */
  readonly readsBack?: true
  /** Whether an update sends what changes alone, so that another setting that someone else writes stays and is seen. */
  readonly merges?: true
  /** Whether the answer to an update gives what opens the client from then on. */
  readonly renewsTokens?: true
  /** A setting that no field stands for, and another value for it. */
  readonly setting: readonly [string, Json]
  /** The member that holds the secret, where no read shows it. */
  readonly hidesSecret?: string
  /** A public key (JWK) that it takes, where that is not any. */
  readonly key?: JsonObject
  /** The id of a new client is that of the operation that makes it. */
  readonly choosesIds?: true
  /** Objects that its records have open in the suites, as its mapping has them (`Mapping.opened`). */
  readonly objects?: readonly string[]
  /** It is a part of this process: there is no network between that could fail. */
  readonly inProcess?: true
  /** A field beside name, callbacks and logout URLs, and a value for it; absent: `idTokenLifetime`. */
  readonly another?: readonly [FieldName, Json]
  /** What patches may change, written out by hand; absent where a suite of its own has that. */
  readonly frame?: Frame
  start(): Promise<Subject>
}

/** One whose patches are drawn by its frame. */
export interface SubjectKind extends AnyKind {
  readonly frame: Frame
}

export interface Life {
  /** Native members that hold id and name. */
  readonly id: string
  readonly name: string
  /** Operations that write, as the emulator spells them. */
  readonly writes: {
    readonly create: string
    readonly remove: string
    readonly addSecret?: string
    readonly removeSecret?: string
  }
  /** Members that the provider adds to what was planned, secrets and read-only ones aside. */
  readonly added: readonly string[]
  /** What a creation sends beside what the caller named. */
  readonly sent: Readonly<Record<ClientKind, readonly string[]>>
  /** Fields whose rules a client breaks that is given a name only. */
  readonly needs: Readonly<Record<ClientKind, readonly string[]>>
  /** The application type of each kind, in the provider's words. */
  readonly appTypes: Readonly<Record<ClientKind, string>>
  /** Whether refresh tokens of each kind rotate; `undefined`: no client has such a setting. */
  readonly rotates: Readonly<Record<ClientKind, boolean | undefined>>
  /** Every client has one secret, of whichever kind it is, and no second one beside it. */
  readonly oneSecret?: true
  /** Where a client has a secret, there is no second one beside it, unless its owner sets up more than a client. */
  readonly noSecond?: true
  /** Then the operations that add one and end one all the same, as the emulator spells them. */
  readonly secretCalls?: readonly string[]
  /** How many clients make more than one page of its list; absent: 130. */
  readonly many?: number
  /** The provider makes the values of secrets and shows each once; it keeps so many at once, and ends the last one too. */
  readonly makesSecrets?: { readonly atOnce: number }
  /** Grant types of a new one, where they are others than its kind says. */
  readonly grantTypes?: { readonly [K in ClientKind]?: readonly string[] }
  /** What a caller asks of a new one, where that is not a name and callbacks or a lifetime. */
  readonly asks?: { readonly [K in ClientKind]?: JsonObject }
}

/** Refresh tokens that rotate. */
export const PUBLIC_ONLY = { spa: true, native: true, web: false, machine: false }

export const NOTHING = { spa: [], native: [], web: [], machine: [] }
const CALLBACKS = ['client.callbacks']
export const NEEDS_CALLBACKS = { ...NOTHING, spa: CALLBACKS, native: CALLBACKS, web: CALLBACKS }

/** The one provider of a configuration. */
export async function only(
  settings: ProviderSettings,
  more: Partial<ProviderSurroundings> = {},
): Promise<Provider> {
  const surroundings = { now: Date.now, environmentCredentials: () => undefined, ...more }
  const providers = await createProviders({ it: settings }, surroundings)
  return providers.get('it') as Provider
}

/** An issuer by its addresses; `jwksUrl` is below the issuer unless it is given. */
export const issuerAt = (issuer: string, jwksUrl = `${issuer}/.well-known/jwks.json`) => ({
  issuer,
  jwksUrl,
})
