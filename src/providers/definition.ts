/**
 * What a provider is before its code is loaded: how its settings are written, what they mean and how it is
 * made. Each folder has one in `settings.ts`, which loads nothing heavy; `registry.ts` lists them.
 */

import type * as z from 'zod/mini'
import type { Mapping } from '../core/mapping/mapping.ts'
import type { Secret } from '../core/secrecy/secret.ts'
import type { Credentials } from '../core/sigv4.ts'
import type { Documents } from '../store/documents.ts'
import type { Seal } from '../store/seal.ts'
import type { Store } from '../store/store.ts'
import type { Place } from './call.ts'
import type { Budget } from './pace/pace-budget.ts'
import type { Provider } from './provider.ts'
import type { Reference } from './setting-schemas.ts'

/** Members of the settings, by their names in the configuration. */
export type SettingShape = Readonly<Record<string, z.ZodMiniType>>

/** The settings as they were written, once their shape is right. */
export type Written<Shape extends SettingShape> = z.output<z.ZodMiniObject<Shape>>

/** What meaning is made with: it looks up secrets and takes what is wrong. */
export interface Reading {
  readonly mode: 'production' | 'development'
  /** The secret that a reference leads to; `name`: of the setting, dotted. */
  secret(reference: Reference, name: string): Secret
  /** Checks a URL to which secrets go. */
  url(url: string, name: string): void
  /** Takes what is wrong with a setting or, without `name`, with the whole: the rest of a sentence. */
  fault(says: string, name?: string): void
}

/** What providers take from the program around them. */
export interface ProviderSurroundings {
  now(): number
  /** AWS credentials of the process, for each call anew; `undefined` when it has none. */
  environmentCredentials(): Promise<Credentials | undefined> | undefined
  /** Where the local provider keeps its clients. */
  readonly documents?: Documents
  /** Where its OpenID Provider is reached from this process. */
  readonly openidAddress?: string
  /** A keyed fingerprint of a secret, which is no oracle for a guessed one. */
  readonly fingerprintOf?: (secret: string) => string
  /** Divides what an account allows between the instances of a store; absent: this one has all of it. */
  readonly budget?: Budget | undefined
  /** Where tokens that open clients are kept, and what seals them. */
  readonly store?: Store
  readonly seal?: Seal
}

/** An issuer of access tokens, by its addresses. */
export interface IssuerUrls {
  readonly issuer: string
  /** Absent: the issuer's own document says. */
  readonly jwksUrl?: string
}

/** A part of a provider; without a user pool: all of it. */
export type Part = Pick<Place, 'userPoolId'>

/** What a provider is once its code is loaded. */
export interface ProviderCode<Settings> {
  /** That of a provider without special settings, for documentation. */
  readonly mapping: Mapping
  /** `name`: what the configuration calls it. */
  create(settings: Settings, surroundings: ProviderSurroundings, name: string): Provider
}

export interface ProviderDefinition<
  Type extends string,
  Shape extends SettingShape,
  Settings extends object,
> {
  /** As the configuration names it; also the name of the folder. */
  readonly type: Type
  /** Its settings, beside `type` and what every provider has. */
  readonly schema: Shape
  /** Secrets looked up, defaults filled in, members checked with each other. */
  settingsOf(written: Written<Shape>, reading: Reading): Settings
  /** What of the provider is behind an issuer, as far as its addresses say: its clients get tokens of it. */
  partsBehind(settings: Settings, issuer: IssuerUrls): readonly Part[]
  /** Where it is reached; absent: it is a part of this program, or there is no such user pool. */
  addressOf(settings: Settings, part: Part): string | undefined
  /** Whether a client that lists no scopes may have any (`OwnApi.anyWhereNone`). */
  readonly anyWhereNone: boolean
  /** Whether a scope of a client there may stand for others, by a segment `*` between dots. */
  readonly scopePatterns: boolean
  /** Loads the code, which is the `index.ts` of the folder. */
  load(): Promise<ProviderCode<Settings>>
}

/** Holds a definition to its types. */
export const defineProvider = <
  const Type extends string,
  const Shape extends SettingShape,
  Settings extends object,
>(
  definition: ProviderDefinition<Type, Shape, Settings>,
): ProviderDefinition<Type, Shape, Settings> => definition
