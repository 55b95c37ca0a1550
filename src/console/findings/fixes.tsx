/** Fixes as proposals: of one finding on its client, and of many clients as a job. Each has its plan first. */

import type {
  Client,
  ClientName,
  ClientPatch,
  Finding,
  JobClient,
  JobResult,
} from '../../sdk/index.ts'
import { Changes } from '../client/changes.tsx'
import { differencesOf } from '../client/draft.ts'
import { type Proposal, plannedOf } from '../client/proposal.ts'
import { api } from '../frame/session.ts'
import { TEXTS } from '../frame/texts.ts'
import { Visible } from '../frame/visible-text.tsx'
import type { Found } from './findings-data.ts'
import { JobProgress } from './job-progress.tsx'

/** Clients of which a job can be planned within one request (docs/jobs.md). */
export const MOST_AT_ONCE = 100

/** The fix of one finding, for the state of the client that its plan was made of. */
export function fixOf(client: ClientName, mend: NonNullable<Finding['mend']>): Proposal {
  let ifMatch = ''
  let planned: Client | undefined
  return {
    title: TEXTS.planTitle,
    plan: async (signal) => {
      const { body, etag = '' } = await api.getClient(client, { signal })
      ifMatch = etag
      planned = body
      const dry = { dryRun: true as const, ifMatch, signal }
      return plannedOf((await api.updateClient(client, mend.client, dry)).body)
    },
    moved: async () => {
      const { body: now } = await api.getClient(client)
      return planned === undefined ? [] : differencesOf(planned, now)
    },
    carryOut: async (idempotencyKey) => {
      await api.updateClient(client, mend.client, { ifMatch, idempotencyKey })
      return { says: TEXTS.fixDone }
    },
  }
}

/** The fixes of many findings as one job: what was planned is what it does, and to the very states that were planned from. */
export function fixesOf(found: readonly Found[]): Proposal {
  const clients = jobClientsOf(found).slice(0, MOST_AT_ONCE)
  let planned: readonly JobClient[] = []
  return {
    title: TEXTS.fixesTitle(clients.length),
    verb: TEXTS.fixesVerb,
    plan: async (signal) => {
      const { body } = await api.createJob({ clients }, { dryRun: true, signal })
      planned = body.results.flatMap(({ item, outcome, etag }): readonly JobClient[] => {
        const client = clients[item]
        if (client === undefined || outcome !== 'planned') return []
        return [{ ...client, ...(etag === undefined ? {} : { ifMatch: etag }) }]
      })
      const facts = <JobPlan results={body.results} />
      return { changes: [], warnings: [], facts, hasEffect: planned.length > 0 }
    },
    carryOut: async (idempotencyKey) => {
      // One client that has changed meanwhile does not keep the others from their fix.
      const request = { clients: planned, autoStart: true, maxFailures: null }
      const { body } = await api.createJob(request, { idempotencyKey })
      return { says: TEXTS.fixesBegun, shown: <JobProgress id={body.id} /> }
    },
  }
}

/** Each client once, with the fixes of its findings that do not meet in a setting; others are left for the next time. */
function jobClientsOf(found: readonly Found[]): readonly JobClient[] {
  const clients = new Map<string, JobClient & { readonly patch: ClientPatch }>()
  for (const { clients: named, finding } of found) {
    const [client] = named
    if (client === undefined || finding.mend === undefined) continue
    const key = JSON.stringify(client)
    const before = clients.get(key)?.patch ?? {}
    const patch = finding.mend.client
    const meets = Object.keys(patch).some((name) => Object.hasOwn(before, name))
    if (!meets) clients.set(key, { ...client, patch: { ...before, ...patch } as ClientPatch })
  }
  return [...clients.values()]
}

function JobPlan({ results }: { readonly results: readonly JobResult[] }) {
  return (
    <ul className="plain">
      {results.map((one) => (
        <li key={one.item}>
          <div>
            <strong>
              <Visible text={one.client.id} />
            </strong>{' '}
            <span className="quiet">
              <Visible
                text={[one.client.provider, one.client.userPoolId].filter(Boolean).join(' / ')}
              />
            </span>
            {one.error !== undefined && (
              <p className="fault">
                <Visible text={`${TEXTS.notFixed} ${one.error}`} />
              </p>
            )}
            {one.outcome === 'unchanged' && <p className="quiet">{TEXTS.nothingChanges}</p>}
            <Changes changes={one.changes ?? []} />
            {(one.warnings ?? []).map(({ code, message }) => (
              <p key={`${code} ${message}`} className="notice">
                <Visible text={message} />
              </p>
            ))}
          </div>
        </li>
      ))}
    </ul>
  )
}
