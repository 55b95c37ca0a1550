/**
 * The client that is copied: as its provider holds it now, or as it was when it was removed through us. Of
 * one that is suspended, with what that took away: a copy is of its settings, and that it is off is told.
 */

import { ClientError, isClientError } from '../../core/errors.ts'
import type { Mapping } from '../../core/mapping/mapping.ts'
import type { Native } from '../../core/mapping/row.ts'
import { shownBy } from '../../core/mapping/suspension.ts'
import { giveBack } from '../../core/plan/give-back.ts'
import type { Call, ClientRef } from '../../providers/call.ts'
import type { KeptElsewhere } from '../../providers/elsewhere.ts'
import type { Provider } from '../../providers/provider.ts'
import { isUnreadable } from '../../providers/unreadable.ts'
import type { Intent } from '../../store/log/entry.ts'
import type { Standing } from '../../store/log/standing.ts'
import { resourceOf } from '../../store/resource.ts'
import { checkDeadline } from '../base/retry.ts'
import { openSealed } from '../base/sealed.ts'
import type { Service } from '../base/service.ts'
import { takenBy } from '../change/suspension.ts'
import { settledHead } from '../operation/head.ts'

export interface Source {
  readonly ref: ClientRef
  readonly provider: Provider
  /** Whether the caller may be told of a client that is there no more. */
  readonly removedToo: boolean
}

/** A client as it is to be copied. */
export interface Original {
  /** Shows it, also as switched off where it is suspended. */
  readonly mapping: Mapping
  readonly native: Native
  /** Fingerprint of the state that it is in. */
  readonly tag: string
  readonly standing: Standing | undefined
  /** What its provider keeps of it outside of the record. */
  readonly elsewhere: readonly KeptElsewhere[]
}

/**
 * Gives the client.
 * @throws ClientError `not_found`, `not_restorable`, or as the provider does
 */
export async function readSource(service: Service, source: Source, call: Call): Promise<Original> {
  const { native, standing, elsewhere } = await readHeld(service, source, call)
  const { mapping } = source.provider
  const tag = service.fingerprints.ofState(mapping, native)
  if (standing?.suspended === undefined) return { mapping, native, tag, standing, elsewhere }
  const { taken, keyIsLost } = await takenBy(service, standing)
  if (keyIsLost) {
    throw new ClientError(
      'not_restorable',
      'The client is suspended, and what that took away was sealed with a key that is no longer in use; resume it first.',
    )
  }
  const { next } = giveBack(mapping, native, taken, 'theirs')
  return { mapping: shownBy(mapping, native, true), native: next, tag, standing, elsewhere }
}

async function readHeld(
  service: Service,
  { ref, provider, removedToo }: Source,
  call: Call,
): Promise<Pick<Original, 'native' | 'standing' | 'elsewhere'>> {
  try {
    for (;;) {
      checkDeadline(service, call.deadline)
      const head = await settledHead(service, { ref, deadline: call.deadline })
      const [native, elsewhere = []] = await Promise.all([
        provider.read(ref, call),
        provider.elsewhere?.read(ref, call),
      ])
      const last = await service.store.last(resourceOf(ref))
      // A change of ours meanwhile: what was read and what is known of it may not belong together.
      if (last?.seq === head?.seq) return { native, standing: last?.standing, elsewhere }
    }
  } catch (error) {
    if (!isClientError(error, 'not_found') || !removedToo) throw error
    await settledHead(service, { ref, deadline: call.deadline })
    const removal = await lastRemoval(service, ref)
    if (removal === undefined) throw error
    const sealed = await openSealed(service, removal)
    if (sealed !== undefined && isUnreadable(sealed.base)) {
      throw new ClientError(
        'not_restorable',
        'The client was removed, and its provider held no record of it that could be read.',
      )
    }
    if (sealed !== undefined) {
      const names = provider.elsewhere?.names ?? []
      const elsewhere = names.map((name) => ({ name, state: 'unread' as const }))
      return { native: sealed.base, standing: removal.standing, elsewhere }
    }
    throw new ClientError(
      'not_restorable',
      'The client was removed, and its last record was sealed with a key that is no longer in use.',
    )
  }
}

/** Entries that may follow a removal: instances that came back too late. */
const MOST_OVERLAPS = 10

/** The removal that a client's log ends with. */
async function lastRemoval(service: Service, ref: ClientRef): Promise<Intent | undefined> {
  const newest = { newestFirst: true, limit: MOST_OVERLAPS + 2 }
  const entries = await service.store.entries(resourceOf(ref), newest)
  const [closing, intent] = entries.filter(({ kind }) => kind !== 'overlap')
  const applied = closing?.kind === 'outcome' && closing.outcome === 'applied'
  return applied && intent?.kind === 'intent' && intent.action === 'remove' ? intent : undefined
}
