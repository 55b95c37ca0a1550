/**
 * The inputs of a step, as a runner hands them to an action: `INPUT_` and the name, in capital letters
 * (https://docs.github.com/en/actions/reference/workflows-and-actions/metadata-syntax#inputs). An input that is not given is empty.
 */

import { UsageError } from '../cli/exit.ts'

type Environment = Readonly<Record<string, string | undefined>>

export interface Inputs {
  /** `undefined` where it is empty. */
  text(name: string): string | undefined
  /** @throws UsageError where it is empty */
  needed(name: string): string
  /** The lines of it that hold something. */
  lines(name: string): readonly string[]
  /** @throws UsageError for anything but `true`, `false` and nothing */
  isTrue(name: string): boolean
}

export function inputsOf(environment: Environment): Inputs {
  const text = (name: string) => environment[`INPUT_${name.toUpperCase()}`]?.trim() || undefined
  return {
    text,
    needed: (name) => {
      const value = text(name)
      if (value === undefined)
        throw new UsageError(`The input ${name} is missing: add it to "with".`)
      return value
    },
    lines: (name) =>
      (text(name) ?? '')
        .split('\n')
        .map((line) => line.trim())
        .filter(Boolean),
    isTrue: (name) => {
      const value = text(name) ?? 'false'
      if (value === 'true' || value === 'false') return value === 'true'
      throw new UsageError(`The input ${name} must be true or false.`)
    },
  }
}
