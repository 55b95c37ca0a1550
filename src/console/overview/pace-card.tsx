/** How much of what each provider permits is used at this moment, at the instance that answered. */

import type { ReactNode } from 'react'
import type { Overview } from '../../sdk/index.ts'
import { TEXTS, until } from '../frame/texts.ts'
import { Visible } from '../frame/visible-text.tsx'

type Bucket = Overview['pace'][number]

/** Buckets that are shown at once: those that are used the most. */
const SHOWN = 5

/** How much of what is permitted is used, 0 to 1. */
const usedShareOf = ({ left = 0, burst = 0 }: Bucket): number =>
  burst === 0 ? 0 : Math.min(1, Math.max(0, (burst - left) / burst))

export function Pace({ pace }: Pick<Overview, 'pace'>): ReactNode {
  if (pace.length === 0) return null
  const sorted = [...pace].sort((one, other) => usedShareOf(other) - usedShareOf(one))
  return (
    <section className="group" aria-labelledby="pace">
      <h2 id="pace">{TEXTS.pace}</h2>
      <p className="quiet">{TEXTS.paceSays}</p>
      <Buckets buckets={sorted.slice(0, SHOWN)} />
      {sorted.length > SHOWN && (
        <details>
          <summary>{TEXTS.morePace(sorted.length - SHOWN)}</summary>
          <Buckets buckets={sorted.slice(SHOWN)} />
        </details>
      )}
    </section>
  )
}

function Buckets({ buckets }: { readonly buckets: readonly Bucket[] }): ReactNode {
  return (
    <ul className="plain">
      {buckets.map((one) => (
        <li key={`${one.provider} ${one.bucket}`}>
          <span>
            <Visible text={`${one.provider} · ${one.bucket}`} />
          </span>
          <Use bucket={one} />
        </li>
      ))}
    </ul>
  )
}

function Use({ bucket }: { readonly bucket: Bucket }): ReactNode {
  const { left, burst, perSecond, waiting, pausedUntil, provider, bucket: name } = bucket
  if (left === undefined || burst === undefined || perSecond === undefined)
    return <span className="quiet">{TEXTS.noLimit}</span>
  const used = usedShareOf(bucket)
  const says = TEXTS.paceUsed(Math.round(used * 100), perSecond, waiting)
  return (
    <span className="use">
      <meter
        aria-label={TEXTS.paceOf(provider, name)}
        min={0}
        max={1}
        value={used}
        high={0.8}
        optimum={0}
      />{' '}
      {says} {pausedUntil !== undefined && TEXTS.paused(until(pausedUntil))}
    </span>
  )
}
