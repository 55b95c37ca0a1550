/**
 * What the mirror stores of a client, and how it learns of changes. Secrets are replaced by fingerprints
 * before anything is stored; the rest is sealed whole, since how a client authenticates can depend on members
 * that are not shown.
 */

import type { Client } from '../../core/client.ts'
import { isClientError } from '../../core/errors.ts'
import type { Mapping } from '../../core/mapping/mapping.ts'
import { showClient } from '../../core/mapping/mapping.ts'
import type { Native } from '../../core/mapping/row.ts'
import { shownBy } from '../../core/mapping/suspension.ts'
import { searchedText, termsOf } from '../../core/search.ts'
import type { ClientRef } from '../../providers/call.ts'
import type { Standing } from '../../store/log/standing.ts'
import type { Findable, MirrorEntry, Place, Sight } from '../../store/mirror.ts'
import { resourceOf } from '../../store/resource.ts'
import type { Service } from '../base/service.ts'

/** A client as the mirror knows it. */
export interface Mirrored {
  readonly ref: ClientRef
  /** Each secret is a fingerprint; the record can be shown and linted like the real one. */
  readonly native: Native
  /** Fingerprint of the state with its secrets. */
  readonly tag: string
  /** Epoch milliseconds. */
  readonly verifiedAt: number
}

/** A client as it was read. */
interface Observation {
  readonly client: ClientRef
  readonly native: Native
  /** Epoch milliseconds. */
  readonly at: number
  /** The client's standing, from the newest entry of its log. */
  readonly standing?: Standing | undefined
  /** Fingerprint of its state, where the record does not give it: without its secrets. */
  readonly tag?: string
}

/** A record as the mirror stores it. */
export function sightOf(
  service: Service,
  mapping: Mapping,
  { client, native, at, standing, tag }: Observation,
): Sight & Findable {
  const { seal, fingerprints } = service
  const masked = fingerprints.withoutSecrets(mapping, native)
  const visible = shownClient(mapping, masked, standing)
  return {
    client,
    tag: tag ?? fingerprints.ofState(mapping, native),
    record: seal.close(masked, sealPlace(client)),
    at,
    text: searchedText(visible),
    terms: termsOf(visible, mapping.registered?.(native)),
  }
}

/** A client as reads show it and searches find it: a suspended client is shown as `disabled`. */
export function shownClient(
  mapping: Mapping,
  native: Native,
  standing: Standing | undefined,
): Client {
  return showClient(shownBy(mapping, native, standing?.suspended !== undefined), native)
}

/** The stored record; `undefined` if it was sealed with a key that is no longer in use. */
export function mirroredOf(
  { seal }: Pick<Service, 'seal'>,
  entry: MirrorEntry,
): Mirrored | undefined {
  const { client: ref, record, tag, at: verifiedAt } = entry
  try {
    return { ref, native: seal.open(record, sealPlace(ref)), tag, verifiedAt }
  } catch (error) {
    if (isClientError(error, 'internal')) return undefined
    throw error
  }
}

const sealPlace = (client: ClientRef) => JSON.stringify(['mirror', resourceOf(client)])

/** All places of all providers, or of the named ones, in the order of the configuration. */
export function placesOf(
  { providers }: Pick<Service, 'providers'>,
  ids: readonly string[] = [...providers.keys()],
): readonly Place[] {
  return ids.flatMap((provider): readonly Place[] => {
    const { userPools } = providers.get(provider) ?? {}
    return userPools?.map((userPoolId) => ({ provider, userPoolId })) ?? [{ provider }]
  })
}
