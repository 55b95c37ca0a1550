/** The places: how many clients there are, what is found on them, and how old that knowledge is. */

import type { ReactNode } from 'react'
import type { Overview, Severity } from '../../sdk/index.ts'
import { Time } from '../clients/columns.tsx'
import { hrefOf } from '../frame/place.ts'
import { TEXTS } from '../frame/texts.ts'
import { Visible } from '../frame/visible-text.tsx'
import { placeName } from './overview-data.ts'

const SEVERITIES = Object.keys(TEXTS.severities) as readonly Severity[]

export function Places({ places }: Pick<Overview, 'places'>): ReactNode {
  return (
    <section className="group whole" aria-labelledby="places">
      <h2 id="places">{TEXTS.places}</h2>
      {places.length === 0 ? (
        <p className="quiet">{TEXTS.noPlaces}</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it can be wider than the screen, and is scrolled by keyboard
        <div className="wide-table" tabIndex={0} role="group" aria-label={TEXTS.places}>
          <table>
            <thead>
              <tr>
                <th scope="col">{TEXTS.provider}</th>
                <th scope="col">{TEXTS.clients}</th>
                {SEVERITIES.map((one) => (
                  <th key={one} scope="col">
                    {TEXTS.severities[one]}
                  </th>
                ))}
                <th scope="col">{TEXTS.oldestRead}</th>
              </tr>
            </thead>
            <tbody>
              {places.map((place) => (
                <Row key={placeName(place)} place={place} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
}

function Row({ place }: { readonly place: Overview['places'][number] }): ReactNode {
  const { provider, userPoolId, clients, atLeast, findings, complete, verifiedAt } = place
  return (
    <tr>
      <th scope="row">
        <Visible text={placeName(place)} />
      </th>
      <td>
        <a href={hrefOf('clients', { provider })}>{TEXTS.countOf(clients, atLeast === true)}</a>
      </td>
      {SEVERITIES.map((severity) => (
        <td key={severity} className={findings[severity] > 0 ? severity : ''}>
          {findings[severity] === 0 ? (
            0
          ) : (
            <a href={hrefOf('findings', { provider, pool: userPoolId, severity })}>
              {findings[severity].toLocaleString('en')}
            </a>
          )}
        </td>
      ))}
      <td>
        {!complete && TEXTS.stillReading} <Time time={verifiedAt} />
      </td>
    </tr>
  )
}
