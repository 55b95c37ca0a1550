/** Suspended, resumed, protected: what the plan of each shows. */

import type { ReactNode } from 'react'
import type { Client, ClientAddress } from '../../sdk/index.ts'
import { Lines } from '../client/plan-body.tsx'
import { type ProposalFor, plannedOf } from '../client/proposal.ts'
import { api } from '../frame/session.ts'
import { TEXTS } from '../frame/texts.ts'

/** Switches the client off until it is resumed. */
export const suspension =
  (address: ClientAddress): ProposalFor =>
  (ifMatch) => ({
    title: TEXTS.suspendTitle,
    verb: TEXTS.suspend,
    plan: async (signal) => {
      const { body } = await api.suspendClient(address, {}, { dryRun: true, ifMatch, signal })
      return { ...plannedOf(body), facts: <GoesOn client={body.client} /> }
    },
    carryOut: async (idempotencyKey) => {
      await api.suspendClient(address, {}, { ifMatch, idempotencyKey })
      return { says: TEXTS.suspendDone }
    },
  })

/** No provider takes back what it has given out. */
function GoesOn({ client }: { readonly client: Client }): ReactNode {
  const { doesNotStop = [] } = client.suspension ?? {}
  if (doesNotStop.length === 0) return null
  return (
    <section>
      <h3>{TEXTS.doesNotStop}</h3>
      <Lines values={doesNotStop} />
    </section>
  )
}

/** Switches it on again, as it was. */
export const resumption =
  (address: ClientAddress): ProposalFor =>
  (ifMatch) => {
    // Known once the plan is there: what cannot be given back someone has to agree to.
    let allowPartial = false
    return {
      title: TEXTS.resumeTitle,
      verb: TEXTS.resume,
      plan: async (signal) => {
        const { body } = await api.resumeClient(address, {}, { dryRun: true, ifMatch, signal })
        allowPartial = body.warnings.some(({ code }) => code === 'not_restored')
        const consent = allowPartial ? { consent: TEXTS.partialConsent } : {}
        return { ...plannedOf(body), hasEffect: true, ...consent }
      },
      carryOut: async (idempotencyKey) => {
        const request = allowPartial ? { allowPartial } : {}
        await api.resumeClient(address, request, { ifMatch, idempotencyKey })
        return { says: TEXTS.resumeDone }
      },
    }
  }

/** Keeps it from being removed and suspended, or no longer. */
export const protection =
  (address: ClientAddress, on: boolean): ProposalFor =>
  (ifMatch) => ({
    title: on ? TEXTS.protectTitle : TEXTS.unprotectTitle,
    verb: on ? TEXTS.protect : TEXTS.unprotect,
    plan: async (signal) => {
      const request = { protected: on }
      const { body } = await api.protectClient(address, request, { dryRun: true, ifMatch, signal })
      const facts = <p>{on ? TEXTS.protectSays : TEXTS.unprotectSays}</p>
      return { ...plannedOf(body), facts, hasEffect: true }
    },
    carryOut: async (idempotencyKey) => {
      await api.protectClient(address, { protected: on }, { ifMatch, idempotencyKey })
      return { says: on ? TEXTS.protectDone : TEXTS.unprotectDone }
    },
  })
