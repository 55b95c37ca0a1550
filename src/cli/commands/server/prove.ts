/** `clientry check PLACE --prove`: asks, tries the rules, and prints what was expected, what was seen, and the calls. */

import { writeFileSync } from 'node:fs'
import type { Config } from '../../../config/config-parse.ts'
import type { FieldChange } from '../../../core/diff.ts'
import { stringifyJson } from '../../../core/json/json-text.ts'
import { actorOf } from '../../../http/auth/principal.ts'
import type { Finding } from '../../../program/check-place.ts'
import { provePlace } from '../../../program/prove-place.ts'
import type { Place } from '../../../providers/call.ts'
import { MOST_CALLS, type RuleResult } from '../../../service/proof/prove.ts'
import type { Invocation } from '../../command.ts'
import { operator } from '../../connect/in-process.ts'
import { EXIT, UsageError } from '../../exit.ts'
import { plain, type Terminal } from '../../terminal.ts'

interface Proving extends Pick<Invocation, 'options' | 'terminal'> {
  readonly findings: readonly Finding[]
}

/** Exits with 1 where a rule does not hold, or could not be tried. */
export async function proveAt(
  config: Config,
  place: Place,
  { findings, options, terminal }: Proving,
): Promise<number> {
  const { json, yes, recording: file } = options
  const name = place.userPoolId === undefined ? place.provider : Object.values(place).join('/')
  if (yes !== true) {
    if (!terminal.person) {
      throw new UsageError('There is no terminal to ask on. Add --yes to make a client there.')
    }
    const question = `Make a client at ${name}, try the rules on it with at most ${MOST_CALLS} calls, and delete it?`
    if (!(await terminal.confirm(question))) {
      terminal.note('Nothing was sent.')
      return EXIT.differs.code
    }
  }
  const onResult = json === true ? undefined : (result: RuleResult) => printRule(terminal, result)
  const actor = actorOf(operator())
  const proof = await provePlace(config, place, { actor, ...(onResult && { onResult }) })
  const lines = proof.recording.map((call) => stringifyJson(call))
  if (file !== undefined) writeFileSync(file, `${lines.join('\n')}\n`, { flag: 'wx', mode: 0o600 })
  if (json === true) terminal.printJson({ findings, ...proof })
  else {
    terminal.print(`${proof.calls} calls were sent.`)
    if (file === undefined) for (const line of lines) terminal.print(plain(line))
  }
  return proof.rules.every(({ outcome }) => outcome === 'holds') ? EXIT.ok.code : EXIT.differs.code
}

const MARKS = { holds: 'ok  ', differs: 'FAIL', untried: 'SKIP' } as const

function printRule(terminal: Terminal, { kind, rule, outcome, expected, seen, why }: RuleResult) {
  terminal.print(plain(`${MARKS[outcome]} ${kind}: ${rule}`))
  if (why !== undefined) return terminal.print(plain(`       not tried: ${why}`))
  terminal.print(plain(`       expected: ${spelled(expected)}`))
  terminal.print(plain(`       seen:     ${outcome === 'holds' ? 'the same' : spelled(seen)}`))
}

const spelled = (changes: readonly FieldChange[]): string =>
  changes.length === 0
    ? 'no change'
    : changes.map(({ field, after }) => `${field} = ${stringifyJson(after)}`).join(', ')
