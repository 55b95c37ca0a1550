/** Clients of a job: what changes on each, what became of it, and why one failed. No more are drawn at once than can be read. */

import { type ReactNode, useState } from 'react'
import type { FieldChange, JobResult } from '../../sdk/index.ts'
import { Changes } from '../client/changes.tsx'
import { hrefOfClient } from '../clients/client-search.ts'
import { TEXTS } from '../frame/texts.ts'
import { Visible } from '../frame/visible-text.tsx'
import { type JobRow, outcomeOf } from './job-data.ts'

/** Drawn at first, and with each wish for more. */
const STEP = 50

interface Props {
  readonly label: string
  readonly rows: readonly JobRow[]
  /** They are shown as what would be taken back. */
  readonly isReversed?: boolean
}

export function JobRows({ label, rows, isReversed = false }: Props): ReactNode {
  const [count, setCount] = useState(STEP)
  const shown = rows.slice(0, count)
  return (
    <>
      <ol className="plain" aria-label={label}>
        {shown.map((row) => (
          <li key={row.item}>
            <Row row={row} isReversed={isReversed} />
          </li>
        ))}
      </ol>
      {rows.length > shown.length && (
        <p>
          {TEXTS.shownOf(shown.length, rows.length)}{' '}
          <button type="button" onClick={() => setCount(count + STEP)}>
            {TEXTS.showMoreClients}
          </button>
        </p>
      )}
    </>
  )
}

interface RowProps {
  readonly row: JobRow
  readonly isReversed: boolean
}

function Row({ row, isReversed }: RowProps): ReactNode {
  const { client, plan, run } = row
  const outcome = outcomeOf(row)
  const changes = run?.changes ?? plan?.changes ?? []
  const warnings = run?.warnings ?? plan?.warnings ?? []
  return (
    <div className="job-row">
      <p className="value">
        <a href={hrefOfClient(client)}>
          <Visible text={client.id} />
        </a>{' '}
        <span className="quiet">
          <Visible text={[client.provider, client.userPoolId].filter(Boolean).join(' / ')} />
        </span>{' '}
        {!isReversed && <span className={`tag ${outcome}`}>{TEXTS.jobOutcomes[outcome]}</span>}
      </p>
      <Reasons result={run ?? plan} />
      {warnings.map(({ code, message, field = '' }) => (
        <p className="finding" key={`${code} ${field}`}>
          <Visible text={message} />
        </p>
      ))}
      {(run ?? plan)?.withheld && <p className="quiet">{TEXTS.planWithheld}</p>}
      {changes.length > 0 && (
        <details>
          <summary>
            <Visible text={changes.map(({ field }) => field).join(', ')} />
          </summary>
          <Changes changes={isReversed ? changes.map(reversed) : changes} />
        </details>
      )}
    </div>
  )
}

/** Why a client failed, or what a job that reaps goes by. */
function Reasons({ result }: { readonly result: JobResult | undefined }): ReactNode {
  const { error, field, providerMessage, reap } = result ?? {}
  return (
    <>
      {error !== undefined && (
        <p className="fault">
          {field !== undefined && (
            <>
              <code>
                <Visible text={field} />
              </code>
              {': '}
            </>
          )}
          <Visible text={error} />
        </p>
      )}
      {providerMessage !== undefined && (
        <p className="quiet">
          <Visible text={providerMessage} />
        </p>
      )}
      {reap !== undefined && (
        <p className="quiet">
          {TEXTS.verdicts[reap.verdict]}
          {reap.removeAt !== undefined && ` ${TEXTS.removedAt(reap.removeAt)}`}
        </p>
      )}
    </>
  )
}

function reversed({ field, before, after, added, removed }: FieldChange): FieldChange {
  return {
    ...{ field, before: after, after: before },
    ...(removed === undefined ? {} : { added: removed }),
    ...(added === undefined ? {} : { removed: added }),
  }
}
