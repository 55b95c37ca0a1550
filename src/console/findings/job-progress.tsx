/** How a job stands that was begun here; its own view has all of it. */

import type { ReactNode } from 'react'
import { Failure } from '../frame/failure.tsx'
import { hrefOf } from '../frame/place.ts'
import { TEXTS } from '../frame/texts.ts'
import { Visible } from '../frame/visible-text.tsx'
import { useJob } from '../jobs/job-data.ts'

export function JobProgress({ id }: { readonly id: string }): ReactNode {
  const { data, error, refetch } = useJob(id)
  if (error !== null) return <Failure error={error} again={() => void refetch()} />
  if (data === undefined) return <p className="loading">{TEXTS.loading}</p>
  const { state, reason, total, counts } = data
  return (
    <>
      <p role="status">
        <span className="tag">{TEXTS.jobStates[state]}</span>{' '}
        {TEXTS.fixesDone(counts.applied + counts.unchanged, counts.failed, total)}
      </p>
      {reason !== undefined && (
        <p className="notice">
          <Visible text={reason} />
        </p>
      )}
      <p>
        <a href={hrefOf('job', { id })}>{TEXTS.toFixes}</a>
      </p>
    </>
  )
}
