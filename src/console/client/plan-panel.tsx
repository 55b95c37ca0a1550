/**
 * The side panel through which every change goes: first the plan of the server (what would change, warnings, the exact request to the
 * provider), and only from there the change itself, for the very state that the plan was made of.
 */

import { useMutation, useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { type Answer, type Client, ClientryError, type Plan } from '../../sdk/index.ts'
import { Failure } from '../frame/failure.tsx'
import { shownJson } from '../frame/json-text.ts'
import { TEXTS } from '../frame/texts.ts'
import { Visible, VisibleJson } from '../frame/visible-text.tsx'
import { Changes } from './changes.tsx'
import type { Difference } from './draft.ts'

/** A change that can be planned and carried out. */
export interface Proposal {
  readonly title: string
  plan(signal: AbortSignal): Promise<Answer<Plan>>
  /** `key`: the same for each attempt, so that a second one has no second effect. */
  carryOut(key: string): Promise<Answer<Client>>
}

interface Props {
  readonly proposal: Proposal
  /** What others have changed; absent: nothing that is known. */
  readonly conflict: readonly Difference[] | undefined
  /** The client has changed since it was read. */
  onConflict(): void
  /** Plans the same edit again, on the new state. */
  onContinue(): void
  onApplied(): void
  onClose(): void
}

export function PlanPanel(props: Props): ReactNode {
  const { proposal, conflict, onConflict, onContinue, onApplied, onClose } = props
  const dialog = useRef<HTMLDialogElement>(null)
  const [key] = useState(() => crypto.randomUUID())
  const planned = useQuery({
    queryKey: ['plan', key],
    queryFn: async ({ signal }) => (await proposal.plan(signal)).body,
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    enabled: conflict === undefined,
  })
  const carried = useMutation({ mutationFn: () => proposal.carryOut(key), onSuccess: onApplied })
  const error = carried.error ?? planned.error
  const hasMoved = error instanceof ClientryError && error.code === 'precondition_failed'
  useEffect(() => {
    dialog.current?.showModal()
  }, [])
  useEffect(() => {
    if (hasMoved && conflict === undefined) onConflict()
  }, [hasMoved, conflict, onConflict])
  return (
    <dialog ref={dialog} className="panel" aria-labelledby="plan" onClose={onClose}>
      {conflict === undefined ? (
        <>
          <h2 id="plan">{proposal.title}</h2>
          {planned.isPending && !hasMoved && <p className="loading">{TEXTS.loading}</p>}
          {planned.data !== undefined && <PlanBody plan={planned.data} />}
          {error !== null && !hasMoved && <Failure error={error} />}
        </>
      ) : (
        <>
          <h2 id="plan">{TEXTS.conflict}</h2>
          <p>{TEXTS.conflictSays}</p>
          {conflict.length === 0 ? <p>{TEXTS.conflictNothing}</p> : <Changes changes={conflict} />}
        </>
      )}
      <div className="buttons">
        {conflict === undefined &&
          planned.data !== undefined &&
          planned.data.changes.length > 0 && (
            <button
              type="button"
              className="main"
              disabled={carried.isPending}
              onClick={() => carried.mutate()}
            >
              {carried.isPending ? TEXTS.applying : TEXTS.apply}
            </button>
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

function PlanBody({ plan }: { readonly plan: Plan }): ReactNode {
  const { changes, warnings, requests } = plan
  return (
    <>
      <p className="quiet">{TEXTS.planSays}</p>
      {changes.length === 0 ? <p>{TEXTS.nothingChanges}</p> : <Changes changes={changes} />}
      {warnings.length > 0 && (
        <section className="warnings">
          <h3>{TEXTS.warnings}</h3>
          <ul>
            {warnings.map(({ code, message, field = '' }) => (
              <li key={`${code} ${field} ${message}`}>
                <Visible text={message} />
              </li>
            ))}
          </ul>
        </section>
      )}
      {requests.length > 0 && (
        <section>
          <h3>{TEXTS.requests}</h3>
          {requests.map((request) => (
            <Request key={shownJson(request)} request={request} />
          ))}
        </section>
      )}
    </>
  )
}

/** One call to the provider: its method and target, then all of it. */
function Request({ request }: { readonly request: Plan['requests'][number] }): ReactNode {
  const { method, target, body } = request
  const head = [method, target].filter((one) => typeof one === 'string').join(' ')
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it can be longer than the panel, and is scrolled by keyboard
    <pre tabIndex={0} role="region" aria-label={TEXTS.requests}>
      <Visible text={head} />
      {'\n'}
      <VisibleJson value={body ?? null} />
    </pre>
  )
}
