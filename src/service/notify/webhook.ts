/** Where events go: a webhook, what became of what was sent to it, and what sending takes of the program. */

import type { Service } from '../base/service.ts'
import type { ClientEvent, EventType } from './client-event.ts'
import type { Course } from './position.ts'

/** What became of an event that was sent. */
export type Sent =
  | { readonly taken: true }
  /** `why`: a status or the kind of failure; `retryAfterMs`: as long as the receiver asks for. */
  | { readonly taken: false; readonly why: string; readonly retryAfterMs?: number }

export interface Webhook extends Course {
  /** Absent: all. */
  readonly types?: ReadonlySet<EventType>
  send(event: ClientEvent): Promise<Sent>
}

/** What delivering needs of the program. */
export type Notifying = Pick<Service, 'store' | 'now' | 'providers' | 'seal' | 'requestsWaitMs'>

/** Whether an event is one of those that a webhook gets. */
export const isEventOf =
  ({ types }: Webhook) =>
  ({ type }: ClientEvent) =>
    types?.has(type) ?? true
