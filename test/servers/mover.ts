/** A move of a redirect URI by the service, as its routes and its sweep make it. */

import type { ClientRef } from '../../src/providers/call.ts'
import type { ChangeRequest } from '../../src/service/base/request.ts'
import type { Service } from '../../src/service/base/service.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { confirmOnceAccepted } from '../../src/service/move/acceptance.ts'
import { requestFor } from '../contract/service.ts'
import type { Application } from './moving.ts'

const PATIENCE_MS = 60_000

/**
 * Changes of one client's redirect URI: `move` in three steps, `replace` in one. No login is under way when a move is
 * narrowed, so no code waits to be redeemed, and a clock of its own passes the time that codes have.
 */
export function moverOf(instance: Service, ref: ClientRef) {
  let ahead = 0
  const service: Service = { ...instance, now: () => instance.now() + ahead }
  const change = (patch: ChangeRequest['patch']) => {
    const deadline = service.now() + PATIENCE_MS
    return changeClient(service, { ...requestFor(service, ref, {}), deadline, patch })
  }
  const merge = (client: object) => change(requestFor(service, ref, client).patch)
  return {
    /** How each new redirect URI was known to be accepted. */
    move: async (from: string, to: string, application: Application): Promise<string> => {
      const { standing } = await change({ kind: 'move', from, to })
      const move = standing?.moves?.[0]
      if (move === undefined) throw new Error('No move is open.')
      const { provider, actor, requestId } = requestFor(service, ref, {})
      const until = service.now() + PATIENCE_MS
      const confirming = { ref, provider, move, actor, requestId, deadline: until }
      const after = await confirmOnceAccepted(service, confirming, until)
      const by = after?.moves?.[0]?.widened?.by
      if (by === undefined) throw new Error(`${to} is not accepted.`)
      await application.deploy(to)
      await application.quiet()
      const early = (after?.moves?.[0]?.widened?.narrowFrom ?? 0) - service.now()
      if (early > 0) {
        // Who logged in a moment ago has a code for the old one.
        const narrowed = await change({ kind: 'narrow_move', from }).catch((error) => error.code)
        if (narrowed !== 'move_state') throw new Error('It was narrowed too early.')
        ahead += early
      }
      await change({ kind: 'narrow_move', from })
      return by
    },
    replace: async (from: string, to: string, application: Application): Promise<void> => {
      await merge({ callbacks: { add: [to], remove: [from] } })
      await application.deploy(to)
      await application.quiet()
    },
  }
}
