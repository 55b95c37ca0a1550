/** How every command changes something: shown first where a person is there, asked, then done. */

import type { Answer, WriteOptions } from '../../sdk/api.ts'
import type { Given } from '../command.ts'
import { EXIT, UsageError } from '../exit.ts'
import type { Values } from '../options.ts'
import type { Say } from '../show/show.ts'

type Conditions = Pick<WriteOptions, 'ifMatch' | 'idempotencyKey' | 'ownClient'>

export interface Change<Planned, Done> {
  /** With a question mark. */
  readonly question: string
  /** It is asked of the server before in any case, since it needs to be bound to a state. */
  readonly bound?: true
  plan(conditions: Conditions & { readonly dryRun: true }): Promise<Answer<Planned>>
  /** Shows what would happen, and says whether there is anything. */
  show(plan: Planned, say: Say): boolean
  carryOut(conditions: Conditions): Promise<Answer<Done>>
  /** Says what has happened. */
  tell(done: Answer<Done>): void
  /** What programs are told; absent: the whole answer. */
  readonly json?: (body: Planned | Done) => unknown
}

/** Carries a change out, or shows it. */
export async function change<Planned, Done>(
  { options, terminal }: Given,
  asked: Change<Planned, Done>,
): Promise<number> {
  const { json = (body: unknown) => body } = asked
  const say = options.json === true ? terminal.note : terminal.print
  const conditions = conditionsOf(options)
  if (options['dry-run'] === true) {
    const { body } = await asked.plan({ ...conditions, dryRun: true })
    if (options.json === true) terminal.printJson(json(body))
    else if (!asked.show(body, say)) say('Nothing to change.')
    return EXIT.ok.code
  }
  if (options.yes !== true && !terminal.person) throw nobodyThere()
  let bound = conditions
  if (options.yes !== true || asked.bound === true) {
    const { body, etag } = await asked.plan({ ...conditions, dryRun: true })
    // What is agreed to is what was shown: the state that it was made of.
    if (etag !== undefined) bound = { ...conditions, ifMatch: conditions.ifMatch ?? etag }
    if (options.yes !== true) {
      if (!asked.show(body, say)) {
        say('Nothing to change.')
        return EXIT.ok.code
      }
      if (!(await terminal.confirm(asked.question))) {
        terminal.note('Nothing was changed.')
        return EXIT.differs.code
      }
    }
  }
  const done = await asked.carryOut(bound)
  if (options.json === true) terminal.printJson(json(done.body))
  else asked.tell(done)
  return EXIT.ok.code
}

function conditionsOf({ 'if-match': ifMatch, key, 'own-client': ownClient }: Values): Conditions {
  return {
    // A shell takes the quotes of an entity tag away.
    ...(ifMatch === undefined ? {} : { ifMatch: quoted(ifMatch) }),
    ...(key === undefined ? {} : { idempotencyKey: key }),
    ...(ownClient === true ? { ownClient } : {}),
  }
}

const quoted = (tag: string) => (tag === '*' || tag.startsWith('"') ? tag : `"${tag}"`)

/** For a change that nobody can agree to. */
const nobodyThere = () =>
  new UsageError(
    'Nobody is there to be asked: add --yes to change it, or --dry-run to see what would change.',
  )
