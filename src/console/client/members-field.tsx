/** A map, or the settings of the provider itself, member by member. */

import { type FormEvent, type ReactNode, useId, useState } from 'react'
import { visible } from '../../core/page/text.ts'
import type { FieldName, Json, JsonObject, Provider } from '../../sdk/index.ts'
import { Fault } from '../frame/failure.tsx'
import { readJson, sameJson, shownJson } from '../frame/json-text.ts'
import { TEXTS } from '../frame/texts.ts'
import { Visible, VisibleJson } from '../frame/visible-text.tsx'
import type { FieldEdit } from './draft.ts'

interface Props {
  readonly field: FieldName
  readonly label: string
  readonly value: Json
  readonly why: string | undefined
  readonly provider: Provider | undefined
  readonly edit: FieldEdit | undefined
  onEdit(edit: FieldEdit | undefined): void
}

export function MembersField({
  field,
  label,
  value,
  why,
  provider,
  edit,
  onEdit,
}: Props): ReactNode {
  const isText = field === 'clientMetadata'
  const members = typeof value === 'object' && value !== null ? (value as JsonObject) : {}
  const edits = edit?.kind === 'members' ? edit.set : {}
  const names = [...new Set([...Object.keys(members), ...Object.keys(edits)])].sort()
  const change = (name: string, next: Json | undefined) => {
    const { [name]: _, ...rest } = edits
    const isSame = next === undefined || sameJson(next, members[name] ?? null)
    onEdit({ kind: 'members', set: isSame ? rest : { ...rest, [name]: next } })
  }
  // What the provider shows and takes from no one (docs/http.md).
  const isReadOnly = (name: string) => !isText && (provider?.readOnlySettings ?? []).includes(name)
  return (
    <div className="members">
      {names.length === 0 && <em>{TEXTS.none}</em>}
      {names.map((name) => (
        <Member
          key={name}
          name={name}
          isText={isText}
          before={members[name]}
          edited={Object.hasOwn(edits, name) ? edits[name] : undefined}
          isFree={why === undefined && !isReadOnly(name)}
          onChange={(next) => change(name, next)}
        />
      ))}
      {why === undefined && isText && <NewMember label={label} onAdd={change} />}
    </div>
  )
}

interface MemberProps {
  readonly name: string
  readonly isText: boolean
  readonly before: Json | undefined
  /** `undefined`: it is not edited; `null`: it is cleared. */
  readonly edited: Json | undefined
  readonly isFree: boolean
  /** `undefined`: as it was. */
  onChange(value: Json | undefined): void
}

function Member({ name, isText, before, edited, isFree, onChange }: MemberProps): ReactNode {
  const [text, setText] = useState<string>()
  const [fault, setFault] = useState<string>()
  const id = useId()
  const value = edited === undefined ? (before ?? null) : edited
  const done = (event: FormEvent) => {
    event.preventDefault()
    const next = isText ? (text ?? '') : readJson(text ?? '')
    if (next === undefined) return setFault(TEXTS.invalidJson)
    setText(undefined)
    setFault(undefined)
    onChange(next)
  }
  return (
    <div className={edited === undefined ? 'member' : 'member is-edited'}>
      <code className="field-name">
        <Visible text={name} />
      </code>
      {text === undefined ? (
        <div className="value">
          <span className="text">
            {value === null ? (
              <em>{TEXTS.none}</em>
            ) : isText || typeof value !== 'string' ? (
              <VisibleJson value={value} />
            ) : (
              <Visible text={jsonOf(value)} />
            )}
          </span>
          {isFree && (
            <button
              type="button"
              aria-label={TEXTS.changeNamed(visible(name))}
              onClick={() => setText(isText ? shownJson(value) : jsonOf(value))}
            >
              {TEXTS.change}
            </button>
          )}
          {isFree && value !== null && (
            <button
              type="button"
              aria-label={TEXTS.clearNamed(visible(name))}
              onClick={() => onChange(null)}
            >
              {TEXTS.clearField}
            </button>
          )}
          {edited !== undefined && (
            <button
              type="button"
              aria-label={TEXTS.undoEditNamed(visible(name))}
              onClick={() => onChange(undefined)}
            >
              {TEXTS.undoEdit}
            </button>
          )}
        </div>
      ) : (
        <form className="editor" onSubmit={done}>
          <label htmlFor={id} className="hidden">
            {visible(name)}
          </label>
          <textarea
            id={id}
            value={text}
            spellCheck={false}
            rows={Math.min(12, text.split('\n').length)}
            onChange={({ target }) => setText(target.value)}
          />
          <button type="submit">OK</button>
          <button type="button" onClick={() => setText(undefined)}>
            {TEXTS.discard}
          </button>
          <Fault says={fault} />
        </form>
      )}
    </div>
  )
}

/** A setting as JSON, texts in double quotes, as it is entered. */
const jsonOf = (value: Json): string =>
  typeof value === 'string' ? JSON.stringify(value) : shownJson(value) || 'null'

interface NewMemberProps {
  readonly label: string
  onAdd(name: string, value: Json): void
}

function NewMember({ label, onAdd }: NewMemberProps): ReactNode {
  const [name, setName] = useState('')
  const [value, setValue] = useState('')
  const id = useId()
  const added = (event: FormEvent) => {
    event.preventDefault()
    if (name === '') return
    onAdd(name, value)
    setName('')
    setValue('')
  }
  return (
    <form className="editor" onSubmit={added} aria-label={TEXTS.addValueTo(label)}>
      <label htmlFor={`${id}-name`}>{TEXTS.key}</label>
      <input id={`${id}-name`} value={name} onChange={({ target }) => setName(target.value)} />
      <label htmlFor={`${id}-value`}>{TEXTS.value}</label>
      <input id={`${id}-value`} value={value} onChange={({ target }) => setValue(target.value)} />
      <button type="submit">{TEXTS.addValue}</button>
    </form>
  )
}
