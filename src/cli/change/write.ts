/** How every command changes something: on a terminal it shows the plan and asks, then it acts. */

import type { Answer, WriteOptions } from '../../sdk/api.ts'
import type { Invocation } from '../command.ts'
import { EXIT, UsageError } from '../exit.ts'
import type { Values } from '../options.ts'
import type { Say } from '../show/show.ts'

type Conditions = Pick<WriteOptions, 'ifMatch' | 'idempotencyKey' | 'ownClient'>

export interface Change<Planned, Done> {
  /** The question to the user, with its question mark. */
  readonly question: string
  /** The plan is always fetched first, since the change must be bound to a state of the client. */
  readonly bound?: true
  plan(conditions: Conditions & { readonly dryRun: true }): Promise<Answer<Planned>>
  /** Shows what would happen, and returns whether anything would. */
  show(plan: Planned, say: Say): boolean
  carryOut(conditions: Conditions): Promise<Answer<Done>>
  /** Reports what was done. */
  printResult(answer: Answer<Done>): void
  /** The output of `--json`; absent: the whole answer. */
  readonly json?: (body: Planned | Done) => unknown
}

/** Makes a change, or shows its plan. */
export async function change<Planned, Done>(
  { options, terminal }: Invocation,
  action: Change<Planned, Done>,
): Promise<number> {
  const { json = (body: unknown) => body } = action
  const say = options.json === true ? terminal.note : terminal.print
  const conditions = conditionsOf(options)
  if (options['dry-run'] === true) {
    const { body } = await action.plan({ ...conditions, dryRun: true })
    if (options.json === true) terminal.printJson(json(body))
    else if (!action.show(body, say)) say('Nothing to change.')
    return EXIT.ok.code
  }
  if (options.yes !== true && !terminal.person) throw nobodyThere()
  let bound = conditions
  if (options.yes !== true || action.bound === true) {
    const { body, etag } = await action.plan({ ...conditions, dryRun: true })
    // The user agrees to what was shown, so the change is bound to the state it was planned from.
    if (etag !== undefined) bound = { ...conditions, ifMatch: conditions.ifMatch ?? etag }
    if (options.yes !== true) {
      if (!action.show(body, say)) {
        say('Nothing to change.')
        return EXIT.ok.code
      }
      if (!(await terminal.confirm(action.question))) {
        terminal.note('Nothing was changed.')
        return EXIT.differs.code
      }
    }
  }
  const done = await action.carryOut(bound)
  if (options.json === true) terminal.printJson(json(done.body))
  else action.printResult(done)
  return EXIT.ok.code
}

function conditionsOf({ 'if-match': ifMatch, key, 'own-client': ownClient }: Values): Conditions {
  return {
    // A shell strips the quotes of an entity tag.
    ...(ifMatch === undefined ? {} : { ifMatch: quoted(ifMatch) }),
    ...(key === undefined ? {} : { idempotencyKey: key }),
    ...(ownClient === true ? { ownClient } : {}),
  }
}

const quoted = (tag: string) => (tag === '*' || tag.startsWith('"') ? tag : `"${tag}"`)

/** For a change that no one can confirm. */
const nobodyThere = () =>
  new UsageError(
    'There is no terminal to ask on. Add --yes to make the change, or --dry-run to see it first.',
  )
