/** What was done to the client, newest first, with before and after, and the way back to each state. */

import type { ReactNode } from 'react'
import type { HistoryItem } from '../../sdk/index.ts'
import { hrefOfClient } from '../clients/client-search.ts'
import { Time } from '../clients/columns.tsx'
import { Failure } from '../frame/failure.tsx'
import { TEXTS } from '../frame/texts.ts'
import { Visible } from '../frame/visible-text.tsx'
import { Changes } from './changes.tsx'
import type { useHistory } from './client-data.ts'

interface Props {
  readonly history: ReturnType<typeof useHistory>
  readonly mayRead: boolean
  readonly mayWrite: boolean
  /** Shows the plan of going back to a revision. */
  goBack(to: number): void
}

export function Timeline({ history, mayRead, mayWrite, goBack }: Props): ReactNode {
  const { items, error, refetch, hasNextPage, fetchNextPage, isPending } = history
  const isWhole = mayRead && !isPending && !hasNextPage
  return (
    <section className="group timeline" aria-labelledby="history">
      <h2 id="history">{TEXTS.history}</h2>
      {!mayRead && <p className="quiet">{TEXTS.noHistoryRight}</p>}
      {error !== null && <Failure error={error} again={() => void refetch()} />}
      {isWhole && items.length === 0 && error === null && (
        <p className="quiet">
          {TEXTS.noHistory} {TEXTS.noHistorySays}
        </p>
      )}
      <ol>
        {items.map((item, index) => (
          <Entry
            key={`${item.revision} ${item.at}`}
            item={item}
            // The newest state is where the client is.
            {...(mayWrite && index > 0 && item.revision > 0 ? { goBack } : {})}
          />
        ))}
      </ol>
      {hasNextPage && (
        <button type="button" onClick={() => void fetchNextPage()}>
          {TEXTS.moreHistory}
        </button>
      )}
      {isWhole && mayWrite && items.length > 0 && (
        <button type="button" onClick={() => goBack(0)}>
          {TEXTS.rollbackFirst}
        </button>
      )}
    </section>
  )
}

interface EntryProps {
  readonly item: HistoryItem
  /** Among those of other clients. */
  readonly isAmongOthers?: boolean
  goBack?(to: number): void
}

/** One change, or what was noticed. */
export function Entry({ item, isAmongOthers, goBack }: EntryProps): ReactNode {
  const {
    kind,
    at,
    outcome,
    actor,
    action,
    changes,
    surprises = [],
    revision,
    providerMessage,
  } = item
  return (
    <li className={kind === 'change' ? outcome : kind}>
      <p>
        <strong>
          {kind === 'outside_change' && TEXTS.outside}
          {kind === 'overlap' && TEXTS.overlap}
          {kind === 'change' && (action ?? TEXTS.change)}
        </strong>{' '}
        {kind === 'change' && <span className="tag">{TEXTS.outcomes[outcome]}</span>}{' '}
        <Time time={at} />{' '}
        {actor !== undefined && (
          <span className="quiet">
            <Visible text={TEXTS.by(actor.subject)} />
          </span>
        )}
      </p>
      {isAmongOthers === true && (
        <p>
          <a href={hrefOfClient(item.client)}>
            <Visible text={item.client.id} />
          </a>{' '}
          <span className="quiet">
            <Visible
              text={[item.client.provider, item.client.userPoolId].filter(Boolean).join(' / ')}
            />
          </span>
        </p>
      )}
      {providerMessage !== undefined && (
        <p className="quiet">
          <Visible text={providerMessage} />
        </p>
      )}
      <Changes changes={changes} />
      {surprises.length > 0 && (
        <>
          <p>{TEXTS.surprises}</p>
          <Changes changes={surprises} />
        </>
      )}
      {goBack !== undefined && (
        <button
          type="button"
          aria-label={TEXTS.rollbackNamed(revision)}
          onClick={() => goBack(revision)}
        >
          {TEXTS.rollback}
        </button>
      )}
    </li>
  )
}
