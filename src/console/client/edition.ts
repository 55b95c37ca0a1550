/** The two changes of settings that can be proposed: an edit, and the way back to a revision. */

import type { ClientAddress } from '../../sdk/index.ts'
import { api } from '../frame/session.ts'
import { TEXTS } from '../frame/texts.ts'
import { type Draft, patchOf } from './draft.ts'
import { type ProposalFor, plannedOf } from './proposal.ts'

/** What someone has edited. */
export const edition =
  (address: ClientAddress, draft: Draft): ProposalFor =>
  (ifMatch) => {
    const patch = patchOf(draft)
    return {
      title: TEXTS.planTitle,
      plan: async (signal) =>
        plannedOf((await api.updateClient(address, patch, { dryRun: true, ifMatch, signal })).body),
      carryOut: async (idempotencyKey) => {
        await api.updateClient(address, patch, { ifMatch, idempotencyKey })
        return {}
      },
    }
  }

/** The way back to a revision; 0 is what was there before the first change. */
export const rollback =
  (address: ClientAddress, to: number): ProposalFor =>
  (ifMatch) => {
    // Known once the plan is there: what cannot be restored someone has to agree to.
    let allowPartial = false
    return {
      title: TEXTS.rollbackTitle,
      plan: async (signal) => {
        const { body } = await api.rollbackClient(
          address,
          { to },
          { dryRun: true, ifMatch, signal },
        )
        allowPartial = body.warnings.some(({ code }) => code === 'not_restored')
        return { ...plannedOf(body), ...(allowPartial ? { consent: TEXTS.partialConsent } : {}) }
      },
      carryOut: async (idempotencyKey) => {
        const request = { to, ...(allowPartial ? { allowPartial } : {}) }
        await api.rollbackClient(address, request, { ifMatch, idempotencyKey })
        return {}
      },
    }
  }
