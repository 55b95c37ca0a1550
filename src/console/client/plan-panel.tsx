/**
 * The side panel through which every change goes: first the plan of the server (what would change, warnings, the exact request to the
 * provider), and only from there the change itself, for the very state that the plan was made of.
 */

import { useMutation, useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { ClientryError } from '../../sdk/index.ts'
import { Failure } from '../frame/failure.tsx'
import { hrefOf } from '../frame/place.ts'
import { StepUp } from '../frame/step-up.tsx'
import { TEXTS } from '../frame/texts.ts'
import { Changes } from './changes.tsx'
import type { Difference } from './draft.ts'
import { PlanBody } from './plan-body.tsx'
import type { Outcome, Planned, Proposal } from './proposal.ts'

interface Props {
  readonly proposal: Proposal
  /** What others have changed; absent: nothing that is known. */
  readonly conflict?: readonly Difference[] | undefined
  /** The client has changed since it was read; absent: what is proposed is about no state that was read. */
  onConflict?(): void
  /** Plans the same again, on the new state. */
  onContinue?(): void
  /** It is done; where it has nothing to show the panel is closed with it. Until this ends it is shown as running. */
  onApplied(outcome: Outcome): Promise<void>
  onClose(): void
}

export function PlanPanel(props: Props): ReactNode {
  const { proposal, conflict, onConflict, onContinue, onApplied, onClose } = props
  const dialog = useRef<HTMLDialogElement>(null)
  const [key] = useState(() => crypto.randomUUID())
  const planned = useQuery({
    queryKey: ['plan', key],
    queryFn: ({ signal }) => proposal.plan(signal),
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    enabled: conflict === undefined,
  })
  const carried = useMutation({
    mutationFn: () => proposal.carryOut(key),
    // What it shows can be a secret: it goes with the panel.
    gcTime: 0,
    onSuccess: onApplied,
  })
  const error = carried.error ?? planned.error
  const hasMoved = onConflict !== undefined && codeOf(error) === 'precondition_failed'
  const waiting = error instanceof ClientryError ? error.request : undefined
  const shown = carried.data?.shown
  useEffect(() => {
    dialog.current?.showModal()
  }, [])
  useEffect(() => {
    if (hasMoved && conflict === undefined) onConflict?.()
  }, [hasMoved, conflict, onConflict])
  return (
    <dialog
      ref={dialog}
      className="panel"
      aria-labelledby="plan"
      onClose={onClose}
      // What is shown once is not closed by a key that was pressed for something else.
      onCancel={(event) => {
        if (shown !== undefined) event.preventDefault()
      }}
    >
      {conflict !== undefined ? (
        <>
          <h2 id="plan">{TEXTS.conflict}</h2>
          <p>{TEXTS.conflictSays}</p>
          {conflict.length === 0 ? <p>{TEXTS.conflictNothing}</p> : <Changes changes={conflict} />}
        </>
      ) : shown !== undefined ? (
        <>
          <h2 id="plan">{carried.data?.says ?? TEXTS.applied}</h2>
          {shown}
        </>
      ) : (
        <>
          <h2 id="plan">{proposal.title}</h2>
          {planned.isPending && !hasMoved && <p className="loading">{TEXTS.loading}</p>}
          {planned.data !== undefined && <PlanBody plan={planned.data} />}
          {waiting !== undefined && <Waiting id={waiting.id} />}
          {codeOf(error) === 'step_up_required' ? (
            <StepUp
              onDone={() => {
                carried.reset()
                void planned.refetch()
              }}
            />
          ) : (
            error !== null && !hasMoved && waiting === undefined && <Failure error={error} />
          )}
        </>
      )}
      <div className="buttons">
        {conflict === undefined &&
          shown === undefined &&
          waiting === undefined &&
          planned.data !== undefined && (
            <Apply
              plan={planned.data}
              verb={proposal.verb ?? TEXTS.apply}
              isRunning={carried.isPending}
              onApply={() => carried.mutate()}
            />
          )}
        {conflict !== undefined && (
          <button type="button" className="main" onClick={onContinue}>
            {TEXTS.previewAgain}
          </button>
        )}
        <button type="button" onClick={() => dialog.current?.close()}>
          {TEXTS.close}
        </button>
      </div>
    </dialog>
  )
}

/** The change was stored, and not carried out. */
function Waiting({ id }: { readonly id: string }): ReactNode {
  return (
    <div className="notice" role="status">
      <p>
        <strong>{TEXTS.mustWait}.</strong> {TEXTS.mustWaitSays}
      </p>
      <p>
        <a href={hrefOf('request', { id })}>{TEXTS.toRequest}</a>
      </p>
    </div>
  )
}

const codeOf = (error: unknown) => (error instanceof ClientryError ? error.code : undefined)

interface ApplyProps {
  readonly plan: Planned
  readonly verb: string
  readonly isRunning: boolean
  onApply(): void
}

/** The only way on; absent where nothing would happen. */
function Apply({ plan, verb, isRunning, onApply }: ApplyProps): ReactNode {
  const [isAgreed, setIsAgreed] = useState(false)
  const { changes, hasEffect = changes.length > 0, consent } = plan
  if (!hasEffect) return null
  return (
    <>
      {consent !== undefined && (
        <label className="consent">
          <input
            type="checkbox"
            checked={isAgreed}
            onChange={({ target }) => setIsAgreed(target.checked)}
          />
          {consent}
        </label>
      )}
      <button
        type="button"
        className="main"
        disabled={isRunning || (consent !== undefined && !isAgreed)}
        onClick={onApply}
      >
        {isRunning ? TEXTS.applying : verb}
      </button>
    </>
  )
}
