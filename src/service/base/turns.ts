/**
 * Turns within one process: changes of one client run one after the other. Suspensions and removals come
 * first, then callers in turn: each change gets a round on arrival, one after its caller's last and never
 * before the present one (self-clocked fair queueing, Golestani 1994), so that however many changes one
 * caller sends, another caller's waits for only one of them. Between processes the log's append
 * decides; turns only save lost races.
 */

import { ClientError } from '../../core/errors.ts'
import { timerMs } from '../../core/timer.ts'

/** A request for a turn. */
export interface Claim {
  /** What the turns are about: the log of a client. */
  readonly key: string
  readonly caller: string
  /** Epoch milliseconds. */
  readonly deadline: number
  /** A suspension or a removal, which goes before all other changes. */
  readonly first?: boolean
}

export interface Turns {
  /**
   * Runs `work` in the turn of its claim.
   * @throws ClientError `client_busy` if the turn does not come before the deadline, `too_many_requests`
   *   if the caller has too many changes under the key
   */
  take<T>(claim: Claim, work: () => Promise<T>): Promise<T>
}

/**
 * How many changes of one client a caller can have running and waiting; suspensions and removals
 * count separately.
 */
export const MAX_OF_CALLER = 50

interface Waiting {
  readonly caller: string
  readonly first: boolean
  readonly round: number
  begin(): void
}

/** A key whose turn is running. */
interface Lane {
  running: Pick<Waiting, 'caller' | 'first'>
  /** In the order of their turns. */
  waiting: Waiting[]
  /** The rounds that were served last: of suspensions and removals, and of the rest. */
  readonly served: { first: number; rest: number }
}

/** Creates the turns of this process. */
export function createTurns(now: () => number): Turns {
  const lanes = new Map<string, Lane>()

  function end(key: string, lane: Lane): void {
    const next = lane.waiting.shift()
    if (next === undefined) {
      lanes.delete(key)
      return
    }
    lane.running = next
    lane.served[classOf(next)] = next.round
    next.begin()
  }

  async function wait(lane: Lane, { caller, first = false, deadline }: Claim): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    await new Promise<void>((resolve, reject) => {
      const one = { caller, first, round: roundOf(lane, { caller, first }), begin: resolve }
      enter(lane, one)
      const refuse = () => {
        lane.waiting = lane.waiting.filter((other) => other !== one)
        reject(late())
      }
      timer = setTimeout(refuse, timerMs(deadline - now()))
    }).finally(() => clearTimeout(timer))
  }

  return {
    take: async (claim, work) => {
      const { key, caller, first = false } = claim
      const lane = lanes.get(key)
      const current = lane ?? {
        running: { caller, first },
        waiting: [],
        served: { first: 0, rest: 0 },
      }
      if (lane === undefined) lanes.set(key, current)
      else {
        checkNumber(lane, { caller, first })
        await wait(lane, claim)
      }
      try {
        return await work()
      } finally {
        end(key, current)
      }
    },
  }
}

const classOf = ({ first }: Pick<Waiting, 'first'>) => (first ? 'first' : 'rest')

const isOf =
  ({ caller, first }: Pick<Waiting, 'caller' | 'first'>) =>
  (one: Pick<Waiting, 'caller' | 'first'>) =>
    one.caller === caller && one.first === first

function roundOf({ waiting, served }: Lane, one: Pick<Waiting, 'caller' | 'first'>): number {
  const last = waiting.findLast(isOf(one))?.round ?? 0
  return Math.max(served[classOf(one)], last) + 1
}

function enter({ waiting }: Lane, one: Waiting): void {
  const later = waiting.findIndex((other) =>
    one.first === other.first ? other.round > one.round : one.first,
  )
  waiting.splice(later === -1 ? waiting.length : later, 0, one)
}

function checkNumber({ running, waiting }: Lane, one: Pick<Waiting, 'caller' | 'first'>): void {
  const theirs = [running, ...waiting].filter(isOf(one)).length
  if (theirs < MAX_OF_CALLER) return
  throw new ClientError(
    'too_many_requests',
    `This caller has ${theirs} changes of this client running or waiting, which is the limit for one caller. Nothing was sent. Wait until some of them are answered, then try again.`,
    { retryAfter: 1 },
  )
}

function late(): ClientError {
  return new ClientError(
    'client_busy',
    'Other changes of this client took all the time that this request had. Nothing was sent. Try again.',
    { retryAfter: 1 },
  )
}

/** A change of the same client on another instance took all the time that this request had. */
export function busy(): ClientError {
  return new ClientError(
    'client_busy',
    'Another change of this client is still running. Nothing was sent. Try again.',
    { retryAfter: 1 },
  )
}
