/** `clientry jobs`: the jobs, newest first; `clientry jobs results JOB`: what became of each client. */

import type { Job, JobResult } from '../../../sdk/types.ts'
import type { Invocation, Run } from '../../command.ts'
import { EXIT, UsageError } from '../../exit.ts'
import { showJob, showResult } from '../../jobs/show-job.ts'
import { noteMore, type PageOf, rangeOf, walk } from '../../show/paging.ts'

/** The rest is counted up to this number. */
const COUNTED = 1_000

export const run: Run = async (invocation) => {
  const { options, terminal } = invocation
  const { actor, 'actor-issuer': actorIssuer } = options
  if (actorIssuer !== undefined && actor === undefined) {
    throw new UsageError('--actor-issuer needs --actor.')
  }
  const query = {
    ...(actor === undefined ? {} : { actor }),
    ...(actorIssuer === undefined ? {} : { actorIssuer }),
  }
  const { listJobs } = await invocation.connect()
  const pageOf: PageOf<Job> = async (page) => (await listJobs({ ...query, ...page })).body
  return print(invocation, pageOf, { what: 'jobs', show: (job) => showJob(terminal, job) })
}

/** The results of one job. */
export const results: Run = async (invocation) => {
  const { words, terminal, connect } = invocation
  const [id = ''] = words
  const { getJobResults } = await connect()
  const pageOf: PageOf<JobResult> = async (page) => (await getJobResults(id, page)).body
  const show = (result: JobResult) => showResult(terminal, result)
  return print(invocation, pageOf, { what: 'results', show })
}

async function print<Item>(
  { options, terminal }: Invocation,
  pageOf: PageOf<Item>,
  { what, show }: { readonly what: string; readonly show: (item: Item) => void },
): Promise<number> {
  const items: Item[] = []
  let count = 0
  const next = await walk(pageOf, rangeOf(options, terminal), (page) => {
    count += page.length
    if (options.json === true) items.push(...page)
    else for (const item of page) show(item)
  })
  if (options.json === true) {
    terminal.printJson({ items, ...(next === undefined ? {} : { next }) })
  } else if (count === 0) terminal.note(`There are no ${what}.`)
  else await noteMore(terminal, pageOf, { most: COUNTED, cursor: next })
  return EXIT.ok.code
}
