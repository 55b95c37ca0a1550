/** What ends by itself soon, and what should have ended. */

import type { ReactNode } from 'react'
import type { Ending, Overview } from '../../sdk/index.ts'
import { hrefOfClient } from '../clients/client-search.ts'
import { TEXTS, until } from '../frame/texts.ts'
import { Visible } from '../frame/visible-text.tsx'
import { placeName } from './overview-data.ts'

export function Endings({ endings }: Pick<Overview, 'endings'>): ReactNode {
  const { items, isCut } = endings
  return (
    <section className="group" aria-labelledby="endings">
      <h2 id="endings">{TEXTS.endings}</h2>
      {items.length === 0 ? (
        <p className="quiet">{TEXTS.nothingEnds}</p>
      ) : (
        <ul className="plain">
          {items.map((one) => (
            <li key={JSON.stringify(one)}>
              <span>
                <Says ending={one} />{' '}
                <a href={hrefOfClient(one.client)}>
                  <Visible text={one.client.id} />
                </a>{' '}
                <span className="quiet">
                  <Visible text={placeName(one.client)} />
                </span>
              </span>
              <time dateTime={one.at} title={one.at}>
                {until(one.at)}
              </time>
            </li>
          ))}
        </ul>
      )}
      {isCut && <p className="quiet">{TEXTS.endingsCut}</p>}
    </section>
  )
}

function Says({ ending }: { readonly ending: Ending }): ReactNode {
  const { what, value, owner, secretId } = ending
  return (
    <>
      <strong>{TEXTS.endingKinds[what]}</strong>{' '}
      {value !== undefined && (
        <span className="text">
          <Visible text={value} />
        </span>
      )}{' '}
      {owner !== undefined && (
        <span className="quiet">
          <Visible text={TEXTS.by(owner)} />
        </span>
      )}
      {secretId !== undefined && (
        <code>
          <Visible text={secretId} />
        </code>
      )}
    </>
  )
}
