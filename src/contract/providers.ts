/** Providers: which there are, and what each can hold. */

import type { FieldName, JsonObject } from './common.ts'
import type { CallerRights } from './server.ts'

export interface ProviderSummary {
  readonly id: string
  readonly type: string
  readonly default: boolean
  /** Whether it has user pools. */
  readonly userPools: boolean
  /** What the caller may do there. */
  readonly caller: CallerRights
}

/** What a provider can hold, and why not. */
export interface Provider extends ProviderSummary {
  readonly updates: 'replace' | 'merge'
  readonly fields: Readonly<Record<FieldName, JsonObject>>
  readonly settings: readonly string[]
  /** Members of `providerSettings` that only a creation takes. */
  readonly creationSettings: readonly string[]
  /** Members of `providerSettings` that the provider shows and takes from no one. */
  readonly readOnlySettings: readonly string[]
  /**
   * Settings (dotted paths) that no other client can have as they are shown: they name credentials of the very client,
   * or hold a secret.
   */
  readonly boundSettings: readonly string[]
  /** What takes the permission `clients:privileged`, as paths below the client; of lists with `values`, to add these. */
  readonly privileged: readonly PrivilegedSetting[]
  /** Settings that are mappings, of which each member can be cleared. */
  readonly settingMaps: readonly string[]
  /** What the provider takes the absence of a setting for, by its name; of others, absence is a state of its own. */
  readonly defaultSettings: JsonObject
  /**
   * Objects of `providerSettings` (dotted paths, outer ones first) whose members are settings by themselves, which the lists
   * above name by their paths.
   */
  readonly openedSettings?: readonly string[]
  /** Members of its records with the classes of each, where it has such a table. */
  readonly members?: JsonObject
}

/** A setting that gives a client power of its own. */
export interface PrivilegedSetting {
  readonly path: string
  readonly values?: readonly string[]
}

export interface ProviderList {
  readonly providers: readonly ProviderSummary[]
}

/** Named bodies of this file. */
export interface ProviderBodies {
  readonly Provider: Provider
  readonly ProviderList: ProviderList
}
