/** What a command is: a row in the table of its room, and a function that is loaded on use. */

import type { Api } from '../sdk/api.ts'
import type { Option, OptionName, Values } from './options.ts'
import type { Terminal } from './terminal.ts'

/** One of the words after the name of a command. */
export interface Argument {
  /** As help spells it. */
  readonly name: string
  readonly says: string
  readonly optional?: true
  /** It takes this word and all that follow. */
  readonly many?: true
}

export interface Command {
  /** One word, or a noun and what is done with it. */
  readonly name: string
  /** The summary, one line. */
  readonly says: string
  /** Details that do not fit on that line. */
  readonly more?: string
  readonly takes: readonly Argument[]
  /** In addition to `help`, which every command has. */
  readonly options: readonly OptionName[]
  /** What an option means here, if that is not what it means elsewhere. */
  readonly meanings?: Readonly<Partial<Record<OptionName, Pick<Option, 'value' | 'says'>>>>
  /** Complete command lines, each of which works with the development server. */
  readonly examples: readonly string[]
  /** It keeps running after its function has returned, until it is stopped. */
  readonly stays?: true
  load(): Promise<{ readonly run: Run }>
}

/** Commands that belong together. */
export interface CommandGroup {
  /** As help spells it. */
  readonly title: string
  readonly commands: readonly Command[]
}

/** What a command receives. */
export interface Invocation {
  /** The whole table. */
  readonly groups: readonly CommandGroup[]
  readonly words: readonly string[]
  readonly options: Values
  readonly terminal: Terminal
  /** Connects to what the options and the environment name, once, at the first call. */
  connect(): Promise<Api>
  /** Goes on with jobs that no one works on, where this process has no server behind it. */
  tend(): Promise<void>
}

/** Runs the command and returns its exit code. */
export type Run = (invocation: Invocation) => Promise<number>
