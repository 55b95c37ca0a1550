/** `clientry lease take CLIENT FIELD=URL...`: all URLs of a preview at once, and `clientry lease renew CLIENT`. */

import type { Api } from '../../../sdk/api.ts'
import type {
  ClientAddress,
  Lease,
  LeasedValue,
  LeaseField,
  LeaseRequest,
  Leases,
  Plan,
} from '../../../sdk/types.ts'
import { aboutClient, clientOf, spelledName } from '../../change/settings.ts'
import { change } from '../../change/write.ts'
import type { Invocation, Run } from '../../command.ts'
import { EXIT, UsageError } from '../../exit.ts'
import { secondsOf } from '../../show/durations.ts'
import { showLeases } from '../../show/leases.ts'
import { plain } from '../../terminal.ts'

export const run: Run = async (invocation) => {
  const { words } = invocation
  const values = words.slice(1).map(leasedValueOf)
  if (values.length === 0) throw new UsageError('Give FIELD=URL, such as callbacks=https://…')
  const client = clientOf(invocation)
  return take(invocation, await invocation.connect(), client, values)
}

/** Renews all leases of an owner on a client. */
export const renew: Run = async (invocation) => {
  const { terminal } = invocation
  const client = clientOf(invocation)
  const { owner } = termsOf(invocation)
  const api = await invocation.connect()
  // Who may only lease sees their own there.
  const { leases } = (await api.getStanding(client)).body
  const values = leases
    .filter((one) => one.owner === owner)
    .map(({ field, value }) => ({ field, value }))
  if (values.length > 0) return take(invocation, api, client, values)
  terminal.note(`${plain(owner)} has no leases on ${spelledName(client)}.`)
  return EXIT.notFound.code
}

/** One request for all values, so that all are leased or none. */
function take(
  invocation: Invocation,
  { putLease }: Api,
  client: ClientAddress,
  values: readonly LeasedValue[],
): Promise<number> {
  const { terminal } = invocation
  const request: LeaseRequest = { values, ...termsOf(invocation) }
  const { show } = aboutClient(invocation)
  return change<Plan, Leases>(invocation, {
    question: `Lease ${values.length === 1 ? 'it' : `these ${values.length}`} for ${plain(request.owner)}?`,
    plan: (conditions) => putLease(client, request, conditions),
    show: (plan, say) => {
      show(plan, say)
      for (const { field, value } of values) say(`  leases ${field} ${plain(value)}`)
      return true
    },
    carryOut: (conditions) => putLease(client, request, conditions),
    printResult: ({ body }) => showLeases(terminal, body, isAmong(values)),
  })
}

const isAmong =
  (values: readonly LeasedValue[]) =>
  (lease: Lease): boolean =>
    values.some(({ field, value }) => field === lease.field && value === lease.value)

/** @throws UsageError */
function termsOf({ options }: Invocation): Pick<LeaseRequest, 'owner' | 'ttlSeconds'> {
  const { owner, for: time } = options
  if (owner === undefined) {
    throw new UsageError('--owner is missing: who holds the leases, such as a pull request.')
  }
  if (time === undefined) throw new UsageError('--for is missing: how long they last, such as 7d.')
  return { owner, ttlSeconds: secondsOf('for', time) }
}

/** The server says which lists can be leased. */
function leasedValueOf(word: string): LeasedValue {
  const [, field = '', value = ''] = /^(\w+)=(.+)$/s.exec(word) ?? []
  if (field !== '') return { field: field as LeaseField, value }
  throw new UsageError(`${JSON.stringify(word)} must be FIELD=URL, such as callbacks=https://…`)
}
