/** Durations and ages as people say them, and durations as they write them. */

import { UsageError } from '../exit.ts'

const UNITS = [
  ['d', 86_400],
  ['h', 3_600],
  ['min', 60],
  ['s', 1],
] as const

/** `36000 s (10 h)`; up to two minutes `90 s`. */
export function durationText(seconds: number): string {
  const plain = `${seconds} s`
  return seconds <= 120 ? plain : `${plain} (${inUnits(seconds)})`
}

/** The two largest units: `1 d 2 h`. */
export function inUnits(seconds: number): string {
  const parts: string[] = []
  let rest = seconds
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size)
    if (count > 0) parts.push(`${count} ${unit}`)
    rest -= count * size
    if (parts.length === 2) break
  }
  return parts.join(' ')
}

/** `3 h ago`; `undefined`: it is not a minute since then, or no time. */
export function ageText(time: string | undefined, now: number): string | undefined {
  const seconds = Math.floor((now - Date.parse(time ?? '')) / 1_000)
  const unit = UNITS.find(([, size]) => seconds >= size)
  if (unit === undefined || seconds < 60) return undefined
  const [name, size] = unit
  return `${Math.floor(seconds / size)} ${name} ago`
}

const WRITTEN: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 }

/**
 * The seconds of a duration such as `90d`. The unit must be there: a number alone would be read as days by
 * one and as seconds by another.
 * @throws UsageError
 */
export function secondsOf(option: string, text: string): number {
  const [, count = '', unit = ''] = /^(\d{1,9})([smhdw])$/.exec(text) ?? []
  const size = WRITTEN[unit]
  if (size !== undefined) return Number(count) * size
  throw new UsageError(`--${option} must be a number and a unit: 90d, 12h, 30m or 600s.`)
}
