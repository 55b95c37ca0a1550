/**
 * What the mirror keeps of a client, and how it learns of changes. Secrets are replaced by fingerprints
 * before anything is kept; the rest is sealed whole, since how a client authenticates can hang on members
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
import type { Provider } from '../../providers/provider.ts'
import type { Standing } from '../../store/log/standing.ts'
import type { Findable, Found, Place, Sight } from '../../store/mirror.ts'
import { resourceOf } from '../../store/resource.ts'
import type { Service } from '../base/service.ts'

/** A client as the mirror knows it. */
export interface Mirrored {
  readonly ref: ClientRef
  /** Each secret is a fingerprint; shows and lints as the record itself does. */
  readonly native: Native
  /** Fingerprint of the state with its secrets. */
  readonly tag: string
  /** Epoch milliseconds. */
  readonly verifiedAt: number
}

/** What was seen of a client. */
interface Seen {
  readonly client: ClientRef
  readonly native: Native
  /** Epoch milliseconds. */
  readonly at: number
  /** What holds for it beside its settings, as the newest entry of its log says. */
  readonly standing?: Standing | undefined
}

/** A record as the mirror keeps it. */
export function sightOf(
  service: Service,
  mapping: Mapping,
  { client, native, at, standing }: Seen,
): Sight & Findable {
  const { seal, fingerprints } = service
  const masked = fingerprints.withoutSecrets(mapping, native)
  const shown = shownClient(mapping, masked, standing)
  return {
    client,
    tag: fingerprints.ofState(mapping, native),
    record: seal.close(masked, sealPlace(client)),
    at,
    text: searchedText(shown),
    terms: termsOf(shown),
  }
}

/** A client as reads show it and searches find it: one that is off because it was suspended is `disabled`. */
export function shownClient(
  mapping: Mapping,
  native: Native,
  standing: Standing | undefined,
): Client {
  return showClient(shownBy(mapping, native, standing?.suspended !== undefined), native)
}

/** What was kept; `undefined` where it was sealed with a key that is no longer in use. */
export function mirroredOf({ seal }: Service, found: Found): Mirrored | undefined {
  const { client: ref, record, tag, at: verifiedAt } = found
  try {
    return { ref, native: seal.open(record, sealPlace(ref)), tag, verifiedAt }
  } catch (error) {
    if (isClientError(error, 'internal')) return undefined
    throw error
  }
}

const sealPlace = (client: ClientRef) => JSON.stringify(['mirror', resourceOf(client)])

/**
 * Keeps what a change of ours has left at the time when it ended (epoch milliseconds), however late that
 * comes to be kept: `native` is `undefined` where the client is gone. Whether it can be kept is no
 * part of the change, and what fails here is told by the store and mended by the next round.
 */
export async function keepMirrored(
  service: Service,
  { provider, ref }: { readonly provider: Provider; readonly ref: ClientRef },
  {
    native,
    at,
    standing,
  }: Omit<Seen, 'client' | 'native'> & { readonly native: Native | undefined },
): Promise<void> {
  const { mirror } = service.store
  if (mirror === undefined) return
  try {
    if (native === undefined) await mirror.remove(ref, at)
    else {
      const seen = { client: ref, native, at, standing }
      await mirror.put(sightOf(service, provider.mapping, seen), true)
    }
  } catch (error) {
    if (!isClientError(error, 'store_unavailable')) throw error
  }
}

/** All places of the providers, or of those that are named, in the order of the configuration. */
export function placesOf(
  { providers }: Pick<Service, 'providers'>,
  ids: readonly string[] = [...providers.keys()],
): readonly Place[] {
  return ids.flatMap((provider): readonly Place[] => {
    const { userPools } = providers.get(provider) ?? {}
    return userPools?.map((userPoolId) => ({ provider, userPoolId })) ?? [{ provider }]
  })
}
