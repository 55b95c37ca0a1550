/**
 * What must hold after every scenario, whatever went wrong in it. Each gives a sentence for what is
 * broken, or nothing.
 */

import { same } from '../../src/core/json/json.ts'
import type { Closing, Intent } from '../../src/store/log/entry.ts'
import type { Evidence } from './scenario.ts'

type Invariant = (evidence: Evidence) => string | undefined

/** Written by the changes before and after, which are not judged. */
const CALM = [
  'LogoutURLs',
  'allowed_logout_urls',
  'webOrigins',
  'web.redirectUris',
  'settings.oauthClient.post_logout_redirect_uris',
]

/** The intents of the change with what closed each; the change after it left out. */
function operations({ entries, begun, scenario }: Evidence) {
  return entries.flatMap((entry, index): { intent: Intent; closing: Closing | undefined }[] => {
    if (entry.kind !== 'intent' || entry.seq <= begun) return []
    const named = entry.changes.map(({ field }) => field)
    if (!named.some((field) => scenario.kind.fields.includes(field))) return []
    const next = entries[index + 1]
    return [{ intent: entry, closing: next?.kind === 'outcome' ? next : undefined }]
  })
}

const outcomeOf = (evidence: Evidence) => operations(evidence).at(-1)?.closing?.outcome

/** The value that the outside writer set, where it came to write this setting. */
function foreignValue({ scenario, written }: Evidence, setting: string) {
  const { writer, kind } = scenario
  return written && writer !== undefined ? kind.outside[writer.touches][setting] : undefined
}

const isForeign = (evidence: Evidence, setting: string) => {
  const value = foreignValue(evidence, setting)
  return value !== undefined && same(value, evidence.end[setting] ?? null)
}

/** The settings that the change names, by where each stands in the end. */
function standings(evidence: Evidence) {
  const { scenario, start, end } = evidence
  return Object.entries(scenario.kind.after).map(([setting, after]) => {
    const is = end[setting] ?? null
    if (isForeign(evidence, setting)) return { setting, stands: 'foreign' as const }
    if (same(is, after)) return { setting, stands: 'after' as const }
    if (same(is, start[setting] ?? null)) return { setting, stands: 'before' as const }
    return { setting, stands: 'neither' as const }
  })
}

const noOpenIntent: Invariant = (evidence) => {
  const unclosed = operations(evidence).filter(({ closing }) => closing === undefined)
  const { openIntents, leftBySweep } = evidence
  if (openIntents + leftBySweep + unclosed.length === 0) return undefined
  return `${leftBySweep} intents are left by sweeps, ${openIntents} open, ${unclosed.length} without an outcome`
}

const canBeChangedAgain: Invariant = ({ next }) =>
  next !== undefined && 'outcome' in next
    ? undefined
    : `the next change ended ${JSON.stringify(next)}`

/** On a provider that replaces everything, a write between the base and the call that does so cannot be seen. */
function isUnseen({ scenario: { kind, writer }, overtaken }: Evidence): boolean {
  if (kind.replaces === undefined) return false
  const [, call] = /^after call (\d+)$/.exec(writer?.moment ?? '') ?? []
  const isBefore = call !== undefined && Number(call) < kind.replaces
  return writer?.moment === 'before call 1' || isBefore || overtaken
}

const noUnnamedChange: Invariant = (evidence) => {
  const { start, end, scenario } = evidence
  const named = [...Object.keys(scenario.kind.after), ...CALM]
  for (const setting of new Set([...Object.keys(start), ...Object.keys(end)])) {
    if (named.includes(setting)) continue
    const is = end[setting] ?? null
    const kept = same(is, start[setting] ?? null)
    const foreign = foreignValue(evidence, setting)
    if (foreign === undefined ? kept : same(is, foreign) || (kept && isUnseen(evidence))) continue
    return `${setting}, which no one named, is ${JSON.stringify(is)}`
  }
  return undefined
}

const noChangeWithoutRecord: Invariant = (evidence) => {
  const changed = standings(evidence).filter(({ stands }) => stands === 'after')
  if (changed.length === 0) return undefined
  const outcomes = operations(evidence).map(({ closing }) => closing?.outcome)
  if (outcomes.some((outcome) => outcome === 'applied' || outcome === 'conflict')) return undefined
  return `${changed.map(({ setting }) => setting).join(', ')} changed; recorded: ${outcomes.join(', ') || 'nothing'}`
}

const noHalfChangeUntold: Invariant = (evidence) => {
  const stands = standings(evidence)
  const ours = new Set(stands.map((one) => one.stands).filter((one) => one !== 'foreign'))
  const last = operations(evidence).at(-1)
  if (ours.has('neither'))
    return `a setting is neither as before nor as asked: ${JSON.stringify(stands)}`
  if (ours.size < 2) return undefined
  const told = last?.intent.changes.map(({ field }) => field) ?? []
  const names = evidence.scenario.kind.fields.every((field) => told.includes(field))
  if (last?.closing?.outcome === 'conflict' && names) return undefined
  return `half of it is in force and the record says ${last?.closing?.outcome ?? 'nothing'}`
}

const recordedOutcomeFits: Invariant = (evidence) => {
  const stands = standings(evidence).map((one) => one.stands)
  const outcome = outcomeOf(evidence)
  if (outcome === 'applied' && stands.includes('before'))
    return 'recorded as applied, and is not in force'
  if (outcome !== 'applied' && outcome !== 'conflict' && stands.includes('after')) {
    return `recorded as ${outcome ?? 'nothing'}, and is in force`
  }
  return undefined
}

