/** Lifetimes: seconds on our side, a duration as Go writes it in Hydra ("1h30m0s"; `time.Duration`, `String`). */

import type { Json } from '../../core/json/json.ts'
import type { Lens } from '../../core/mapping/row.ts'

const UNIT_SECONDS: Readonly<Record<string, number>> = {
  h: 3_600,
  m: 60,
  s: 1,
  ms: 1e-3,
  us: 1e-6,
  µs: 1e-6,
  μs: 1e-6,
  ns: 1e-9,
}

/** `time.ParseDuration`; "0" alone needs no unit. Digits match in one way only, so that a long text takes no longer. */
const DURATION = /^[-+]?(?:0|(?:(?:\d+(?:\.\d*)?|\.\d+)(?:h|ms|m|s|us|µs|μs|ns))+)$/
const PART = /(\d+(?:\.\d*)?|\.\d+)(h|ms|m|s|us|µs|μs|ns)/g

/** The seconds of a duration; `undefined` for anything else. */
export function secondsOf(value: Json | undefined): number | undefined {
  if (typeof value !== 'string' || !DURATION.test(value)) return undefined
  const parts = [...value.matchAll(PART)]
  const sum = parts.reduce((all, [, number, unit = '']) => {
    return all + Number(number) * (UNIT_SECONDS[unit] ?? Number.NaN)
  }, 0)
  return value.startsWith('-') ? -sum : sum
}

/** Whole seconds as Hydra shows them. */
export function durationOf(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60)]
  const rest = `${seconds % 60}s`
  if (hours > 0) return `${hours}h${minutes}m${rest}`
  return minutes > 0 ? `${minutes}m${rest}` : rest
}

/** The same spelling for the same time, for comparison. */
export function normalLifespan(value: Json): Json {
  const seconds = secondsOf(value)
  return seconds === undefined || !Number.isInteger(seconds) || seconds < 0
    ? value
    : durationOf(seconds)
}

/** A lifetime as a field in seconds; none: the server's own. */
export function lifetime(name: string, note: string): Lens<number | null> {
  return {
    support: 'native',
    keys: [name],
    get: (native) => secondsOf(native[name]),
    put: (seconds) => ({ [name]: seconds === null ? undefined : durationOf(seconds) }),
    note,
  }
}
