/** Which command a line means: its first word, or its first two. */

import type { Command } from './command.ts'
import { UsageError } from './exit.ts'
import { nounOf, verbsOf } from './nouns.ts'
import { type Candidate, didYouMean, nearest, nearestName } from './suggest.ts'
import { plain } from './terminal.ts'

/** A command, and the words after its name. */
export interface Resolved {
  readonly command: Command
  readonly rest: readonly string[]
}

/**
 * Finds the command.
 * @throws UsageError with what may have been meant
 */
export function resolve(commands: readonly Command[], args: readonly string[]): Resolved {
  const [first = '', second = ''] = args
  const byTwo = commands.find(({ name }) => name === `${first} ${second}`)
  if (byTwo !== undefined) return { command: byTwo, rest: args.slice(2) }
  const verbs = verbsOf(commands, first)
  const byOne = commands.find(({ name }) => name === first)
  const isWord = second !== '' && !second.startsWith('-')
  if (byOne !== undefined && !(isWord && verbs.length > 0 && byOne.takes.length === 0)) {
    return { command: byOne, rest: args.slice(1) }
  }
  throw verbs.length > 0 ? noSuchVerb(first, second, verbs) : noSuchCommand(commands, first)
}

function noSuchVerb(noun: string, verb: string, verbs: readonly string[]): UsageError {
  const meant = nearestName(verb, verbs).map((one) => `clientry ${noun} ${one}`)
  const says = `After clientry ${noun} one of these is expected: ${verbs.join(', ')}.`
  return new UsageError(`${says}${didYouMean(meant)}`)
}

function noSuchCommand(commands: readonly Command[], name: string): UsageError {
  const meant = nearest(name, candidatesOf(commands))
  const hint = meant.length === 0 ? ' clientry --help lists them.' : didYouMean(meant)
  return new UsageError(`There is no command ${plain(name)}.${hint}`)
}

/** Words of other programs for what a command here does. */
const SYNONYMS: Readonly<Record<string, readonly string[]>> = {
  get: ['show', 'read', 'view', 'describe', 'cat', 'info', 'inspect'],
  list: ['ls', 'find', 'search', 'clients', 'query'],
  set: ['update', 'edit', 'change', 'patch', 'modify'],
  create: ['add', 'new', 'make', 'register'],
  delete: ['remove', 'rm', 'destroy', 'del'],
  history: ['log', 'audit', 'changes'],
  rollback: ['revert', 'undo', 'restore'],
  diff: ['compare'],
  standing: ['status', 'state'],
  suspend: ['disable', 'block', 'pause'],
  resume: ['enable', 'unblock', 'unsuspend'],
  jobs: ['job'],
  lease: ['leases'],
  move: ['moves', 'migrate'],
  profiles: ['profile'],
  providers: ['provider', 'places'],
  'rotate-secret': ['rotate'],
  login: ['signin', 'auth'],
  logout: ['signout'],
  whoami: ['me', 'who', 'id'],
  dev: ['start'],
  help: ['man', 'usage'],
}

/** A command writes if it asks before it acts. */
export const isWriting = ({ options }: Command): boolean => options.includes('yes')

/** A noun whose verb is still to come changes nothing. */
export function candidatesOf(commands: readonly Command[]): readonly Candidate[] {
  return commands.flatMap((command) => {
    const name = nounOf(command.name)
    const writes = name === command.name && isWriting(command)
    return [name, ...(SYNONYMS[name] ?? [])].map((word) => ({ word, name, writes }))
  })
}
