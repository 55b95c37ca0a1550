/** One request for approval: who asks for what, exactly what it changes, the decision, and what came of it. */

import { type ReactNode, useEffect, useState } from 'react'
import type { Actor, ApprovalRequest, Caller } from '../../sdk/index.ts'
import { Changes } from '../client/changes.tsx'
import { mayApproveAt, useCaller, useRefreshAll } from '../client/client-data.ts'
import type { Proposal } from '../client/proposal.ts'
import { Entry } from '../client/timeline.tsx'
import { useProposal } from '../client/use-proposal.tsx'
import { hrefOfClient } from '../clients/client-search.ts'
import { Time } from '../clients/columns.tsx'
import { Fact, Who } from '../frame/facts.tsx'
import { Failure } from '../frame/failure.tsx'
import { TextInput } from '../frame/form.tsx'
import { hrefOf } from '../frame/place.ts'
import { TEXTS } from '../frame/texts.ts'
import { Visible } from '../frame/visible-text.tsx'
import { approval, completion, PlanNotice, rejection, withdrawal } from './decision.tsx'
import { titleOf, useOperation, useRequest } from './request-data.ts'
import { RequestTitle } from './requests-view.tsx'

/** The longest comment that the server takes (docs/http.md). */
const LONGEST_COMMENT = 1_000

export function RequestView({ id }: { readonly id: string }): ReactNode {
  const { data: request, error, refetch } = useRequest(id)
  const { propose, panel, done } = useProposal(useRefreshAll())
  const title = request === undefined ? TEXTS.requests : titleOf(request.operation)
  useEffect(() => {
    document.title = `${title} · ${TEXTS.name}`
  }, [title])
  return (
    <div className="client">
      <p>
        <a href={hrefOf('requests', {})} className="back">
          ← {TEXTS.backToRequests}
        </a>
      </p>
      <header className="title">
        <h1>{request === undefined ? title : <RequestTitle request={request} />}</h1>
      </header>
      {error !== null && <Failure error={error} again={() => void refetch()} />}
      {request === undefined && error === null && <p className="loading">{TEXTS.loading}</p>}
      {done}
      {request !== undefined && (
        <>
          <Facts request={request} />
          <section className="group" aria-labelledby="request-plan">
            <h2 id="request-plan">{TEXTS.requestPlan}</h2>
            <PlanNotice request={request} />
            <Changes changes={request.changes ?? []} />
          </section>
          <Deciding request={request} propose={propose} />
          {request.operationId !== undefined && <Result operationId={request.operationId} />}
        </>
      )}
      {panel}
    </div>
  )
}

function Facts({ request }: { readonly request: ApprovalRequest }): ReactNode {
  const { state, operation, client, submittedBy, submittedAt, expiresAt } = request
  const { decidedBy, decidedAt, comment, code, job } = request
  return (
    <section className="group" aria-label={TEXTS.state}>
      <p>
        <span className={`tag ${state}`}>{TEXTS.requestStates[state]}</span>{' '}
        {TEXTS.requestSays[state]}
      </p>
      <dl>
        <Fact label={TEXTS.operation}>
          <code>
            <Visible text={operation} />
          </code>
        </Fact>
        {client.id !== undefined && (
          <Fact label={TEXTS.clientOf}>
            <a href={hrefOfClient({ ...client, id: client.id })}>
              <Visible text={client.id} />
            </a>
          </Fact>
        )}
        {job !== undefined && (
          <Fact label={TEXTS.jobOfRequest}>
            <a href={hrefOf('job', { id: job.id })}>
              <Visible text={job.id} />
            </a>
          </Fact>
        )}
        <Fact label={TEXTS.askedBy}>
          <Who actor={submittedBy} />
        </Fact>
        <Fact label={TEXTS.askedAt}>
          <Time time={submittedAt} /> <span className="quiet facts">{submittedAt}</span>
        </Fact>
        {state === 'pending' && <Fact label={TEXTS.expiry}>{expiresAt}</Fact>}
        {decidedBy !== undefined && (
          <Fact label={TEXTS.decidedBy}>
            <Who actor={decidedBy} /> {decidedAt !== undefined && <Time time={decidedAt} />}
          </Fact>
        )}
        {comment !== undefined && (
          <Fact label={TEXTS.comment}>
            <span className="text">
              <Visible text={comment} />
            </span>
          </Fact>
        )}
        {code !== undefined && (
          <Fact label={TEXTS.failedBy}>
            <code>{code}</code>
          </Fact>
        )}
      </dl>
    </section>
  )
}

interface DecidingProps {
  readonly request: ApprovalRequest
  propose(proposal: Proposal): void
}

/** What the caller can do about a request that has not ended, or why nothing. */
function Deciding({ request, propose }: DecidingProps): ReactNode {
  const { id, state, client, submittedBy, decidedBy } = request
  const { data: caller } = useCaller()
  const [comment, setComment] = useState('')
  const isInterrupted = state === 'approved' && isCaller(caller, decidedBy)
  if (caller === undefined || (state !== 'pending' && !isInterrupted)) return null
  const isOwn = isCaller(caller, submittedBy)
  const mayApprove = !isOwn && mayApproveAt(caller, client.provider)
  return (
    <section className="group" aria-labelledby="decide">
      <h2 id="decide">{TEXTS.decide}</h2>
      {isOwn && <p>{TEXTS.ownRequest}</p>}
      {!isOwn && !mayApprove && <p className="quiet">{TEXTS.asksOnly}</p>}
      {isInterrupted && (
        <button type="button" onClick={() => propose(completion(id))}>
          {TEXTS.complete}
        </button>
      )}
      {!isInterrupted && (isOwn || mayApprove) && (
        <>
          <div className="plan-form">
            <TextInput
              label={TEXTS.comment}
              value={comment}
              isLong
              maxLength={LONGEST_COMMENT}
              onChange={setComment}
            />
          </div>
          <div className="buttons">
            {mayApprove && (
              <button type="button" onClick={() => propose(approval(id, comment))}>
                {TEXTS.approve}
              </button>
            )}
            {mayApprove && (
              <button type="button" onClick={() => propose(rejection(id, comment))}>
                {TEXTS.reject}
              </button>
            )}
            {isOwn && (
              <button type="button" onClick={() => propose(withdrawal(id, comment))}>
                {TEXTS.withdraw}
              </button>
            )}
          </div>
        </>
      )}
    </section>
  )
}

const isCaller = (caller: Caller | undefined, actor: Actor | undefined) =>
  caller !== undefined && caller.subject === actor?.subject && caller.issuer === actor.issuer

/** The change itself, as the history has it. */
function Result({ operationId }: { readonly operationId: string }): ReactNode {
  const { data, error } = useOperation(operationId)
  return (
    <section className="group timeline" aria-labelledby="result">
      <h2 id="result">{TEXTS.result}</h2>
      {error !== null && <Failure error={error} />}
      {data !== undefined && (
        <ol>
          <Entry item={data} />
        </ol>
      )}
    </section>
  )
}
