/** What a plan says: what would change, what else would happen, warnings, and the exact requests to the provider. */

import type { ReactNode } from 'react'
import type { JsonObject } from '../../sdk/index.ts'
import { shownJson } from '../frame/json-text.ts'
import { TEXTS } from '../frame/texts.ts'
import { Visible, VisibleJson } from '../frame/visible-text.tsx'
import { Changes } from './changes.tsx'
import type { Planned } from './proposal.ts'

export function PlanBody({ plan }: { readonly plan: Planned }): ReactNode {
  const { changes, warnings, requests, facts, hasEffect } = plan
  return (
    <>
      <p className="quiet">{TEXTS.planSays}</p>
      {facts}
      {changes.length > 0 ? (
        <Changes changes={changes} />
      ) : (
        hasEffect !== true && <p>{TEXTS.nothingChanges}</p>
      )}
      {warnings.length > 0 && (
        <section className="warnings">
          <h3>{TEXTS.warnings}</h3>
          <ul>
            {warnings.map(({ code, message, field = '' }) => (
              <li key={`${code} ${field} ${message}`}>
                <Visible text={message} />
              </li>
            ))}
          </ul>
        </section>
      )}
      {requests !== undefined && requests.length > 0 ? (
        <section>
          <h3>{TEXTS.sentRequests}</h3>
          {requests.map((request, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two requests can be the same
            <Request key={index} request={request} index={index} />
          ))}
        </section>
      ) : (
        requests !== undefined && hasEffect === true && <p className="quiet">{TEXTS.noRequests}</p>
      )}
    </>
  )
}

interface RequestProps {
  readonly request: JsonObject
  readonly index: number
}

/** One call to the provider: its method and target, then all of it. */
function Request({ request, index }: RequestProps): ReactNode {
  const { method, target, body } = request
  const head = [method, target].filter((one) => typeof one === 'string').join(' ')
  return (
    <pre
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it can be longer than the panel, and is scrolled by keyboard
      tabIndex={0}
      role="region"
      aria-label={TEXTS.requestNumber(index + 1)}
    >
      <Visible text={head} />
      {'\n'}
      <VisibleJson value={body ?? null} />
    </pre>
  )
}

/** A list of sentences or names, each as text. */
export function Lines({ values }: { readonly values: readonly string[] }): ReactNode {
  return (
    <ul>
      {values.map((one) => (
        <li key={one}>
          <Visible text={shownJson(one)} />
        </li>
      ))}
    </ul>
  )
}
