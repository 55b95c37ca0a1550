/** Two clients side by side, at one provider or at two: what differs, and on request what is the same. */

import { type ReactNode, useEffect, useState } from 'react'
import { visible } from '../../core/page/text.ts'
import type { Client, ClientAddress, FieldName, JsonObject } from '../../sdk/index.ts'
import { useClient } from '../client/client-data.ts'
import { FIELD_ROWS } from '../client/fields.ts'
import { hrefOfClient, useProviders } from '../clients/client-search.ts'
import { Failure } from '../frame/failure.tsx'
import { ChoiceInput, PlanForm, TextInput } from '../frame/form.tsx'
import { sameJson } from '../frame/json-text.ts'
import { hrefOf, type Place, replacePlace } from '../frame/place.ts'
import { TEXTS } from '../frame/texts.ts'
import { Visible, VisibleJson } from '../frame/visible-text.tsx'

/** Without times and the secret, which each client has of its own. */
const FIELDS = (Object.keys(FIELD_ROWS) as FieldName[]).filter(
  (name) => !['time', 'secret'].includes(FIELD_ROWS[name].kind),
)

type Side = 'a' | 'b'

export function CompareView({ place }: { readonly place: Place }): ReactNode {
  const [one, other] = [addressIn(place, 'a'), addressIn(place, 'b')]
  useEffect(() => {
    document.title = `${TEXTS.compare} · ${TEXTS.name}`
  }, [])
  return (
    <div className="client">
      <h1>{TEXTS.compare}</h1>
      <div className="sides">
        <Chosen place={place} side="a" address={one} />
        <Chosen place={place} side="b" address={other} />
      </div>
      {one === undefined || other === undefined ? (
        <p className="quiet">{TEXTS.compareSays}</p>
      ) : (
        <Comparison key={JSON.stringify([one, other])} one={one} other={other} />
      )}
    </div>
  )
}

/** The client of a side, as the address says. */
function addressIn({ params }: Place, side: Side): ClientAddress | undefined {
  const id = params.get(`${side}-id`) ?? ''
  const [provider, pool] = [params.get(`${side}-provider`), params.get(`${side}-pool`)]
  if (id === '' || provider === null) return undefined
  return { id, provider, ...(pool === null || pool === '' ? {} : { userPoolId: pool }) }
}

interface ChosenProps {
  readonly place: Place
  readonly side: Side
  readonly address: ClientAddress | undefined
}

function Chosen({ place, side, address }: ChosenProps): ReactNode {
  const { data: providers = [] } = useProviders()
  const [wish, setWish] = useState(address?.provider ?? '')
  const [pool, setPool] = useState(address?.userPoolId ?? '')
  const [id, setId] = useState(address?.id ?? '')
  const provider = providers.find((one) => one.id === wish) ?? providers[0]
  if (provider === undefined) return null
  const choose = () =>
    replacePlace(
      hrefOf('compare', {
        ...Object.fromEntries(place.params),
        [`${side}-provider`]: provider.id,
        [`${side}-pool`]: provider.userPools ? pool.trim() : '',
        [`${side}-id`]: id.trim(),
      }),
    )
  return (
    <section className="group">
      <h2>{TEXTS.sides[side]}</h2>
      <PlanForm label={TEXTS.sides[side]} verb={TEXTS.choose} onSubmit={choose}>
        <ChoiceInput
          label={TEXTS.provider}
          value={provider.id}
          options={providers.map((one) => [one.id, visible(one.id)] as const)}
          onChange={setWish}
        />
        {provider.userPools && (
          <TextInput label={TEXTS.userPool} value={pool} isRequired onChange={setPool} />
        )}
        <TextInput label={TEXTS.columnNames.id} value={id} isRequired onChange={setId} />
      </PlanForm>
    </section>
  )
}

interface ComparisonProps {
  readonly one: ClientAddress
  readonly other: ClientAddress
}

function Comparison({ one, other }: ComparisonProps): ReactNode {
  const [a, b] = [useClient(one), useClient(other)]
  const [isWhole, setIsWhole] = useState(false)
  const error = a.error ?? b.error
  if (error !== null) return <Failure error={error} />
  if (a.data === undefined || b.data === undefined)
    return <p className="loading">{TEXTS.loading}</p>
  const rows = rowsOf(a.data.client, b.data.client)
  const differing = rows.filter(({ isSame }) => !isSame)
  return (
    <>
      <p role="status">{TEXTS.differences(differing.length, rows.length)}</p>
      <label className="consent">
        <input
          type="checkbox"
          checked={isWhole}
          onChange={({ target }) => setIsWhole(target.checked)}
        />
        {TEXTS.showSame}
      </label>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it can be wider than the screen, and is scrolled by keyboard */}
      <div className="wide-table compared" tabIndex={0} role="group" aria-label={TEXTS.compare}>
        <table>
          <thead>
            <tr>
              <th scope="col">{TEXTS.field}</th>
              {[a.data.client, b.data.client].map((client, index) => (
                <th key={index === 0 ? 'a' : 'b'} scope="col">
                  <a href={hrefOfClient(client)}>
                    <Visible text={client.name ?? client.id} />
                  </a>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {(isWhole ? rows : differing).map(({ name, label, values, isSame }) => (
              <tr key={name} className={isSame ? '' : 'is-edited'}>
                <th scope="row">
                  <Visible text={label} />
                </th>
                {values.map((value, index) => (
                  <td key={index === 0 ? 'a' : 'b'} className="text">
                    {value === null ? <em>{TEXTS.none}</em> : <VisibleJson value={value} />}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}

/** Fields, and the further settings of the providers one by one. */
function rowsOf(one: Client, other: Client) {
  const [a, b] = [membersOf(one), membersOf(other)]
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].map((name) => {
    const values = [a[name] ?? null, b[name] ?? null] as const
    const label = FIELDS.includes(name as FieldName) ? FIELD_ROWS[name as FieldName].label : name
    return { name, label, values, isSame: sameJson(...values) }
  })
}

function membersOf(client: Client): JsonObject {
  const { providerSettings, ...rest } = client as unknown as JsonObject
  const fields = FIELDS.filter((name) => name in rest).map((name) => [name, rest[name] ?? null])
  const settings = Object.entries((providerSettings ?? {}) as JsonObject)
  return Object.fromEntries([
    ...fields,
    ...settings.map(([name, value]) => [`providerSettings.${name}`, value]),
  ]) as JsonObject
}
