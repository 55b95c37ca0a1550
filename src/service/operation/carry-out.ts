/** Steps 5 to 7 of a safe change: send, compare the result with the plan, close the intent. */

import { shareState } from '../../core/diff.ts'
import { ClientError, type ErrorCode, isClientError } from '../../core/errors.ts'
import { identical } from '../../core/json/json.ts'
import type { Native, Warning } from '../../core/mapping/row.ts'
import { hiddenTexts, providerWords } from '../../core/secrecy/provider-words.ts'
import type { Call, Step } from '../../providers/call.ts'
import type { LiveSecret } from '../../providers/secrets.ts'
import { following } from '../../store/log/chain.ts'
import { candidatesFor } from '../access/fresh-look.ts'
import { notApplied, whenUnknown } from '../base/next-step.ts'
import { storedState } from '../base/record-storage.ts'
import { withRetries } from '../base/retry.ts'
import type { Service } from '../base/service.ts'
import { settlementOf } from './actions.ts'
import { missedOf, progressOf } from './change-progress.ts'
import { ignored } from './conflict.ts'
import { explained } from './dangling.ts'
import { isOpen } from './read-back.ts'
import type { Running, Settled } from './running.ts'
import { close } from './settle.ts'

/**
 * How the record after the steps is learned. `answered`: from the answer of a single step that has
 * it, else by reading back. `as read`: it is the base, since nothing is sent. `gone`: there is
 * none.
 */
export type After = 'answered' | 'as read' | 'gone'

/** What to send, and how the record after it is learned. */
export interface Sending {
  readonly steps: readonly Step[]
  readonly after: After
}

export interface Done {
  /** For a removed client, the record before. */
  readonly native: Native
  /** Fingerprint of its state. */
  readonly tag: string
  readonly warnings: readonly Warning[]
  /** The secret that a rotation has added. */
  readonly secret?: LiveSecret
  readonly operationId: string
}

/**
 * Sends the steps and closes the intent with the outcome.
 * @throws ClientError the provider's, if nothing was changed; `outcome_unknown`; `change_unresolved`
 */
export async function carryOut(
  service: Service,
  running: Running,
  sending: Sending,
  call: Call,
): Promise<Done> {
  const progress = { first: false }
  let native: Native | undefined
  try {
    native = asPlanned(running, await sendAll(service, running, sending, call, progress))
    await service.reached?.('state known')
  } catch (error) {
    if (!progress.first || !isRefusal(error)) return settleNow(service, running, call, error)
    const providerMessage = wordsOf(running, error)
    const settled = { outcome: 'not_applied', native: running.base, providerMessage } as const
    await close(service, running, settled, 'request')
    throw failureOf(running, await explained(running, error, call))
  }
  const secret = running.added?.()
  const shownSecret = secret === undefined ? {} : { secret }
  return finish(service, running, { ...effectOf(service, running, native), native, ...shownSecret })
}

/**
 * The planned record itself where the provider shows exactly that: what was worked out for it holds, and is not again. One
 * that differs in what moves by itself is another record in the same state.
 */
function asPlanned({ next, provider }: Running, native: Native | undefined): Native | undefined {
  if (native === undefined || identical(native, next)) return native && next
  shareState(provider.mapping, next, native)
  return native
}

/** What came of it, by what the provider holds: an answer that it was done is not taken for it. */
function effectOf(
  { fingerprints }: Service,
  running: Running,
  native: Native | undefined,
): Pick<Settled, 'missed'> & { readonly outcome: 'applied' | 'partly_applied' | 'not_applied' } {
  const { isExpected, ownLog: isNew } = settlementOf(running.intent)
  // A client that is new held nothing before.
  if (native === undefined || isNew) return { outcome: 'applied' }
  const { mapping } = running.provider
  const { base, next } = running
  const aimed = mapping.expected?.({ base, next }, native) ?? next
  const { missed, whole } = missedOf(mapping, { base, next: aimed }, native, {
    isExpected: (field) => isExpected(running, field),
    fingerprintOf: fingerprints.ofSecret,
  })
  if (missed.length === 0) return { outcome: 'applied' }
  return { outcome: whole ? 'not_applied' : 'partly_applied', missed }
}

/**
 * Returns the record after the change, `undefined` if it is gone: from the answer of a single step
 * if it has it, else by a read-back.
 */
async function sendAll(
  service: Service,
  { provider, ref, base }: Running,
  { steps, after }: Sending,
  call: Call,
  progress: { first: boolean },
): Promise<Native | undefined> {
  let answered: Native | undefined
  for (const [index, step] of steps.entries()) {
    // Only a refusal of the first step proves that nothing was changed.
    progress.first = index === 0
    answered = await step.send(call)
    progress.first = false
    await service.reached?.('step sent')
  }
  if (after === 'gone') return undefined
  if (after === 'as read') return base
  const whole = steps.length === 1 ? answered : undefined
  return whole ?? provider.read(ref, call)
}

/** Codes that prove that the failed call changed nothing. */
const REFUSALS: readonly ErrorCode[] = [
  'provider_refused',
  'provider_throttled',
  'provider_unavailable',
  'provider_misconfigured',
  'client_gone',
  'deadline_exceeded',
  'not_found',
]

const isRefusal = (error: unknown) => REFUSALS.some((code) => isClientError(error, code))

