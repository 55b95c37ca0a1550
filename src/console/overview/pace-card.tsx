/** How much of what each provider permits is used at this moment, at the instance that answered. */

import type { ReactNode } from 'react'
import type { Overview } from '../../sdk/index.ts'
import { TEXTS, until } from '../frame/texts.ts'
import { Visible } from '../frame/visible-text.tsx'

type Bucket = Overview['pace'][number]

export function Pace({ pace }: Pick<Overview, 'pace'>): ReactNode {
  if (pace.length === 0) return null
  return (
    <section className="group" aria-labelledby="pace">
      <h2 id="pace">{TEXTS.pace}</h2>
      <p className="quiet">{TEXTS.paceSays}</p>
      <ul className="plain">
        {pace.map((one) => (
          <li key={`${one.provider} ${one.bucket}`}>
            <span>
              <Visible text={`${one.provider} · ${one.bucket}`} />
            </span>
            <Use bucket={one} />
          </li>
        ))}
      </ul>
    </section>
  )
}

function Use({ bucket }: { readonly bucket: Bucket }): ReactNode {
  const { left, burst, perSecond, waiting, pausedUntil, provider, bucket: name } = bucket
  if (left === undefined || burst === undefined || perSecond === undefined)
    return <span className="quiet">{TEXTS.noLimit}</span>
  const used = Math.min(burst, Math.max(0, burst - left))
  const says = TEXTS.paceUsed(Math.round((used / burst) * 100), perSecond, waiting)
  return (
    <span className="use">
      <meter
        aria-label={TEXTS.paceOf(provider, name)}
        min={0}
        max={burst}
        value={used}
        high={burst * 0.8}
        optimum={0}
      />{' '}
      {says} {pausedUntil !== undefined && TEXTS.paused(until(pausedUntil))}
    </span>
  )
}
