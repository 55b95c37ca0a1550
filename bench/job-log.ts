/** The log of a finished job, as its runner would have written it, in a SQLite file. */

import { following } from '../src/store/log/chain.ts'
import type { Entry } from '../src/store/log/entry.ts'
import type { JobProgress, JobResult } from '../src/store/log/job-entry.ts'
import { jobResource } from '../src/store/resource.ts'
import { openDatabase } from '../src/store/sqlite/database.ts'
import { createSqliteStore } from '../src/store/sqlite/sqlite.ts'

const RESULTS_OF_ENTRY = 10

/** Writes the log of a job that has changed so many clients, and gives the id of the job. */
export async function fillJob(path: string, clients: number): Promise<string> {
  const database = await openDatabase(path)
  database.exec('pragma synchronous = off')
  const store = createSqliteStore(database)
  const id = 'finished'
  const resource = jobResource(id)
  const at = Date.now()
  let last: Entry | undefined
  const append = async (body: object) => {
    const entry: Entry = following(last, { ...body, resource, at } as never)
    await store.append(entry)
    last = entry
  }
  await append({
    kind: 'job',
    actor: { issuer: 'https://issuer.example/', subject: 'bench', clientId: 'bench' },
    providers: ['auth0'],
    options: { autoStart: true, maxFailures: null },
    withheld: [],
    sealed: '',
    progress: progressOf(0, clients),
  })
  for (let done = 0; done < clients; done += RESULTS_OF_ENTRY) {
    const results = Array.from({ length: RESULTS_OF_ENTRY }, (_, index) => resultOf(done + index))
    const claim = { phase: 'run', runner: 'bench', until: 0 }
    const progress = progressOf(done + RESULTS_OF_ENTRY, clients)
    await append({ kind: 'job_results', ...claim, results, progress })
  }
  await store.close()
  return id
}

function progressOf(done: number, total: number): JobProgress {
  return {
    state: done < total ? 'running' : 'done',
    phase: 'run',
    counts: { left: total - done, planned: 0, applied: done, unchanged: 0, failed: 0 },
    run: { total, done },
    failures: 0,
    canaryDone: false,
  }
}

function resultOf(item: number): JobResult {
  const name = `client-${String(item).padStart(6, '0')}`
  return {
    item,
    client: { provider: 'auth0', id: name },
    outcome: 'applied',
    changes: [{ field: 'description', before: `Before ${name}`, after: `After ${name}` }],
    operationId: `00000000-0000-4000-8000-${String(item).padStart(12, '0')}`,
  }
}
