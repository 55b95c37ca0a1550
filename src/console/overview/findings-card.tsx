/** Findings over all places, by severity and by rule. */

import type { ReactNode } from 'react'
import type { Overview, Severity } from '../../sdk/index.ts'
import { hrefOf } from '../frame/place.ts'
import { TEXTS } from '../frame/texts.ts'
import { Visible } from '../frame/visible-text.tsx'

const SEVERITIES = Object.keys(TEXTS.severities) as readonly Severity[]
/** Rules that are listed here; all of them are in the view of findings. */
const RULES = 6

export function Findings({ places, rules }: Pick<Overview, 'places' | 'rules'>): ReactNode {
  const sum = (of: (place: Overview['places'][number]) => number) =>
    places.reduce((total, place) => total + of(place), 0)
  const checked = sum((place) => place.checked)
  const clients = sum((place) => place.clients)
  if (places.length === 0) return null
  return (
    <section className="group" aria-labelledby="overview-findings">
      <h2 id="overview-findings">{TEXTS.findings}</h2>
      <dl className="numbers">
        {SEVERITIES.map((severity) => (
          <div key={severity} className={severity}>
            <dt>{TEXTS.severities[severity]}</dt>
            <dd>
              <a href={hrefOf('findings', { severity })}>
                {sum(({ findings }) => findings[severity]).toLocaleString('en')}
              </a>
            </dd>
          </div>
        ))}
      </dl>
      {checked < clients && <p className="quiet">{TEXTS.checkedOf(checked, clients)}</p>}
      {rules.length === 0 ? (
        <p className="quiet">{TEXTS.nothingFound}</p>
      ) : (
        <ul className="plain">
          {rules.slice(0, RULES).map(({ rule, says, severity, clients: count }) => (
            <li key={rule}>
              <span>
                <span className={`tag ${severity}`}>{TEXTS.severity[severity]}</span>{' '}
                <a href={hrefOf('findings', { rule })}>
                  <Visible text={says} />
                </a>
              </span>
              <span className="quiet">{TEXTS.clientCount(count)}</span>
            </li>
          ))}
        </ul>
      )}
      {rules.length > RULES && <a href={hrefOf('findings', {})}>{TEXTS.allFindings}</a>}
    </section>
  )
}
