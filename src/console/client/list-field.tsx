/** A list, value by value: who manages or leases each, since when it is there, what was found about it. */

import { type FormEvent, type ReactNode, useId, useState } from 'react'
import { visible } from '../../core/page/text.ts'
import type { ClientAddress, FieldName, HistoryItem, Json, OwnedValue } from '../../sdk/index.ts'
import { Fault } from '../frame/failure.tsx'
import { age, TEXTS } from '../frame/texts.ts'
import { Visible } from '../frame/visible-text.tsx'
import { useValues } from './client-data.ts'
import type { FieldEdit } from './draft.ts'

interface Props {
  readonly address: ClientAddress
  readonly field: FieldName
  readonly label: string
  readonly value: Json
  /** Why it cannot be changed here. */
  readonly why: string | undefined
  readonly edit: FieldEdit | undefined
  readonly history: readonly HistoryItem[]
  readonly findings: readonly {
    readonly rule: string
    readonly severity: string
    readonly message: string
    readonly field: string
  }[]
  onEdit(edit: FieldEdit | undefined): void
}

export function ListField(props: Props): ReactNode {
  const { address, field, label, value, why, edit, history, findings, onEdit } = props
  const { data: owned = [] } = useValues(address)
  const values = Array.isArray(value) ? value.map(String) : []
  const { add = [], remove = [] } = edit?.kind === 'list' ? edit : {}
  const isFree = why === undefined
  const general = findings.filter(({ field: at }) => !/\[\d+\]/.test(at))
  return (
    <div className="list">
      {values.length + add.length === 0 && <em>{TEXTS.none}</em>}
      <ul>
        {values.map((one, index) => {
          const isRemoved = remove.includes(one)
          const next = isRemoved ? remove.filter((other) => other !== one) : [...remove, one]
          return (
            <li key={one} className={isRemoved ? 'is-removed' : ''}>
              <span className="text">
                {isRemoved ? (
                  <del>
                    <Visible text={one} />
                  </del>
                ) : (
                  <Visible text={one} />
                )}
              </span>
              <Facts {...{ field, one, owned, history }} />
              {isRemoved && <span className="tag">{TEXTS.willBeRemoved}</span>}
              {isFree && (
                <button
                  type="button"
                  aria-label={(isRemoved ? TEXTS.keepNamed : TEXTS.removeNamed)(visible(one))}
                  onClick={() => onEdit({ kind: 'list', add, remove: next })}
                >
                  {isRemoved ? TEXTS.keepValue : TEXTS.removeValue}
                </button>
              )}
              {findings
                .filter(({ field: at }) => at.includes(`${field}[${index}]`))
                .map(({ rule, message, severity }) => (
                  <p key={`${rule} ${message}`} className={`finding ${severity}`}>
                    <Visible text={message} />
                  </p>
                ))}
            </li>
          )
        })}
        {add.map((one) => (
          <li key={one} className="is-added">
            <ins className="text">
              <Visible text={one} />
            </ins>
            <span className="tag">{TEXTS.willBeAdded}</span>
            <button
              type="button"
              aria-label={TEXTS.removeNamed(visible(one))}
              onClick={() =>
                onEdit({ kind: 'list', remove, add: add.filter((other) => other !== one) })
              }
            >
              {TEXTS.removeValue}
            </button>
          </li>
        ))}
      </ul>
      {general.map(({ rule, message, severity }) => (
        <p key={`${rule} ${message}`} className={`finding ${severity}`}>
          <Visible text={message} />
        </p>
      ))}
      {isFree && (
        <NewValue
          label={label}
          taken={[...values, ...add]}
          onAdd={(one) => onEdit({ kind: 'list', remove, add: [...add, one] })}
        />
      )}
    </div>
  )
}

interface FactsProps {
  readonly field: FieldName
  readonly one: string
  readonly owned: readonly OwnedValue[]
  readonly history: readonly HistoryItem[]
}

/** Whose a value is, and since when it is there, as far as the history that was loaded goes. */
function Facts({ field, one, owned, history }: FactsProps): ReactNode {
  const own = owned.find((other) => other.field === field && other.value === one)
  const addition = history.find(({ changes }) =>
    changes.some((change) => change.field === field && (change.added ?? []).includes(one)),
  )
  const facts = [
    ...(own?.managers === undefined || own.managers.length === 0
      ? []
      : [TEXTS.managedBy(own.managers.join(', '))]),
    ...(own?.leases ?? []).map(({ owner, expiresAt }) => TEXTS.leasedBy(owner, expiresAt)),
    ...(addition === undefined ? [] : [TEXTS.added(age(addition.at))]),
  ]
  if (facts.length === 0) return null
  return (
    <span className="quiet facts">
      <Visible text={facts.join(' · ')} />
    </span>
  )
}

interface NewValueProps {
  readonly label: string
  readonly taken: readonly string[]
  onAdd(value: string): void
}

function NewValue({ label, taken, onAdd }: NewValueProps): ReactNode {
  const [text, setText] = useState('')
  const [fault, setFault] = useState<string>()
  const id = useId()
  const added = (event: FormEvent) => {
    event.preventDefault()
    const value = text.trim()
    if (value === '') return setFault(TEXTS.empty)
    if (taken.includes(value)) return setFault(TEXTS.duplicate)
    setFault(undefined)
    setText('')
    onAdd(value)
  }
  return (
    <form className="editor" onSubmit={added}>
      <label htmlFor={id} className="hidden">
        {TEXTS.addValueTo(label)}
      </label>
      <input
        id={id}
        value={text}
        spellCheck={false}
        autoComplete="off"
        onChange={({ target }) => setText(target.value)}
      />
      <button type="submit">{TEXTS.addValue}</button>
      <Fault says={fault} />
    </form>
  )
}
