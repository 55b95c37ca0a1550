/** Reads and writes the logs of requests for approval. */

import { isClientError } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json/json.ts'
import type { Permission } from '../../core/rights/permissions.ts'
import type { Actor, TokenRights } from '../../store/log/actor.ts'
import {
  type ApprovalDecided,
  type ApprovalEnd,
  type ApprovalEnded,
  type ApprovalRequested,
  type Decision,
  ENDS,
} from '../../store/log/approval/approval-entry.ts'
import { following } from '../../store/log/chain.ts'
import type { Entry } from '../../store/log/entry.ts'
import { refOf, requestResource, resourceOf } from '../../store/resource.ts'
import { storedChanges } from '../base/record-storage.ts'
import type { Service } from '../base/service.ts'
import type { PendingChange } from './pending-change.ts'
import { allChanges, printOf } from './plan-print.ts'
import type { RequestState } from './request-states.ts'

export type { ApprovalEnd, ApprovalEnded, ApprovalRequested, Decision }
export { ENDS }

/** A request for approval by the entries of its log. */
export interface ApprovalView {
  readonly id: string
  readonly requested: ApprovalRequested
  readonly decided?: ApprovalDecided
  readonly ended?: ApprovalEnded
}

/** How a request stands; one that no one can approve any more has expired, whether that is recorded or not. */
export function stateOf(service: Pick<Service, 'now' | 'store'>, view: ApprovalView): RequestState {
  const { requested, decided, ended } = view
  if (ended !== undefined) return ended.end
  if (decided !== undefined) return decided.decision
  return isOver(service, requested.expiresAt) ? 'expired' : 'pending'
}

/** Whether a time has come, by the clock of the store where it has one: those of instances can differ. */
export const isOver = ({ now, store }: Pick<Service, 'now' | 'store'>, time: number): boolean =>
  timeOf({ now, store }) >= time

/** Epoch milliseconds, by that clock. */
export const timeOf = ({ now, store }: Pick<Service, 'now' | 'store'>): number =>
  now() + (store.aheadMs?.() ?? 0)

/** What was asked for, as it is carried out later. */
export interface AskedFor {
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, readonly string[]>>
  /** In base64; absent: none came. */
  readonly body?: string
}

/** Who asks, and for what. */
export interface Asking {
  readonly actor: Actor
  readonly token: TokenRights
  readonly operation: string
  readonly permission: Permission
  readonly asked: AskedFor
  /** Of the idempotency key that it came with. */
  readonly key?: { readonly log: string } | undefined
}

/** What is asked for, and what an approval of it is bound to. */
export interface RequestContent
  extends Pick<ApprovalRequested, 'place' | 'action' | 'copiedFrom' | 'job' | 'print' | 'changes'> {
  /** What limits of grants go by of the client afterwards; absent: it is to be removed, or there are many. */
  readonly after?: PendingChange['after']
}

/** The content of a request for one change. */
export function contentOf(service: Service, change: PendingChange): RequestContent {
  const { place, action, provider, after, copiedFrom } = change
  const resource = resourceOf({ id: '', ...place })
  return {
    place,
    action,
    ...(copiedFrom === undefined ? {} : { copiedFrom }),
    print: printOf(service, change),
    changes: storedChanges(service, resource, provider.mapping, allChanges(change)),
    after,
  }
}

/** Stores a request; the same one again where its key was used for it before. */
export async function storeRequest(
  service: Service,
  { actor, token, operation, permission, asked, key }: Asking,
  { after, ...content }: RequestContent,
): Promise<ApprovalView> {
  const { log } = key ?? {}
  const id = log === undefined ? service.newId() : idOfKey(service, log)
  const resource = requestResource(id)
  const at = timeOf(service)
  const sealed = { asked: asked as unknown as Json, after: (after ?? null) as unknown as Json }
  const requested: ApprovalRequested = following(undefined, {
    kind: 'approval_requested' as const,
    resource,
    at,
    actor,
    token,
    operation,
    permission,
    ...content,
    expiresAt: at + service.requestsWaitMs,
    // What was asked for goes with the records of clients, once these are old enough.
    sealed: (service.historySeal ?? service.seal).close(sealed, placeOf(resource, 'asked')),
  })
  if (await service.store.append(requested)) {
    await service.reached?.('request recorded')
    return { id, requested }
  }
  return (await findRequest(service, id)) ?? { id, requested }
}

