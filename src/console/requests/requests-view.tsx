/** Changes that wait for the approval of someone else, and what became of others; the state is in the address. */

import { type ReactNode, useEffect } from 'react'
import type { ApprovalRequest, RequestState } from '../../sdk/index.ts'
import { useCaller } from '../client/client-data.ts'
import { Time } from '../clients/columns.tsx'
import { Failure } from '../frame/failure.tsx'
import { ChoiceInput } from '../frame/form.tsx'
import { hrefOf, type Place, replacePlace } from '../frame/place.ts'
import { StepUp } from '../frame/step-up.tsx'
import { TEXTS } from '../frame/texts.ts'
import { Visible } from '../frame/visible-text.tsx'
import { ANY_STATE, REQUEST_STATES, stateIn, titleOf, useRequests } from './request-data.ts'

export function RequestsView({ place }: { readonly place: Place }): ReactNode {
  const state = stateIn(place)
  const found = useRequests(state)
  const { items, error, refetch, hasNextPage, fetchNextPage, isPending, isFetchingNextPage } = found
  useEffect(() => {
    document.title = `${TEXTS.requests} · ${TEXTS.name}`
  }, [])
  return (
    <div className="client" aria-busy={isPending || found.isPlaceholderData}>
      <h1>{TEXTS.requests}</h1>
      <p className="quiet">{TEXTS.requestsSay}</p>
      <search className="search">
        <ChoiceInput
          label={TEXTS.state}
          value={state ?? ANY_STATE}
          options={[
            [ANY_STATE, TEXTS.anyState],
            ...REQUEST_STATES.map((one) => [one, TEXTS.requestStates[one]] as const),
          ]}
          onChange={(one) =>
            replacePlace(hrefOf('requests', { state: one === 'pending' ? undefined : one }))
          }
        />
      </search>
      <AboutSecrets onDone={() => void refetch()} />
      {error !== null && <Failure error={error} again={() => void refetch()} />}
      {isPending && <p className="loading">{TEXTS.loading}</p>}
      {!isPending && items.length === 0 && error === null && <Empty state={state} />}
      <ol className="plain" aria-label={TEXTS.requests}>
        {items.map((request) => (
          <li key={request.id}>
            <Line request={request} />
          </li>
        ))}
      </ol>
      {hasNextPage && (
        <button type="button" disabled={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          {TEXTS.moreRequests}
        </button>
      )}
    </div>
  )
}

function Line({ request }: { readonly request: ApprovalRequest }): ReactNode {
  const { id, state, submittedBy, submittedAt, changes = [] } = request
  return (
    <>
      <span>
        <a href={hrefOf('request', { id })}>
          <RequestTitle request={request} />
        </a>{' '}
        <span className="quiet facts">
          <Visible text={TEXTS.by(submittedBy.subject)} /> <Time time={submittedAt} />
          {changes.length > 0 && (
            <Visible text={` · ${changes.map(({ field }) => field).join(', ')}`} />
          )}
        </span>
      </span>
      <span className={`tag ${state}`}>{TEXTS.requestStates[state]}</span>
    </>
  )
}

/** What is asked for, of any kind: the operation, and what it is about. */
export function RequestTitle({ request }: { readonly request: ApprovalRequest }): ReactNode {
  const { operation, client, job } = request
  const { id = TEXTS.newClient, provider, userPoolId } = client
  const what = job === undefined ? id : TEXTS.clientsOf(job.clients)
  const places = job?.providers ?? [provider, userPoolId].filter((one) => one !== undefined)
  return (
    <>
      <Visible text={`${titleOf(operation)}: ${what}`} />{' '}
      <span className="quiet">
        <Visible text={places.join(job === undefined ? ' / ' : ', ')} />
      </span>
    </>
  )
}

function Empty({ state }: { readonly state: RequestState | undefined }): ReactNode {
  const isWaiting = state === 'pending'
  return (
    <div className="empty">
      <h2>{isWaiting ? TEXTS.noneWaiting : TEXTS.noRequest}</h2>
      <p>{TEXTS.requestsTeach}</p>
      {state !== undefined && (
        <a href={hrefOf('requests', { state: ANY_STATE })}>{TEXTS.showAllRequests}</a>
      )}
    </div>
  )
}

/** Requests that take a permission which counts after a fresh sign-in alone are hidden until then. */
function AboutSecrets({ onDone }: { onDone(): void }): ReactNode {
  const { data: caller } = useCaller()
  const isStale = (caller?.providers ?? []).some(({ afterSignIn = [] }) =>
    afterSignIn.includes('secrets:rotate'),
  )
  if (!isStale) return null
  return (
    <details>
      <summary>{TEXTS.secretRequests}</summary>
      <StepUp onDone={onDone} />
    </details>
  )
}
