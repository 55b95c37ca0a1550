/** The editor of one value: what is entered is a draft, and goes nowhere by itself. */

import { type FormEvent, type ReactNode, useId, useState } from 'react'
import type { Json, JsonObject } from '../../sdk/index.ts'
import { Fault } from '../frame/failure.tsx'
import { TEXTS } from '../frame/texts.ts'
import type { FieldKind } from './fields.ts'

interface Props {
  readonly kind: FieldKind
  readonly label: string
  readonly value: Json
  readonly capability: JsonObject
  /** `undefined`: nothing was decided. */
  onDone(value: Json | undefined): void
}

export function ValueEditor({ kind, label, value, capability, onDone }: Props): ReactNode {
  const [text, setText] = useState(initialText(kind, value))
  const [grace, setGrace] = useState(graceOf(value))
  const [fault, setFault] = useState<string>()
  const id = useId()
  const done = (event: FormEvent) => {
    event.preventDefault()
    const next = readValue(kind, text, grace)
    if (next === undefined) setFault(TEXTS.invalidNumber)
    else onDone(next)
  }
  return (
    <form className="editor" onSubmit={done}>
      <label htmlFor={id} className="hidden">
        {label}
      </label>
      <Input {...{ id, kind, text, setText, capability }} />
      {kind === 'rotation' && (
        <label>
          {TEXTS.graceSeconds}
          <input
            inputMode="numeric"
            value={grace}
            onChange={({ target }) => setGrace(target.value)}
          />
        </label>
      )}
      <button type="submit">OK</button>
      {kind !== 'flag' && kind !== 'rotation' && (
        <button type="button" onClick={() => onDone(null)} aria-label={TEXTS.clearNamed(label)}>
          {TEXTS.clearField}
        </button>
      )}
      <button type="button" onClick={() => onDone(undefined)}>
        {TEXTS.discard}
      </button>
      <Fault says={fault} />
    </form>
  )
}

interface InputProps {
  readonly id: string
  readonly kind: FieldKind
  readonly text: string
  setText(text: string): void
  readonly capability: JsonObject
}

function Input({ id, kind, text, setText, capability }: InputProps): ReactNode {
  const values = choicesOf(kind, capability)
  if (values !== undefined) {
    return (
      <select id={id} value={text} onChange={({ target }) => setText(target.value)} autoFocus>
        {!values.some(([value]) => value === text) && <option value={text}>{text}</option>}
        {values.map(([value, shown]) => (
          <option key={value} value={value}>
            {shown}
          </option>
        ))}
      </select>
    )
  }
  return (
    <input
      id={id}
      value={text}
      spellCheck={false}
      autoComplete="off"
      autoFocus
      {...(kind === 'seconds' ? { inputMode: 'numeric' as const } : {})}
      onChange={({ target }) => setText(target.value)}
    />
  )
}

/** The only values that there are, where the provider says so. */
function choicesOf(
  kind: FieldKind,
  { limits }: JsonObject,
): readonly (readonly [string, string])[] | undefined {
  if (kind === 'flag' || kind === 'rotation') {
    return [
      ['true', TEXTS.yes],
      ['false', TEXTS.no],
    ]
  }
  const values =
    typeof limits === 'object' && limits !== null ? (limits as JsonObject).values : undefined
  if (!Array.isArray(values)) return undefined
  return values.map((one) => [String(one), String(one)] as const)
}

function initialText(kind: FieldKind, value: Json): string {
  if (kind === 'rotation') {
    return String(
      typeof value === 'object' && value !== null && (value as JsonObject).enabled === true,
    )
  }
  return value === null ? (kind === 'flag' ? 'false' : '') : String(value)
}

function graceOf(value: Json): string {
  const seconds =
    typeof value === 'object' && value !== null ? (value as JsonObject).graceSeconds : undefined
  return String(seconds ?? 0)
}

/** `undefined`: it is no such value yet. */
function readValue(kind: FieldKind, text: string, grace: string): Json | undefined {
  if (kind === 'flag') return text === 'true'
  if (kind === 'rotation') {
    return /^\d{1,9}$/.test(grace)
      ? { enabled: text === 'true', graceSeconds: Number(grace) }
      : undefined
  }
  if (text === '') return null
  if (kind !== 'seconds') return text
  return /^\d{1,10}$/.test(text) ? Number(text) : undefined
}
