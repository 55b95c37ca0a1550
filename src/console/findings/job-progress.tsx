/** How a job stands that was begun here, until it waits for someone or has ended. */

import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useEffect } from 'react'
import type { Job } from '../../sdk/index.ts'
import { Failure } from '../frame/failure.tsx'
import { api } from '../frame/session.ts'
import { TEXTS } from '../frame/texts.ts'
import { Visible } from '../frame/visible-text.tsx'

const AGAIN_MS = 1_000
const AT_WORK: readonly Job['state'][] = ['submitted', 'planning', 'running']

export function JobProgress({ id }: { readonly id: string }): ReactNode {
  const queries = useQueryClient()
  const { data, error, refetch } = useQuery({
    queryKey: ['job', id],
    queryFn: async ({ signal }) => (await api.getJob(id, { signal })).body,
    refetchInterval: ({ state }) =>
      state.data !== undefined && AT_WORK.includes(state.data.state) ? AGAIN_MS : false,
  })
  const hasEnded = data !== undefined && !AT_WORK.includes(data.state)
  useEffect(() => {
    if (!hasEnded) return
    for (const name of ['lint', 'overview', 'clients'])
      void queries.invalidateQueries({ queryKey: [name] })
  }, [hasEnded, queries])
  if (error !== null) return <Failure error={error} again={() => void refetch()} />
  if (data === undefined) return <p className="loading">{TEXTS.loading}</p>
  const { applied, unchanged, failed } = data.counts
  return (
    <div role="status">
      <p>
        {TEXTS.fixesStates[data.state]} {TEXTS.fixesDone(applied + unchanged, failed, data.total)}
      </p>
      {data.reason !== undefined && (
        <p className="notice">
          <Visible text={data.reason} />
        </p>
      )}
      <p className="quiet">
        {TEXTS.jobId} <code>{id}</code>
      </p>
    </div>
  )
}
