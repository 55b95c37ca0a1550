/** The webhooks of a configuration: what is sent for an event, and when one that was not taken is sent again. */

import type { WebhookSettings } from '../../config/config-webhooks.ts'
import { AddressRefused, guardedPost } from '../../net/guarded-post.ts'
import { addressGuard } from '../../net/public-address.ts'
import type { Observe } from '../../observe/observe.ts'
import type { Service } from '../../service/base/service.ts'
import type { ClientEvent } from '../../service/notify/client-event.ts'
import { deliverTo, SEND_MS } from '../../service/notify/deliver.ts'
import { signedHeaders } from '../../service/notify/signature.ts'
import type { Sent, Webhook } from '../../service/notify/webhook.ts'

export interface Webhooks {
  /** One round for each; `true` if there is more to do right away. Never rejects for a receiver. */
  deliver(stopped?: () => boolean): Promise<boolean>
}

/** The first pause after a failure, twice as long after each further one, and the longest (milliseconds). */
const FIRST_PAUSE_MS = 10_000
const LONGEST_PAUSE_MS = 900_000

interface Surroundings {
  readonly service: Service
  /** Names this server. */
  readonly owner: string
  readonly observe: Observe
}

export function createWebhooks(
  settings: Readonly<Record<string, WebhookSettings>>,
  { service, owner, observe }: Surroundings,
): Webhooks {
  const all = Object.entries(settings).map(([name, one]) => ({
    ...webhookOf(name, one, service.now),
    failures: 0,
    pausedUntil: 0,
  }))
  return {
    deliver: async (stopped = () => false) => {
      const rounds = await Promise.all(
        all.map(async (one) => {
          if (service.now() < one.pausedUntil || stopped()) return false
          const round = await deliverTo(service, one, { owner, stopped })
          const { failure } = round
          one.failures = failure === undefined ? 0 : one.failures + 1
          if (failure !== undefined) {
            const pause = Math.min(FIRST_PAUSE_MS * 2 ** (one.failures - 1), LONGEST_PAUSE_MS)
            const asked = Math.min(failure.retryAfterMs ?? 0, LONGEST_PAUSE_MS)
            one.pausedUntil = service.now() + Math.max(pause, asked)
          }
          if (round.delivered > 0 || failure !== undefined) {
            observe({ kind: 'webhook', webhook: one.name, ...round })
          }
          return round.more
        }),
      )
      return rounds.includes(true)
    },
  }
}

function webhookOf(
  name: string,
  { url, keys, types, from, ca, privateAddresses }: WebhookSettings,
  now: () => number,
): Webhook {
  const isAllowed = addressGuard(privateAddresses)
  const send = async (event: ClientEvent): Promise<Sent> => {
    const body = JSON.stringify(event)
    const timestamp = Math.floor(now() / 1_000)
    const secrets = keys.map((key) => Buffer.from(key.reveal(), 'base64'))
    try {
      const { status, retryAfter } = await guardedPost({
        url,
        // CloudEvents, HTTP protocol binding 1.0.2, structured content mode.
        headers: {
          'content-type': 'application/cloudevents+json; charset=utf-8',
          'user-agent': 'clientry',
          ...signedHeaders({ id: event.id, timestamp, body }, secrets),
        },
        body,
        timeoutMs: SEND_MS,
        isAllowed,
        ...(ca === undefined ? {} : { ca }),
      })
      if (status >= 200 && status < 300) return { taken: true }
      const retryAfterMs = millisecondsOf(retryAfter, now())
      return {
        taken: false,
        why: String(status),
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
      }
    } catch (error) {
      return { taken: false, why: causeOf(error) }
    }
  }
  return { name, send, ...(types && { types: new Set(types) }), ...(from && { from }) }
}

/** RFC 9110 section 10.2.3: seconds, or a date. */
function millisecondsOf(retryAfter: string | undefined, now: number): number | undefined {
  if (retryAfter === undefined) return undefined
  const at = /^\d+$/.test(retryAfter) ? now + Number(retryAfter) * 1_000 : Date.parse(retryAfter)
  return Number.isNaN(at) ? undefined : Math.max(at - now, 0)
}

/** The code of a failed connection, or what it was; never a message of the other side. */
function causeOf(error: unknown): string {
  if (error instanceof AddressRefused) return error.message
  const { code } = error as { readonly code?: unknown }
  if (typeof code === 'string') return code
  return error instanceof Error && error.message === 'timeout' ? 'timeout' : 'failed'
}
