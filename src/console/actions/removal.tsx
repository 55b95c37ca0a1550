/** The removal of a client: what no one gets back comes first, and someone has to have read it. */

import type { ReactNode } from 'react'
import type { ClientAddress } from '../../sdk/index.ts'
import { Lines } from '../client/plan-body.tsx'
import { type ProposalFor, plannedOf } from '../client/proposal.ts'
import { api } from '../frame/session.ts'
import { TEXTS } from '../frame/texts.ts'

export const removal =
  (address: ClientAddress): ProposalFor =>
  (ifMatch) => ({
    title: TEXTS.removeTitle,
    verb: TEXTS.remove,
    plan: async (signal) => {
      const { body } = await api.deleteClient(address, { dryRun: true, ifMatch, signal })
      const facts = <Lost heading={TEXTS.irreversible} lost={body.lost} />
      return { ...plannedOf(body), facts, hasEffect: true, consent: TEXTS.removeConsent }
    },
    carryOut: async (idempotencyKey) => {
      const { body } = await api.deleteClient(address, { ifMatch, idempotencyKey })
      const shown = <Lost heading={TEXTS.irreversibleNow} lost={body.lost} />
      return { says: TEXTS.removeDone, shown, isGone: true }
    },
  })

interface LostProps {
  readonly heading: string
  readonly lost: readonly string[]
}

function Lost({ heading, lost }: LostProps): ReactNode {
  return (
    <section className="lost">
      <h3>{heading}</h3>
      <Lines values={lost} />
      <p className="quiet">{TEXTS.removeKept}</p>
    </section>
  )
}
