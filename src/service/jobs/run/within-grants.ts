/**
 * A job of someone else, as it stands to a caller whose grants are limited: whether they cover each of its clients, now and as
 * the job would leave it, and whether they allow all that it would change.
 */

import type { FieldChange } from '../../../core/diff.ts'
import { ClientError, ERROR_CODES, type ErrorCode, isClientError } from '../../../core/errors.ts'
import { inParallel } from '../../../core/in-parallel.ts'
import type { Json } from '../../../core/json/json.ts'
import type { Access, Address } from '../../../core/rights/access.ts'
import type { Subject } from '../../../core/rights/limit.ts'
import type { Permission } from '../../../core/rights/permissions.ts'
import { TEAM_SETTING } from '../../../core/rights/team.ts'
import type { Call } from '../../../providers/call.ts'
import { lookFor } from '../../access/fresh-look.ts'
import { openEntry } from '../../base/record-storage.ts'
import type { Service } from '../../base/service.ts'
import type { JobItem } from '../items.ts'
import { type JobView, jobEntries } from '../log.ts'
import { tasksOf } from './crew.ts'
import { createKnown } from './job-knowledge.ts'
import { work } from './work.ts'

/** The most clients of a job that are read for one request of such a caller; our choice, so that these fit into its time. */
export const MAX_JUDGED = 100

/** How many clients are read at the same time. */
const AT_ONCE = 8

/** By what the clients of a job are looked at. */
export interface Covering {
  /** The grants of the caller that count. */
  readonly access: (address: Address) => Access
  /** What they must give for each client. */
  readonly permissions: readonly Permission[]
  readonly call: Call
}

/**
 * Whether grants cover each client of a job, by a fresh read and as its dry run has it afterwards; none of a job with more than
 * `MAX_JUDGED` clients.
 * @throws ClientError as the provider does where a client cannot be read
 */
export async function coversJob(
  service: Service,
  view: JobView,
  covering: Covering,
): Promise<boolean> {
  if (clientsOf(view) > MAX_JUDGED) return false
  const { items, plans } = await clientsIn(service, view)
  let isCovered = true
  const look = async (item: JobItem, index: number) => {
    if (!isCovered) return
    if (!(await coversOne(service, item, plans.get(index) ?? [], covering))) isCovered = false
  }
  // Most jobs that are not covered show that at their first client.
  const [first, ...others] = items
  if (first !== undefined) await look(first, 0)
  await inParallel([...others.entries()], AT_ONCE, ([index, item]) => look(item, index + 1))
  return isCovered
}

const clientsOf = ({ last }: JobView): number =>
  Object.values(last.progress.counts).reduce((sum, count) => sum + count, 0)

/** The clients of a job, and what its dry run would change of each. */
async function clientsIn(service: Service, { job }: JobView) {
  const knowledge = createKnown(service)
  const plans = new Map<number, readonly FieldChange[]>()
  for await (const entry of jobEntries(service, job.resource)) {
    knowledge.fold(entry)
    if (entry.kind !== 'job_results' || entry.phase !== 'plan') continue
    for (const { item, changes = [] } of openEntry(service, entry).results) plans.set(item, changes)
  }
  return { items: knowledge.items, knowledge, plans }
}

async function coversOne(
  service: Service,
  { ref }: JobItem,
  plan: readonly FieldChange[],
  { access: to, permissions, call }: Covering,
): Promise<boolean> {
  const provider = service.providers.get(ref.provider)
  if (provider === undefined) return false
  const access = to(ref)
  let found: Subject | undefined
  const look = (client: Subject) => {
    access.look(client)
    found = client
  }
  try {
    await lookFor(service, { ...access, look }, { ref, provider, call, removedToo: false })
  } catch (error) {
    if (isClientError(error, 'not_found')) return false
    throw error
  }
  const { namesTeam = false } = provider.mapping
  const subjects = found === undefined ? [] : [found, afterwards(found, plan, namesTeam)]
  const sees = (one: Subject) => permissions.every((permission) => access.sees(one, permission))
  return subjects.length > 0 && subjects.every(sees)
}

/** What limits go by, once a plan is carried out. */
function afterwards(before: Subject, plan: readonly FieldChange[], namesTeam: boolean): Subject {
  const of = (field: string) => plan.find((change) => change.field === field)
  const [name, team] = [of('name'), namesTeam ? of(TEAM_SETTING) : undefined]
  return {
    ...before,
    ...(name && { name: textOf(name.after) ?? null }),
    ...(team && { team: textOf(team.after) }),
  }
}

const textOf = (value: Json): string | undefined => (typeof value === 'string' ? value : undefined)

/**
 * Plans what is left of a job once more, and holds each change against the grants of a caller. What cannot be planned now is
 * judged when its turn comes, as every change is once more.
 * @param access the grants of the caller that count, for what the job does
 * @throws ClientError `insufficient_scope` for what they do not allow; as a plan does that may succeed later
 */
export async function judgeJob(
  service: Service,
  view: JobView,
  { access: to, call }: Pick<Covering, 'access' | 'call'>,
): Promise<void> {
  const { knowledge } = await clientsIn(service, view)
  const left = knowledge.pending('run')
  const callers = () => ({ submittedBy: view.job.actor })
  const limitMs = call.deadline - service.now()
  const taskOf = tasksOf(service, { view, knowledge, phase: 'plan', limitMs, callers }, left)
  await inParallel(left, AT_ONCE, async (index) => {
    let refusal: unknown
    const kept = <T>(judging: () => T): T => {
      try {
        return judging()
      } catch (error) {
        refusal = error
        throw error
      }
    }
    const access = (address: Address): Access => {
      const own = to(address)
      return {
        ...own,
        look: (client) => kept(() => own.look(client)),
        judge: (write) => kept(() => own.judge(write)),
      }
    }
    const task = taskOf(index)
    // Of the client as it is, by itself: whether it is still as it was planned, is seen when its turn comes.
    const item = { ...task.item, ifMatch: undefined }
    const asItIs = { planned: undefined, rightsToday: undefined, readOneOfMany: undefined }
    const { result } = await work({ ...service, access }, { ...task, item, ...asItIs })
    if (refusal !== undefined) throw refusal
    const code = result.code as ErrorCode | undefined
    if (code === 'insufficient_scope') throw notAllOfIt()
    if (code && ERROR_CODES[code].retry) throw new ClientError(code, result.error ?? '')
  })
}

const notAllOfIt = () =>
  new ClientError(
    'insufficient_scope',
    'No grant of this caller that takes no approval allows what the job does to one of its clients.',
  )