/** The outcome is uncertain: read back now, within the rest of the deadline. */
async function settleNow(
  service: Service,
  running: Running,
  call: Call,
  cause: unknown,
): Promise<Done> {
  const settled = await lookUntilKnown(service, running, call, cause).catch(async (error) => {
    // An instance that was delayed past its deadline has no time left to look.
    const open = await isOpen(service, running.intent).catch(() => true)
    if (open) throw unknown(running, error)
    return overlap(service, running)
  })
  if (settled.outcome === 'applied') return finish(service, running, settled)
  const refused = settled.outcome === 'not_applied' && isRefusal(cause)
  const words = refused ? wordsOf(running, cause) : undefined
  const closing = close(service, running, { ...settled, providerMessage: words }, 'request')
  const { appended } = await closing.catch((error) => {
    throw unknown(running, error)
  })
  if (!appended) return overlap(service, running, settled.native)
  if (settled.outcome === 'conflict') {
    const { intent } = running
    throw settlementOf(intent).conflict(intent, candidatesFor(service, intent, settled.candidates))
  }
  if (isRefusal(cause)) throw failureOf(running, await explained(running, cause, call))
  const says =
    'The provider failed during the change. The client was read back: nothing was changed.'
  const lasting = isClientError(cause) && cause.details.lasting === true
  const details = lasting ? { cause, lasting } : { cause }
  throw failureOf(running, new ClientError('provider_unavailable', says, details))
}

/** Looks as often as the deadline allows; the provider's pace keeps the requested pauses. */
function lookUntilKnown(service: Service, running: Running, call: Call, cause: unknown) {
  const look = () => settlementOf(running.intent).look(service, running, call, !isRefusal(cause))
  return withRetries(service, call.deadline, look)
}

/**
 * Closes the intent after the provider has answered, and reports what is not as planned.
 * @throws ClientError `not_applied`, `partly_applied` if the provider confirmed a change that it did not make
 */
async function finish(service: Service, running: Running, settled: Settled): Promise<Done> {
  // The change is in force: if the store fails now, the intent stays open and is settled later.
  const closing = close(service, running, settled, 'request')
  const { appended, surprises, tag } = await closing.catch((cause) => {
    throw unknown(running, cause)
  })
  const native = settled.native ?? running.next
  if (!appended) return overlap(service, running, native)
  const { secret, outcome, missed } = settled
  if (outcome === 'not_applied' || outcome === 'partly_applied') {
    throw ignored(running.intent, outcome, missed)
  }
  return {
    native,
    // If no record was found, this is the tag of the base.
    tag: tag ?? running.intent.baseTag,
    operationId: running.intent.operationId,
    ...(secret === undefined ? {} : { secret }),
    warnings: surprises.map(({ field }) => ({
      code: 'not_as_planned',
      field: `client.${field}`,
      message: `client.${field} is not as planned: the provider or someone else set it meanwhile.`,
    })),
  }
}

/**
 * This instance was delayed past its deadline, and another one has closed the intent. No provider
 * takes fencing tokens, so the overlap cannot be prevented; it is recorded and reported.
 */
async function overlap(service: Service, running: Running, native?: Native): Promise<never> {
  await recordOverlap(service, running, native).catch((cause) => {
    throw unknown(running, cause)
  })
  const { intent } = running
  const { conflict, candidates } = settlementOf(intent)
  throw conflict(intent, native && candidates(running, native))
}

async function recordOverlap(
  service: Service,
  { intent, provider, base, next }: Running,
  native: Native | undefined,
): Promise<void> {
  const { store, fingerprints } = service
  const inForce =
    native !== undefined && progressOf(provider.mapping, base, next, native) === 'after'
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const last = await store.last(intent.resource)
    if (last?.kind === 'intent') {
      // The number after an open intent belongs to its outcome.
      await service.sleep(PAUSE_MS)
      continue
    }
    // If the client could not be read, the next change compares it with the last known state.
    const { tag, state } = { tag: undefined, state: undefined, ...last }
    const overlap = following(
      last,
      {
        kind: 'overlap' as const,
        resource: intent.resource,
        at: service.now(),
        operationId: intent.operationId,
        ...(native === undefined
          ? { ...(tag && { tag }), ...(state && { state }) }
          : {
              tag: fingerprints.ofState(provider.mapping, native),
              state: storedState(service, intent.resource, provider.mapping, native),
            }),
      },
      inForce ? intent : undefined,
    )
    if (await store.append(overlap)) return
  }
}

/** By then (5 s) another instance's change is over, or its own outcome reports what it met. */
const MAX_TRIES = 100
const PAUSE_MS = 50

function unknown({ intent }: Running, cause: unknown): ClientError {
  return new ClientError(
    'outcome_unknown',
    `The change was sent and its outcome could not be learned in time. The server will settle it by itself. ${whenUnknown(intent.operationId)}`,
    { operationId: intent.operationId, outcome: 'unknown', cause },
  )
}

/** The error of a change that is recorded as not applied. */
const failureOf = (running: Running, error: unknown): unknown =>
  isClientError(error) ? notApplied(inItsWords(running, error), running.intent.operationId) : error

/** With what the provider said, for those who may see the client of which it speaks. */
function inItsWords(running: Running, error: ClientError): ClientError {
  const { said: _, ...details } = error.details
  const providerMessage = running.maySeeClient === false ? undefined : wordsOf(running, error)
  return new ClientError(error.code, error.message, {
    ...details,
    ...(providerMessage === undefined ? {} : { providerMessage }),
  })
}

/** What the provider said, without the secrets of the client. */
function wordsOf({ provider, base, next, rotation }: Running, error: unknown): string | undefined {
  const said = isClientError(error) ? error.details.said : undefined
  const secrets = [base, next].flatMap((record) => hiddenTexts(provider.mapping, record))
  const { value } = rotation ?? {}
  return providerWords(said, value === undefined ? secrets : [...secrets, value])
}
