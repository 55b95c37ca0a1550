/** The search, the filters and the choice of columns. */

import { type ReactNode, type Ref, useDeferredValue, useEffect, useRef, useState } from 'react'
import { ChoiceInput } from '../frame/form.tsx'
import type { Place } from '../frame/place.ts'
import { TEXTS } from '../frame/texts.ts'
import { changeSearch, paramOf, useColumns, useProviders } from './client-search.ts'
import { COLUMN_NAMES, columnsText } from './columns.tsx'

/** Those of RFC 6749, RFC 8628, RFC 7523 and OpenID Connect Core that clients have; others are found by a filter. */
const GRANT_TYPES = [
  'authorization_code',
  'client_credentials',
  'implicit',
  'password',
  'refresh_token',
  'urn:ietf:params:oauth:grant-type:device_code',
  'urn:ietf:params:oauth:grant-type:jwt-bearer',
]

interface Props {
  readonly place: Place
  readonly input: Ref<HTMLInputElement>
  /** The arrow goes from the search into the rows. */
  toRows(): void
}

export function SearchBar({ place, input, toRows }: Props): ReactNode {
  const { data: providers = [] } = useProviders()
  return (
    <search className="search">
      <label className="wide" htmlFor="search-q">
        <span className="hidden">{TEXTS.search}</span>
        <Typed
          place={place}
          name="q"
          input={input}
          type="search"
          placeholder={TEXTS.search}
          onArrowDown={toRows}
        />
      </label>
      <ChoiceInput
        label={TEXTS.provider}
        value={paramOf(place, 'provider')}
        options={[['', TEXTS.anyProvider], ...providers.map(({ id }) => [id, id] as const)]}
        onChange={(provider) => changeSearch(place, { provider })}
      />
      <ChoiceInput
        label={TEXTS.grant}
        value={paramOf(place, 'grant')}
        options={[
          ['', TEXTS.anyGrant],
          ...GRANT_TYPES.map((one) => [one, one.split(':').at(-1) ?? one] as const),
        ]}
        onChange={(grant) => changeSearch(place, { grant })}
      />
      <ChoiceInput
        label={TEXTS.state}
        value={paramOf(place, 'state')}
        options={Object.entries(TEXTS.states)}
        onChange={(state) => changeSearch(place, { state })}
      />
      <label htmlFor="search-filter">
        <span>{TEXTS.filter}</span>
        <Typed place={place} name="filter" type="text" placeholder={TEXTS.filterHint} />
      </label>
      <Columns place={place} />
    </search>
  )
}

interface TypedProps {
  readonly place: Place
  readonly name: 'q' | 'filter'
  readonly type: 'search' | 'text'
  readonly placeholder: string
  readonly input?: Ref<HTMLInputElement>
  onArrowDown?(): void
}

/** Each key is shown at once; the address and the table follow as soon as there is time. */
function Typed({ place, name, input, onArrowDown, ...rest }: TypedProps): ReactNode {
  const inAddress = paramOf(place, name)
  const [text, setText] = useState(inAddress)
  const deferred = useDeferredValue(text)
  /** What the address had from here: it may be behind what is typed, and must not be typed over it. */
  const written = useRef(inAddress)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the address follows what is typed, and nothing else
  useEffect(() => {
    if (deferred === written.current) return
    written.current = deferred
    changeSearch(place, { [name]: deferred })
  }, [deferred])
  useEffect(() => {
    if (inAddress === written.current) return
    written.current = inAddress
    setText(inAddress)
  }, [inAddress])
  return (
    <input
      {...rest}
      id={`search-${name}`}
      {...(input === undefined ? {} : { ref: input })}
      value={text}
      maxLength={200}
      autoComplete="off"
      spellCheck={false}
      onChange={({ target }) => setText(target.value)}
      onKeyDown={(event) => {
        if (event.key !== 'ArrowDown' || onArrowDown === undefined) return
        event.preventDefault()
        onArrowDown()
      }}
    />
  )
}

function Columns({ place }: { readonly place: Place }): ReactNode {
  const chosen = useColumns(place)
  return (
    <details className="columns">
      <summary>{TEXTS.columns}</summary>
      <div className="menu">
        {COLUMN_NAMES.map((name) => (
          <label key={name}>
            <input
              type="checkbox"
              checked={chosen.includes(name)}
              disabled={name === 'name'}
              onChange={({ target }) => {
                const next = COLUMN_NAMES.filter((one) =>
                  one === name ? target.checked : chosen.includes(one),
                )
                changeSearch(place, { cols: columnsText(next) })
              }}
            />
            {TEXTS.columnNames[name]}
          </label>
        ))}
      </div>
    </details>
  )
}
