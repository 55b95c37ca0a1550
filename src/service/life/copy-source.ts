/**
 * The source of a copy: the client as its provider holds it now, or as it was when it was removed
 * through Clientry. For a suspended client, it includes what the suspension removed: the settings
 * are copied, and the report says that it is off.
 */

import { ClientError, isClientError } from '../../core/errors.ts'
import type { Mapping } from '../../core/mapping/mapping.ts'
import type { Native } from '../../core/mapping/row.ts'
import { shownBy } from '../../core/mapping/suspension.ts'
import { giveBack } from '../../core/plan/give-back.ts'
import type { Call, ClientRef } from '../../providers/call.ts'
import type { KeptElsewhere } from '../../providers/elsewhere.ts'
import type { Provider } from '../../providers/provider.ts'
import type { Standing } from '../../store/log/standing.ts'
import { resourceOf } from '../../store/resource.ts'
import { subjectOf } from '../access/fresh-look.ts'
import { removedRecord } from '../access/removed-record.ts'
import { checkDeadline } from '../base/retry.ts'
import type { Service } from '../base/service.ts'
import { removalsBy } from '../change/suspension.ts'
import { settledHead } from '../operation/head.ts'
import { lastKnown } from './last-known.ts'

export interface Source {
  readonly ref: ClientRef
  readonly provider: Provider
  /** Whether the caller may see a client that no longer exists. */
  readonly removedToo: boolean
}

/** A client as it will be copied. */
export interface Original {
  /** Shows the client, as switched off if it is suspended. */
  readonly mapping: Mapping
  readonly native: Native
  /** Fingerprint of its state. */
  readonly tag: string
  readonly standing: Standing | undefined
  /** What its provider keeps of it outside of the record. */
  readonly elsewhere: readonly KeptElsewhere[]
}

/**
 * Reads the client.
 * @throws ClientError `not_found`, `not_restorable`, or as the provider does
 */
export async function readSource(service: Service, source: Source, call: Call): Promise<Original> {
  const { native, standing, elsewhere } = await readHeld(service, source, call)
  const { mapping } = source.provider
  service.access?.(source.ref)?.look(subjectOf(source.provider, source.ref, native, standing))
  const tag = service.fingerprints.ofState(mapping, native)
  if (standing?.suspended === undefined) return { mapping, native, tag, standing, elsewhere }
  const { removals, keyIsLost } = await removalsBy(service, mapping, standing)
  if (keyIsLost) {
    throw new ClientError(
      'not_restorable',
      'The client is suspended, and what the suspension removed was sealed with a key that is no longer in use. Resume the client first.',
    )
  }
  const { next } = giveBack(mapping, native, removals, 'theirs')
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
      // After a change meanwhile, the record that was read and the known standing may not belong together.
      if (last?.seq === head?.seq) return { native, standing: last?.standing, elsewhere }
    }
  } catch (error) {
    if (!isClientError(error, 'not_found', 'client_gone') || !removedToo) throw error
    if (isClientError(error, 'client_gone')) {
      const latest = await lastKnown(service, { ref, provider }, error)
      return { ...latest, elsewhere: unreadBy(provider) }
    }
    await settledHead(service, { ref, deadline: call.deadline })
    const removed = await removedRecord(service, ref)
    if (removed === undefined) throw error
    return { ...removed, elsewhere: unreadBy(provider) }
  }
}

/** What a provider may keep of a client of which nothing can be read any more. */
const unreadBy = ({ elsewhere }: Provider): readonly KeptElsewhere[] =>
  elsewhere?.names.map((name) => ({ name, state: 'unread' as const })) ?? []
