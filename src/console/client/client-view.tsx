/** One client: every field in groups, an edit of any of them, its plan, and the history. */

import { type ReactNode, useCallback, useEffect, useState } from 'react'
import type { Answer, Client, ClientAddress, FieldName, Plan } from '../../sdk/index.ts'
import { Failure } from '../frame/failure.tsx'
import { hrefOf } from '../frame/place.ts'
import { api } from '../frame/session.ts'
import { TEXTS } from '../frame/texts.ts'
import { Visible, visible } from '../frame/visible-text.tsx'
import { useCaller, useClient, useHistory, useProvider, useRefresh } from './client-data.ts'
import {
  type Difference,
  type Draft,
  differencesOf,
  type FieldEdit,
  patchOf,
  withEdit,
} from './draft.ts'
import { FieldGroup } from './field-group.tsx'
import { FIELD_ROWS, type GroupName } from './fields.ts'
import { PlanPanel, type Proposal } from './plan-panel.tsx'
import { Timeline } from './timeline.tsx'

const GROUPS = Object.keys(TEXTS.groups) as readonly GroupName[]
const FIELDS = Object.keys(FIELD_ROWS) as readonly FieldName[]

/** What someone wants to see the plan of: their edit, or the way back to a revision. */
type Intention = { readonly kind: 'edit' } | { readonly kind: 'rollback'; readonly to: number }

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
  const [isApplied, setIsApplied] = useState(false)
  const { data: provider } = useProvider(client.provider)
  const { data: caller } = useCaller()
  const rights =
    caller?.providers.find((one) => one.provider === client.provider)?.permissions ?? []
  const history = useHistory(address, rights.includes('history:read'))
  const refresh = useRefresh(address)
  const { refetch } = useClient(address)
  const count = Object.keys(draft).length

  const edit = useCallback((field: FieldName, one: FieldEdit | undefined) => {
    setIsApplied(false)
    setDraft((before) => withEdit(before, field, one))
  }, [])
  const moved = useCallback(async () => {
    const { data: now } = await refetch()
    if (now !== undefined) setConflict(differencesOf(client, now.client, FIELDS))
  }, [refetch, client])

  useEffect(() => {
    if (count === 0) return
    const ask = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', ask)
    return () => window.removeEventListener('beforeunload', ask)
  }, [count])

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
      {isApplied && (
        <p className="done" role="status">
          {TEXTS.applied}
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
      <Timeline
        history={history}
        mayRead={caller === undefined || rights.includes('history:read')}
        mayWrite={rights.includes('clients:write')}
        goBack={(to) => setIntention({ kind: 'rollback', to })}
      />
      {count > 0 && (
        <section className="draft" aria-label={TEXTS.edits(count)}>
          <span>{TEXTS.edits(count)}</span>
          <button type="button" onClick={() => setDraft({})}>
            {TEXTS.discard}
          </button>
          <button type="button" className="main" onClick={() => setIntention({ kind: 'edit' })}>
            {TEXTS.preview}
          </button>
        </section>
      )}
      {intention !== undefined && (
        <ProposedPanel
          key={attempt}
          {...{ address, etag, draft, intention, conflict }}
          onConflict={() => void moved()}
          onContinue={() => {
            setConflict(undefined)
            setAttempt(attempt + 1)
          }}
          onApplied={() => {
            if (intention.kind === 'edit') setDraft({})
            setIntention(undefined)
            setIsApplied(true)
            void refresh()
          }}
          onClose={() => {
            setIntention(undefined)
            setConflict(undefined)
          }}
        />
      )}
    </>
  )
}

interface ProposedProps {
  readonly address: ClientAddress
  readonly etag: string
  readonly draft: Draft
  readonly intention: Intention
  readonly conflict: readonly Difference[] | undefined
  onConflict(): void
  onContinue(): void
  onApplied(): void
  onClose(): void
}

/** The panel over one proposal: for the state that was on the screen when it was opened. */
function ProposedPanel({ address, etag, draft, intention, ...panel }: ProposedProps): ReactNode {
  const [proposal] = useState((): Proposal => {
    const patch = patchOf(draft)
    if (intention.kind === 'edit') {
      return {
        title: TEXTS.planTitle,
        plan: (signal) => api.updateClient(address, patch, { dryRun: true, ifMatch: etag, signal }),
        carryOut: (idempotencyKey) =>
          api.updateClient(address, patch, { ifMatch: etag, idempotencyKey }),
      }
    }
    const { to } = intention
    return {
      title: TEXTS.rollbackTitle,
      plan: (signal): Promise<Answer<Plan>> =>
        api.rollbackClient(address, { to }, { dryRun: true, ifMatch: etag, signal }),
      carryOut: (idempotencyKey) =>
        api.rollbackClient(address, { to }, { ifMatch: etag, idempotencyKey }),
    }
  })
  return <PlanPanel proposal={proposal} {...panel} />
}
