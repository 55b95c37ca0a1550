/** Changes over time: a bar for each day, and the same as a table. */

import type { ReactNode } from 'react'
import type { DayCounts, HistoryCounts } from '../../sdk/index.ts'
import { TEXTS } from '../frame/texts.ts'

const DAY_MS = 86_400_000
const HEIGHT = 80
/** Of one day, in the units of the drawing; a gap is part of it. */
const WIDTH = 10
const GAP = 2

/** From the bottom of a bar to its top. */
const PARTS = [
  'applied',
  'outside_change',
  'partly_applied',
  'not_applied',
  'conflict',
  'overlap',
] as const

interface Props {
  readonly counts: HistoryCounts & { readonly isCut: boolean }
}

export function HistoryChart({ counts }: Props): ReactNode {
  const { from, to, days, isCut } = counts
  const all = daysBetween(from, to)
  const byDay = new Map(days.map((one) => [one.day, one]))
  const highest = Math.max(1, ...days.map(totalOf))
  const total = days.reduce((sum, one) => sum + totalOf(one), 0)
  const says = TEXTS.countsSay(total, all[0] ?? '', all.at(-1) ?? '')
  return (
    <section className="chart" aria-labelledby="counts">
      <h2 id="counts">{TEXTS.countsTitle}</h2>
      <p className="quiet">{says}</p>
      {isCut && <p className="notice">{TEXTS.countsCut(all[0] ?? '')}</p>}
      <svg
        role="img"
        aria-label={says}
        viewBox={`0 0 ${all.length * WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
      >
        {all.map((day, index) => (
          <Bar key={day} counts={byDay.get(day)} x={index * WIDTH} scale={HEIGHT / highest} />
        ))}
      </svg>
      {days.length > 0 && (
        <details>
          <summary>{TEXTS.asTable}</summary>
          <CountTable days={days} />
        </details>
      )}
    </section>
  )
}

interface BarProps {
  readonly counts: DayCounts | undefined
  readonly x: number
  readonly scale: number
}

function Bar({ counts, x, scale }: BarProps): ReactNode {
  if (counts === undefined) return null
  let top = HEIGHT
  return PARTS.map((part) => {
    const height = (counts.counts[part] ?? 0) * scale
    top -= height
    return (
      height > 0 && (
        <rect key={part} className={part} x={x} y={top} width={WIDTH - GAP} height={height} />
      )
    )
  })
}

function CountTable({ days }: Pick<HistoryCounts, 'days'>): ReactNode {
  const parts = PARTS.filter((part) => days.some(({ counts }) => counts[part] !== undefined))
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{TEXTS.day}</th>
          {parts.map((part) => (
            <th key={part} scope="col">
              {TEXTS.outcomes[part]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {days.toReversed().map(({ day, counts }) => (
          <tr key={day}>
            <th scope="row">{day}</th>
            {parts.map((part) => (
              <td key={part}>{counts[part] ?? 0}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

const totalOf = ({ counts }: DayCounts): number =>
  Object.values(counts).reduce((sum, one) => sum + one, 0)

/** The dates in UTC from the day of one moment to that of the last one before another. */
function daysBetween(from: string, to: string): readonly string[] {
  const first = Math.floor(Date.parse(from) / DAY_MS)
  const last = Math.floor((Date.parse(to) - 1) / DAY_MS)
  return Array.from({ length: last - first + 1 }, (_, index) =>
    new Date((first + index) * DAY_MS).toISOString().slice(0, 10),
  )
}
