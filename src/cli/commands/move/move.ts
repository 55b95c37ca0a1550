/** `clientry move CLIENT FROM TO`: begins a move, waits until logins can use the new redirect URI, and then as long as is asked for. */

import type { Answer, Api } from '../../../sdk/api.ts'
import type { ClientAddress, Move, MoveRequest, Moves, Plan } from '../../../sdk/types.ts'
import { aboutClient, clientOf, spelledName } from '../../change/settings.ts'
import { change } from '../../change/write.ts'
import type { Invocation, Run } from '../../command.ts'
import { EXIT, UsageError } from '../../exit.ts'
import { inCommandWords } from '../../show/command-words.ts'
import { inUnits, secondsOf } from '../../show/durations.ts'
import { moveIn, nextStep, showMoves } from '../../show/moves.ts'
import { plain } from '../../terminal.ts'

/** How long a provider may take before someone has to look at it (milliseconds; our choice). */
const LONGEST_WAIT_MS = 600_000
const PAUSE_MS = 1_000

export const run: Run = async (invocation) => {
  const { options, terminal, words } = invocation
  const [, from = '', to = ''] = words
  const client = clientOf(invocation)
  const request: MoveRequest = { from, to, ...narrowingOf(invocation) }
  const api = await invocation.connect()
  const { show } = aboutClient(invocation)
  let isOpen = false
  const code = await change<Plan, Moves>(invocation, {
    question: `Move ${plain(from)} on ${spelledName(client)}?`,
    plan: (conditions) => api.moveRedirect(client, request, conditions),
    // Going on with a move may change nothing but when it is narrowed.
    show: (plan, say) => {
      show(plan, say)
      say(`  moves ${plain(from)} to ${plain(to)}; both stay until it is narrowed`)
      return true
    },
    carryOut: async (conditions) => {
      const { begun, last: widened } = await whileWaiting(invocation, to, async () => {
        const begun = await api.moveRedirect(client, request, conditions)
        return { begun, last: await untilWidened(invocation, api, client, { request, begun }) }
      })
      const { operationId } = begun
      const last = await untilNarrowed(invocation, api, client, { request, begun: widened })
      isOpen = moveIn(last.body, from)?.state === 'widening'
      return { ...last, ...(operationId === undefined ? {} : { operationId }) }
    },
    printResult: ({ body }) => {
      showMoves(terminal, body)
      const move = moveIn(body, from)
      if (move === undefined) terminal.print(`${spelledName(client)}: ${plain(from)} is gone`)
      else terminal.note(nextStep(move, spelledName(client)))
    },
  })
  const isShort = isOpen && options.detach !== true
  return code === EXIT.ok.code && isShort ? EXIT.unavailable.code : code
}

interface Begun {
  readonly request: MoveRequest
  readonly begun: Answer<Moves>
}

/** Shows how long it takes already, since a request may take long too. */
async function whileWaiting<T>(
  { terminal }: Pick<Invocation, 'terminal'>,
  to: string,
  work: () => Promise<T>,
): Promise<T> {
  const started = Date.now()
  const show = () => {
    const time = inUnits(Math.floor((Date.now() - started) / 1_000))
    terminal.progress(`waiting until the provider accepts ${plain(to)} ${time}`)
  }
  show()
  const ticking = setInterval(show, PAUSE_MS)
  try {
    return await work()
  } finally {
    clearInterval(ticking)
    terminal.progress('')
  }
}

/** Asks again until the provider accepts the new redirect URI. */
async function untilWidened(
  { options }: Pick<Invocation, 'options'>,
  { moveRedirect }: Api,
  client: ClientAddress,
  { request: { from, to }, begun }: Begun,
): Promise<Answer<Moves>> {
  const until = Date.now() + LONGEST_WAIT_MS
  let last = begun
  while (moveIn(last.body, from)?.state === 'widening' && options.detach !== true) {
    if (Date.now() > until) break
    await pause()
    last = await moveRedirect(client, { from, to })
  }
  return last
}

/** Follows a move that is narrowed at a set time, where that is asked for. */
async function untilNarrowed(
  { options, terminal, tend }: Invocation,
  { listMoves }: Api,
  client: ClientAddress,
  { request: { from }, begun }: Begun,
): Promise<Answer<Moves>> {
  let last = begun
  for (const printed = new Set<string>(); options.watch === true; ) {
    const move = moveIn(last.body, from)
    if (move?.narrowAt === undefined || move.state === 'widening') break
    terminal.progress(`both are registered; the old one goes in ${timeLeft(move)}`)
    for (const { code, message } of last.body.warnings ?? []) {
      if (!printed.has(code)) terminal.note(plain(inCommandWords(message)))
      printed.add(code)
    }
    await pause()
    await tend()
    last = await listMoves(client)
  }
  terminal.progress('')
  return last
}

function timeLeft({ narrowAt = '', narrowFrom = '' }: Move): string {
  const at = Math.max(Date.parse(narrowAt), Date.parse(narrowFrom))
  return inUnits(Math.max(Math.round((at - Date.now()) / 1_000), 1))
}

const pause = () => new Promise((resume) => setTimeout(resume, PAUSE_MS))

/** @throws UsageError */
function narrowingOf({ options }: Invocation): Pick<MoveRequest, 'narrowAt'> {
  const { 'narrow-at': at, 'narrow-after': after } = options
  if (at !== undefined && after !== undefined) {
    throw new UsageError('--narrow-at and --narrow-after exclude each other.')
  }
  if (after !== undefined) {
    const time = Date.now() + secondsOf('narrow-after', after) * 1_000
    return { narrowAt: new Date(time).toISOString() }
  }
  if (options.watch === true && at === undefined) {
    throw new UsageError('--watch needs --narrow-at or --narrow-after: when the old one goes.')
  }
  return at === undefined ? {} : { narrowAt: at }
}
