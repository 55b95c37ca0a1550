/** Proposals about what has no state to be edited: the panel with the plan, and what came of it. */

import { type ReactNode, useState } from 'react'
import { TEXTS } from '../frame/texts.ts'
import { PlanPanel } from './plan-panel.tsx'
import type { Outcome, Proposal } from './proposal.ts'

interface Proposing {
  /** Shows the plan. */
  propose(proposal: Proposal): void
  /** The panel, while a plan is shown. */
  readonly panel: ReactNode
  /** One sentence on what was done last. */
  readonly done: ReactNode
}

/** `refresh`: reads what is on the screen anew, also where a plan was closed, since it may have shown something newer. */
export function useProposal(refresh: () => Promise<unknown>): Proposing {
  const [proposal, setProposal] = useState<Proposal>()
  const [outcome, setOutcome] = useState<Outcome>()
  const panel = proposal !== undefined && (
    <PlanPanel
      proposal={proposal}
      onApplied={async (result) => {
        await refresh()
        setOutcome(result)
        if (result.shown === undefined) setProposal(undefined)
      }}
      onClose={() => {
        setProposal(undefined)
        void refresh()
      }}
    />
  )
  return {
    propose: (one) => {
      setOutcome(undefined)
      setProposal(one)
    },
    panel,
    done: outcome !== undefined && (
      <p className="done" role="status">
        {outcome.says ?? TEXTS.applied}
      </p>
    ),
  }
}
