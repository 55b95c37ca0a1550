/** Proposals about what is not edited here: the panel with the plan, what others changed meanwhile, and what came of it. */

import { type ReactNode, useState } from 'react'
import { TEXTS } from '../frame/texts.ts'
import type { Difference } from './draft.ts'
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
  const [conflict, setConflict] = useState<readonly Difference[]>()
  const [attempt, setAttempt] = useState(0)
  const { moved } = proposal ?? {}
  const onConflict = () => void moved?.().then(setConflict, () => setConflict([]))
  const panel = proposal !== undefined && (
    <PlanPanel
      key={attempt}
      proposal={proposal}
      conflict={conflict}
      {...(moved === undefined ? {} : { onConflict })}
      onContinue={() => {
        setConflict(undefined)
        setAttempt(attempt + 1)
      }}
      onApplied={async (result) => {
        await refresh()
        setOutcome(result)
        if (result.shown === undefined) setProposal(undefined)
      }}
      onClose={() => {
        setProposal(undefined)
        setConflict(undefined)
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