/** The same key stands for the same request. */
const idOfKey = ({ fingerprints }: Pick<Service, 'fingerprints'>, log: string) =>
  fingerprints.ofText('approval request', log).slice(0, ID_CHARACTERS)
const ID_CHARACTERS = 32

const placeOf = (resource: string, what: string) => JSON.stringify([what, resource])

/** A request by its id; `undefined` if there is none. */
export async function findRequest(
  { store }: Pick<Service, 'store'>,
  id: string,
): Promise<ApprovalView | undefined> {
  const [requested, ...rest] = await store.entries(requestResource(id), { limit: 3 })
  if (requested?.kind !== 'approval_requested') return undefined
  const decided = rest.find((entry) => entry.kind === 'approval_decided')
  const ended = rest.find((entry) => entry.kind === 'approval_ended')
  return { id, requested, ...(decided && { decided }), ...(ended && { ended }) }
}

/** What was asked for, and what limits go by of the client afterwards; `undefined`: it was sealed with a key that is gone. */
export function openAsked(
  { seal }: Pick<Service, 'seal'>,
  { resource, sealed }: ApprovalRequested,
): { readonly asked: AskedFor; readonly after: PendingChange['after'] } | undefined {
  const opened = open({ seal }, sealed, placeOf(resource, 'asked'))
  if (opened === undefined) return undefined
  const { asked, after } = opened as unknown as {
    readonly asked: AskedFor
    readonly after: NonNullable<PendingChange['after']> | null
  }
  return { asked, after: after ?? undefined }
}

/** The client that a request copies. */
export const sourceOf = ({ copiedFrom }: ApprovalRequested) =>
  copiedFrom === undefined ? undefined : refOf(copiedFrom)

/** What someone said with a decision. */
export function commentOf(
  service: Pick<Service, 'seal'>,
  { resource, sealed }: ApprovalDecided,
): string | undefined {
  if (sealed === undefined) return undefined
  const comment = open(service, sealed, placeOf(resource, 'comment'))?.comment
  return typeof comment === 'string' ? comment : undefined
}

function open({ seal }: Pick<Service, 'seal'>, sealed: string, place: string) {
  try {
    return seal.open(sealed, place)
  } catch (error) {
    if (isClientError(error, 'internal')) return undefined
    throw error
  }
}

/** Appends a decision; `undefined`: someone else was first. */
export async function decide(
  service: Service,
  view: ApprovalView,
  decision: {
    readonly decision: Decision
    readonly actor: Actor
    readonly token: TokenRights
    readonly comment?: string | undefined
    readonly deadline?: number
  },
): Promise<ApprovalView | undefined> {
  const { comment, ...own } = decision
  const { resource } = view.requested
  const words = { comment: comment ?? null } as JsonObject
  const decided: ApprovalDecided = following(view.requested, {
    kind: 'approval_decided' as const,
    resource,
    at: timeOf(service),
    ...own,
    ...(comment === undefined
      ? {}
      : { sealed: service.seal.close(words, placeOf(resource, 'comment')) }),
  })
  if (!(await service.store.append(decided))) return undefined
  await service.reached?.('decision recorded')
  return { ...view, decided }
}

/** Appends what came of a request; the first one to know says so, and the others find it. */
export async function endRequest(
  service: Service,
  view: ApprovalView,
  end: Pick<ApprovalEnded, 'end' | 'operationId' | 'created' | 'code'>,
): Promise<ApprovalView> {
  const before: Entry = view.decided ?? view.requested
  const { resource } = view.requested
  const body = { kind: 'approval_ended' as const, resource, at: timeOf(service), ...end }
  const ended: ApprovalEnded = following(before, body)
  const appended = await service.store.append(ended)
  await service.reached?.('request ended')
  return appended ? { ...view, ended } : ((await findRequest(service, view.id)) ?? view)
}
