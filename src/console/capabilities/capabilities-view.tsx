/** What each provider can hold: every field against every provider, with the reason where one cannot, or not be changed. */

import { useQueries } from '@tanstack/react-query'
import { type ReactNode, useEffect } from 'react'
import type { FieldName, JsonObject, Provider } from '../../sdk/index.ts'
import { providerQuery } from '../client/client-data.ts'
import { FIELD_ROWS, fieldsOf, type GroupName } from '../client/fields.ts'
import { useProviders } from '../clients/client-search.ts'
import { Failure } from '../frame/failure.tsx'
import { TEXTS } from '../frame/texts.ts'
import { Visible } from '../frame/visible-text.tsx'

const GROUPS = Object.keys(TEXTS.groups) as readonly GroupName[]

export function CapabilitiesView(): ReactNode {
  const { data: summaries = [], error, isPending } = useProviders()
  const found = useQueries({ queries: summaries.map(({ id }) => providerQuery(id)) })
  const providers = found.flatMap(({ data }) => (data === undefined ? [] : [data]))
  const fault = error ?? found.find((one) => one.error !== null)?.error ?? null
  useEffect(() => {
    document.title = `${TEXTS.capabilities} · ${TEXTS.name}`
  }, [])
  return (
    <div className="client">
      <h1>{TEXTS.capabilities}</h1>
      <p className="quiet">{TEXTS.capabilitiesSay}</p>
      {fault !== null && <Failure error={fault} />}
      {(isPending || found.some((one) => one.isPending)) && (
        <p className="loading">{TEXTS.loading}</p>
      )}
      {providers.length > 0 &&
        GROUPS.map((group) => <Matrix key={group} group={group} providers={providers} />)}
    </div>
  )
}

interface MatrixProps {
  readonly group: GroupName
  readonly providers: readonly Provider[]
}

function Matrix({ group, providers }: MatrixProps): ReactNode {
  const heading = TEXTS.groups[group]
  return (
    <section className="group" aria-labelledby={`can-${group}`}>
      <h2 id={`can-${group}`}>{heading}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it can be wider than the screen, and is scrolled by keyboard */}
      <div className="wide-table" tabIndex={0} role="group" aria-label={heading}>
        <table>
          <thead>
            <tr>
              <th scope="col">{TEXTS.field}</th>
              {providers.map(({ id, type }) => (
                <th key={id} scope="col">
                  <Visible text={id} /> <span className="quiet">{type}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {fieldsOf(group).map((field) => (
              <Row key={field} field={field} providers={providers} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

interface RowProps {
  readonly field: FieldName
  readonly providers: readonly Provider[]
}

function Row({ field, providers }: RowProps): ReactNode {
  const reasons = providers.flatMap(({ id, fields }) => {
    const { reason, note } = fields[field] as JsonObject
    const says = [reason, note].filter((one) => typeof one === 'string').join(' ')
    return says === '' ? [] : [{ id, says }]
  })
  return (
    <tr>
      <th scope="row">
        {reasons.length === 0 ? (
          FIELD_ROWS[field].label
        ) : (
          <details>
            <summary>{FIELD_ROWS[field].label}</summary>
            <ul className="plain">
              {reasons.map(({ id, says }) => (
                <li key={id}>
                  <span>
                    <Visible text={id} />: <Visible text={says} />
                  </span>
                </li>
              ))}
            </ul>
          </details>
        )}
      </th>
      {providers.map(({ id, fields }) => {
        const can = abilityOf(fields[field])
        return (
          <td key={id} className={can}>
            {TEXTS.abilities[can]}
          </td>
        )
      })}
    </tr>
  )
}

function abilityOf({ support, writable }: JsonObject): keyof typeof TEXTS.abilities {
  if (support === 'missing') return 'missing'
  return writable === true ? 'writable' : 'readable'
}
