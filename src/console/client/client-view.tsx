/** One client: every field in groups, an edit of any of them, its plan, and the history. */

import { type ReactNode, useCallback, useEffect, useState } from 'react'
import { visible } from '../../core/page/text.ts'
import type { Client, ClientAddress, FieldName } from '../../sdk/index.ts'
import { Copying } from '../actions/copy.tsx'
import { Keys } from '../actions/keys.tsx'
import { Leases } from '../actions/leases.tsx'
import { Moves } from '../actions/moves.tsx'
import { Secrets } from '../actions/secrets.tsx'
import { Toolbar } from '../actions/toolbar.tsx'
import { Failure } from '../frame/failure.tsx'
import { goTo, hrefOf } from '../frame/place.ts'
import { TEXTS } from '../frame/texts.ts'
import { Visible } from '../frame/visible-text.tsx'
import {
  rightsAt,
  useCaller,
  useClient,
  useHistory,
  useProvider,
  useRefresh,
} from './client-data.ts'
import { type Difference, type Draft, differencesOf, type FieldEdit, withEdit } from './draft.ts'
import { edition, rollback } from './edition.ts'
import { FieldGroup } from './field-group.tsx'
import type { GroupName } from './fields.ts'
import { PlanPanel } from './plan-panel.tsx'
import type { Outcome, ProposalFor } from './proposal.ts'
import { Timeline } from './timeline.tsx'

const GROUPS = Object.keys(TEXTS.groups) as readonly GroupName[]

/** What someone wants to see the plan of. */
interface Intention {
  readonly make: ProposalFor
  /** It is the draft. */
  readonly isEdit?: boolean
}

export function ClientView({ address }: { readonly address: ClientAddress }): ReactNode {
  const { data, error, refetch } = useClient(address)
  useEffect(() => {
    document.title = `${visible(data?.client.name ?? address.id)} · ${TEXTS.name}`
  }, [data, address.id])
  return (
    <div className="client">
      <p>
        <a href={hrefOf('clients', {})} className="back">
          ← {TEXTS.back}
        </a>
      </p>
      {data === undefined && (
        <h1>
          <Visible text={address.id} />
        </h1>
      )}
      {error !== null && <Failure error={error} again={() => void refetch()} />}
      {data === undefined && error === null && <p className="loading">{TEXTS.loading}</p>}
      {data !== undefined && <Loaded address={address} client={data.client} etag={data.etag} />}
    </div>
  )
}

interface LoadedProps {
  readonly address: ClientAddress
  readonly client: Client
  readonly etag: string
}

function Loaded({ address, client, etag }: LoadedProps): ReactNode {
  const [draft, setDraft] = useState<Draft>({})
  const [intention, setIntention] = useState<Intention>()
  const [conflict, setConflict] = useState<readonly Difference[]>()
  const [attempt, setAttempt] = useState(0)
  const [applied, setApplied] = useState<Outcome>()
  const { data: provider } = useProvider(client.provider)
  const { data: caller } = useCaller()
  const rights = rightsAt(caller, client.provider)
  const history = useHistory(address, rights.includes('history:read'))
  const refresh = useRefresh(address)
  const { refetch } = useClient(address)
  const count = Object.keys(draft).length

  const edit = useCallback((field: FieldName, one: FieldEdit | undefined) => {
    setApplied(undefined)
    setDraft((before) => withEdit(before, field, one))
  }, [])
  const moved = useCallback(async () => {
    const { data: now } = await refetch()
    if (now !== undefined) setConflict(differencesOf(client, now.client))
  }, [refetch, client])

  useEffect(() => {
    if (count === 0) return
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', ask)
    return () => window.removeEventListener('beforeunload', ask)
  }, [count])

  const propose = (make: ProposalFor) => {
    setApplied(undefined)
    setIntention({ make })
  }
  const actions = { address, client, provider, rights, propose }
  return (
    <>
      <header className="title">
        <h1>
          <Visible text={client.name ?? client.id} />
        </h1>
        <p className="quiet">
          <code>
            <Visible text={client.id} />
          </code>{' '}
          <Visible text={[client.provider, client.userPoolId].filter(Boolean).join(' / ')} />{' '}
          {client.protected === true && <span className="tag">{TEXTS.protected}</span>}{' '}
          {client.suspension !== undefined && <span className="tag">{TEXTS.suspended}</span>}{' '}
          {client.disabled && <span className="tag">{TEXTS.off}</span>}
        </p>
        {(client.warnings ?? []).map(({ code, message }) => (
          <p className="notice" key={`${code} ${message}`}>
            <Visible text={message} />
          </p>
        ))}
      </header>
      <Toolbar {...actions} />
      {applied !== undefined && (
        <p className="done" role="status">
          {applied.says ?? TEXTS.applied}
        </p>
      )}
      {GROUPS.map((group) => (
        <FieldGroup
          key={group}
          group={group}
          address={address}
          client={client}
          provider={provider}
          rights={rights}
          draft={draft}
          history={history.items}
          edit={edit}
        />
      ))}
      <Secrets {...actions} />
      <Keys {...actions} />
      <Leases {...actions} />
      <Moves {...actions} />
      <Copying {...actions} />
      <Timeline
        history={history}
        mayRead={caller === undefined || rights.includes('history:read')}
        mayWrite={rights.includes('clients:write')}
        goBack={(to) => setIntention({ make: rollback(address, to) })}
      />
      {count > 0 && (
        <section className="draft" aria-label={TEXTS.edits(count)}>
          <span>{TEXTS.edits(count)}</span>
          <button type="button" onClick={() => setDraft({})}>
            {TEXTS.discard}
          </button>
          <button
            type="button"
            className="main"
            onClick={() => setIntention({ make: edition(address, draft), isEdit: true })}
          >
            {TEXTS.preview}
          </button>
        </section>
      )}
      {intention !== undefined && (
        <ProposedPanel
          key={attempt}
          {...{ etag, intention, conflict }}
          onConflict={() => void moved()}
          onContinue={() => {
            setConflict(undefined)
            setAttempt(attempt + 1)
          }}
          onApplied={async (outcome) => {
            // What is proposed next is for the state after this.
            await refresh(outcome.isGone === true)
            if (intention.isEdit === true) setDraft({})
            setApplied(outcome)
            if (outcome.shown === undefined) setIntention(undefined)
          }}
          onClose={() => {
            setIntention(undefined)
            setConflict(undefined)
            if (applied?.isGone === true) goTo(hrefOf('clients', {}))
          }}
        />
      )}
    </>
  )
}

interface ProposedProps {
  readonly etag: string
  readonly intention: Intention
  readonly conflict: readonly Difference[] | undefined
  onConflict(): void
  onContinue(): void
  onApplied(outcome: Outcome): Promise<void>
  onClose(): void
}

/** The panel over one proposal: for the state that was on the screen when it was opened. */
function ProposedPanel({ etag, intention, ...panel }: ProposedProps): ReactNode {
  const [proposal] = useState(() => intention.make(etag))
  return <PlanPanel proposal={proposal} {...panel} />
}
