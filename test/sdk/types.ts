/**
 * What the SDK declares by hand is what the server has: this compiles only while both are the same.
 * (`npm run check`; there is nothing to run.)
 */

import type { ClientKind } from '../../src/core/client-kind.ts'
import type { SEVERITIES } from '../../src/core/lint/rule.ts'
import type * as sdk from '../../src/sdk/index.ts'
import type { HistoryItem, HistoryOutcome } from '../../src/service/reading/history.ts'
import type { JobOptions, JobOutcome, JobState } from '../../src/store/log/job-entry.ts'

type Same<One, Other> =
  (<T>() => T extends One ? 1 : 2) extends <T>() => T extends Other ? 1 : 2 ? true : never

/** Every member by name, whether it may be absent, and its type; what is inside is compared alone. */
type Members<T> = { [K in keyof T]: T[K] }

/** Times are written as text; the client by its names alone. */
type Told = Members<
  Omit<HistoryItem, 'at' | 'endedAt' | 'client' | 'copiedFrom' | 'leases'> & {
    readonly at: string
    readonly endedAt?: string
    readonly client: sdk.ClientName
    readonly copiedFrom?: sdk.ClientName
    readonly leases?: { readonly taken: readonly sdk.Lease[]; readonly ended: readonly sdk.Lease[] }
  }
>

export type Checks = [
  Same<Told, Members<Pick<sdk.HistoryItem, keyof Told>>>,
  Same<keyof sdk.HistoryItem, keyof HistoryItem | 'whole'>,
  Same<sdk.HistoryOutcome, HistoryOutcome>,
  Same<sdk.ClientKind, ClientKind>,
  Same<sdk.Severity, (typeof SEVERITIES)[number]>,
  Same<sdk.JobState, JobState>,
  Same<sdk.JobOutcome, JobOutcome>,
  Same<Members<sdk.JobOptions>, Members<Omit<JobOptions, 'asks'>>>,
  Same<sdk.ClientPatch['secret'], string | null | undefined>,
  Same<sdk.ClientPatch['callbacks'], readonly string[] | sdk.ListChange | null | undefined>,
  Same<sdk.ClientPatch['disabled'], boolean | null | undefined>,
  Same<sdk.ClientPatch['jwksUri'], string | null | undefined>,
  Same<sdk.ClientPatch['idTokenLifetime'], number | null | undefined>,
  Same<
    sdk.ClientPatch['clientMetadata'],
    Readonly<Record<string, string | null>> | null | undefined
  >,
  Same<
    sdk.ClientPatch['refreshTokenRotation'],
    Partial<NonNullable<sdk.Client['refreshTokenRotation']>> | null | undefined
  >,
  Same<sdk.ClientPatch['providerSettings'], sdk.JsonObject | null | undefined>,
]

type AllTrue<All extends readonly unknown[]> = { [I in keyof All]: true }
// Each of them holds: one that does not is `never`.
export const checks: AllTrue<Checks> extends Checks ? true : never = true