/** After one more change the newest record is of exactly what the provider holds. */
const recordedStateFits: Invariant = ({ entries, tag }) => {
  const last = entries.at(-1)
  return last !== undefined && 'tag' in last && last.tag === tag
    ? undefined
    : 'the newest record is of another state than the provider holds'
}

const answerIsHonest: Invariant = (evidence) => {
  const { answer } = evidence
  if (answer === undefined) return undefined
  const outcome = outcomeOf(evidence)
  if ('outcome' in answer) {
    return answer.outcome === outcome
      ? undefined
      : `answered ${answer.outcome}, recorded ${outcome}`
  }
  if (answer.code === 'outcome_unknown') return undefined
  const expected = answer.code === 'change_unresolved' ? 'conflict' : 'not_applied'
  return outcome === undefined || outcome === expected
    ? undefined
    : `answered ${answer.code}, recorded ${outcome}`
}

/** Whatever someone else set, and is in force, is in a record: as a base, a surprise or a change. */
const outsideChangeIsTold: Invariant = (evidence) => {
  const { writer, kind } = evidence.scenario
  if (!evidence.written || writer === undefined) return undefined
  const inForce = Object.keys(kind.outside[writer.touches]).some((name) =>
    isForeign(evidence, name),
  )
  if (!inForce && writer.moment !== 'before the base read') return undefined
  const outside = Object.entries(kind.outside[writer.touches])
  // Before the base was read, it is an outside change; what came later may be part of an outcome.
  const entries = evidence.entries.filter(
    ({ kind }) => writer.moment !== 'before the base read' || kind === 'outside_change',
  )
  const states = entries.flatMap((entry) => ('state' in entry ? [entry.state] : []))
  const seen = states.some((state) =>
    outside.every(([name, value]) => same(state?.[name] ?? null, value)),
  )
  return seen ? undefined : 'what someone else set is in no record'
}

/** Where a change is read back, its own outcome says what someone else set meanwhile, and so does its answer. */
const readBackIsTold: Invariant = (evidence) => {
  const { scenario, written, answer } = evidence
  const { writer, kind, fault } = scenario
  if (!written || writer === undefined || !writer.moment.startsWith('after')) return undefined
  const outside = Object.entries(kind.outside[writer.touches])
  const inForce = outside.some(([name]) => isForeign(evidence, name))
  const closing = operations(evidence).at(-1)?.closing
  if (kind.calls.length === 1 || !inForce || closing?.outcome !== 'applied') return undefined
  if (outside.some(([name, value]) => !same(closing.state?.[name] ?? null, value))) {
    return 'the outcome records another state than was read back'
  }
  const silent = answer !== undefined && 'warnings' in answer && answer.warnings === 0
  // A second attempt was planned from it.
  const once = operations(evidence).length === 1
  return silent && once && fault === undefined ? 'the answer does not warn of it' : undefined
}

/** No record is missing: 1, 2, 3 … */
const noGap: Invariant = ({ entries }) =>
  entries.every(({ seq }, index) => seq === index + 1) ? undefined : 'the history has a gap'

/** Sent again with its key, a request has its effect once, and is answered with what became of it then. */
const noDoubleEffect: Invariant = (evidence) => {
  const { effects, repeated } = evidence
  if (effects > 1) return `the request took effect ${effects} times`
  const { closing } = operations(evidence).find(({ closing }) => isEffect(closing)) ?? {}
  if (closing?.kind !== 'outcome' || repeated === undefined) return undefined
  const told = 'code' in repeated ? repeated.code : repeated.outcome
  // What is a conflict in the history is change_unresolved in an answer.
  const expected = closing.outcome === 'conflict' ? 'change_unresolved' : closing.outcome
  return told === expected ? undefined : `${closing.outcome} was answered again as ${told}`
}

/** A client is marked as suspended just where something was taken away and not given back. */
const suspensionIsMarked: Invariant = (evidence) => {
  const { asked } = evidence.scenario.kind
  if (asked.kind !== 'suspension') return undefined
  const marked = evidence.entries.at(-1)?.standing?.suspended !== undefined
  const outcome = outcomeOf(evidence)
  const taken = outcome === 'applied' || outcome === 'conflict'
  if (marked !== (asked.suspended ? taken : outcome !== 'applied')) {
    return `${outcome ?? 'not carried out'}, and ${marked ? 'marked' : 'not marked'} as suspended`
  }
  const off = asked.suspended ? 'after' : 'before'
  const stands = standings(evidence).map((one) => one.stands)
  const judged = outcome !== 'conflict' && !stands.includes('foreign')
  return judged && stands.every((one) => one === off) !== marked
    ? `${marked ? 'marked' : 'not marked'} as suspended, and its settings are as ${stands.join(', ')}`
    : undefined
}

const isEffect = (closing: Closing | undefined) =>
  closing?.outcome === 'applied' || closing?.outcome === 'conflict'

export const INVARIANTS: Readonly<Record<string, Invariant>> = {
  noOpenIntent,
  canBeChangedAgain,
  noUnnamedChange,
  noChangeWithoutRecord,
  noHalfChangeUntold,
  recordedOutcomeFits,
  recordedStateFits,
  answerIsHonest,
  outsideChangeIsTold,
  readBackIsTold,
  noGap,
  noDoubleEffect,
  suspensionIsMarked,
}

/** Every invariant that a scenario breaks, with what is wrong. */
export function violations(evidence: Evidence): readonly string[] {
  return Object.entries(INVARIANTS).flatMap(([name, holds]) => {
    const wrong = holds(evidence)
    return wrong === undefined ? [] : [`${name}: ${wrong}`]
  })
}
