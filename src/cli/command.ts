/** What a command is: a row of the table in `commands.ts`, and a function that is loaded when it runs. */

import type { Api } from '../sdk/api.ts'
import type { OptionName, Values } from './options.ts'
import type { Terminal } from './terminal.ts'

/** One of the words after the name of a command. */
export interface Argument {
  /** As help spells it. */
  readonly name: string
  readonly says: string
  readonly optional?: true
  /** Any number of them, this one and all that follow. */
  readonly many?: true
}

export interface Command {
  readonly name: string
  /** One line. */
  readonly says: string
  /** What one line does not say. */
  readonly more?: string
  readonly takes: readonly Argument[]
  /** Beside `help`, which each has. */
  readonly options: readonly OptionName[]
  /** Whole lines, each of which works with the development server. */
  readonly examples: readonly string[]
  /** It goes on after its function has returned, until it is stopped. */
  readonly stays?: true
  load(): Promise<{ readonly run: Run }>
}

/** What a command is given. */
export interface Given {
  /** The whole table. */
  readonly commands: readonly Command[]
  readonly words: readonly string[]
  readonly options: Values
  readonly terminal: Terminal
  /** Connects to what the options and the environment name; once, at the first call. */
  connect(): Promise<Api>
}

/** Carries the command out, and gives its exit code. */
export type Run = (given: Given) => Promise<number>
