/**
 * What the pace makes of an account's rate when more is asked for than fits: how much of it is used,
 * what a neighbour on the same account notices, and whether a Retry-After is kept by all.
 */

import { randomUUID } from 'node:crypto'
import { isClientError } from '../src/core/errors.ts'
import type { EmulatorCall } from '../src/emulators/server.ts'
import type { Call, ClientRef } from '../src/providers/call.ts'
import type { Provider } from '../src/providers/provider.ts'
import {
  type PacedAccount,
  POOLS,
  pacedAuth0,
  pacedCognito,
} from '../test/providers/paced-provider.ts'
import { digits, type Row } from './report.ts'

/** Bursts are used up by then (milliseconds). */
export const WARM_UP_MS = 6_000
export const CLIENTS = 40
/** As many requests as keep every bucket in demand. */
export const CALLERS = 24
/** A request that was on its way when the throttle was answered is no offence (milliseconds). */
const ON_ITS_WAY_MS = 50
const RETRY_AFTER_SECONDS = 2
/** A provider takes its time, so that several calls are under way (milliseconds). */
export const UPSTREAM_DELAY_MS = 150

interface Account {
  readonly name: string
  readonly account: PacedAccount
  readonly refs: readonly ClientRef[]
  /** Calls a second that are ours, and those that are left. */
  readonly permitted: number
  readonly reserved: number
  /** The calls that draw from what is ours. */
  counts(call: EmulatorCall): boolean
}

/** The clients of an account, and the price of both pools for one category. */
const ids = Array.from({ length: CLIENTS }, (_, index) => `client${index}`)
export const refs = ids.map((id) => ({ provider: 'it', id }))
export const pooled = refs.flatMap((ref) => POOLS.map((userPoolId) => ({ ...ref, userPoolId })))

/** `seconds`: how long each account is measured in its steady state. */
export async function measurePace(seconds: number): Promise<readonly Row[]> {
  const auth0 = (name: string, account: PacedAccount): Account => ({
    name,
    account,
    refs,
    permitted: 16 * 0.8,
    reserved: 16 * 0.2,
    counts: ({ operation }) => operation !== 'POST /oauth/token',
  })
  const accounts: readonly Account[] = [
    auth0('auth0 (50, 16/s)', await pacedAuth0(CLIENTS, { perSecond: 16, burst: 50 })),
    auth0('auth0, rate learned', await pacedAuth0(CLIENTS)),
    {
      name: `cognito (${POOLS.length} pools)`,
      account: await pacedCognito(CLIENTS),
      refs: pooled,
      permitted: 5 * 0.6 * POOLS.length,
      reserved: 5 * 0.4,
      counts: ({ operation }) => operation === 'DescribeUserPoolClient',
    },
  ]
  const rows: Row[] = []
  for (const one of accounts) rows.push(...(await measureRate(one, seconds * 1_000)))
  const [, learned] = accounts
  if (learned !== undefined) rows.push(await measurePauses(learned, seconds * 1_000))
  await Promise.all(accounts.map(({ account }) => account.emulator.close()))
  return rows
}

/** What a crowd does. */
export interface Crowd {
  readonly provider: Provider
  readonly refs: readonly ClientRef[]
  /** As many requests as keep every bucket in demand. */
  readonly callers: number
}

/**
 * Everybody asks all the time, for reads and writes in turn, until the time is over. Gives how many were refused.
 */
export async function crowd({ provider, refs, callers }: Crowd, until: number): Promise<number> {
  let failed = 0
  const ask = async (index: number) => {
    for (let turn = index; Date.now() < until; turn += callers) {
      const ref = refs[turn % refs.length] as ClientRef
      await change(provider, ref, turn, until).catch((error) => {
        // One that fails is counted, as is a throttle; the others go on.
        if (!isClientError(error)) throw error
        // The last ones find no turn before the end.
        if (Date.now() < until - 2_000) failed += 1
      })
    }
  }
  await Promise.all(Array.from({ length: callers }, (_, index) => ask(index)))
  return failed
}

async function change(provider: Provider, ref: ClientRef, turn: number, until: number) {
  const call: Call = {
    deadline: until + 25_000,
    timeoutMs: 8_000,
    operationId: randomUUID(),
    caller: `caller-${turn % 3}`,
  }
  const base = await provider.read(ref, call)
  const name = ref.userPoolId === undefined ? 'name' : 'ClientName'
  const steps = provider.steps(ref, base, { ...base, [name]: `Name ${turn}` })
  for (const step of steps) await step.send({ ...call, urgent: true })
}

async function measureRate(one: Account, milliseconds: number): Promise<readonly Row[]> {
  const { account, permitted, reserved, counts } = one
  account.emulator.inject({
    kind: 'delay',
    delayMs: UPSTREAM_DELAY_MS,
    times: Number.MAX_SAFE_INTEGER,
  })
  const from = Date.now() + WARM_UP_MS
  const until = from + milliseconds
  const neighbours: Promise<number>[] = []
  const timer = setInterval(() => neighbours.push(account.neighbour()), 1_000 / reserved)
  const { provider } = account
  const failed = await crowd({ provider, refs: one.refs, callers: CALLERS }, until).finally(() =>
    clearInterval(timer),
  )
  const statuses = await Promise.all(neighbours)
  const seen = account.emulator.calls.filter(({ at }) => at >= from && at < until).filter(counts)
  const throttled = seen.filter(isThrottle).length
  const theirs = (reserved * milliseconds) / 1_000
  const ours = seen.length - throttled - theirs
  const share = (100 * ours) / ((permitted * milliseconds) / 1_000)
  const section = `pace, ${one.name}`
  return [
    {
      section,
      name: 'share of the permitted rate',
      figure: share,
      unit: '%',
      atLeast: 95,
      detail: `${digits((ours * 1_000) / milliseconds)} of ${digits(permitted)} calls/s`,
    },
    {
      section,
      name: 'requests failed or throttled',
      figure: failed + throttled,
      unit: 'calls',
      aim: 0,
      detail: `${seen.length} calls`,
    },
    {
      section,
      name: 'refusals of a neighbour in the reserve',
      figure: statuses.filter((status) => status !== 200).length,
      unit: 'calls',
      aim: 0,
      detail: `${statuses.length} calls, ${digits(reserved)}/s`,
    },
  ]
}

/** Whether a call was refused as too fast. */
export const isThrottle = ({ status, operation }: EmulatorCall) =>
  status === 429 || (status === 400 && operation === 'DescribeUserPoolClient')

/** Throttles come again and again, and the crowd does not know when. */
async function measurePauses(one: Account, milliseconds: number): Promise<Row> {
  const { emulator, provider } = one.account
  emulator.clearFaults()
  emulator.clearCalls()
  const until = Date.now() + milliseconds
  const timer = setInterval(() => {
    emulator.inject({ kind: 'throttle', retryAfter: RETRY_AFTER_SECONDS })
  }, 4_000)
  await crowd({ provider, refs: one.refs, callers: CALLERS }, until).finally(() =>
    clearInterval(timer),
  )
  const throttles = emulator.calls.filter(isThrottle)
  const offences = emulator.calls.filter(({ at, operation }) => {
    if (operation === 'POST /oauth/token') return false
    return throttles.some(
      (throttle) =>
        at > throttle.at + ON_ITS_WAY_MS && at < throttle.at + RETRY_AFTER_SECONDS * 1_000,
    )
  })
  return {
    section: 'pace, auth0',
    name: 'requests inside a Retry-After',
    figure: offences.length,
    unit: 'calls',
    aim: 0,
    detail: `${throttles.length} pauses, ${emulator.calls.length} calls`,
  }
}
