/** Labelled inputs of filters and forms. What a form holds is a wish, and goes nowhere before its plan was shown. */

import { type FormEvent, type ReactNode, useId } from 'react'

interface FormProps {
  readonly label: string
  /** Of the button. */
  readonly verb: string
  onSubmit(): void
  readonly children: ReactNode
}

/** A form whose button only shows a plan. */
export function PlanForm({ label, verb, onSubmit, children }: FormProps): ReactNode {
  const submitted = (event: FormEvent) => {
    event.preventDefault()
    onSubmit()
  }
  return (
    <form className="plan-form" aria-label={label} onSubmit={submitted}>
      {children}
      <button type="submit">{verb}</button>
    </form>
  )
}

interface TextProps {
  readonly label: string
  readonly value: string
  readonly isLong?: boolean
  readonly isRequired?: boolean
  readonly maxLength?: number
  onChange(value: string): void
}

/** A text, on one line or several. */
export function TextInput({
  label,
  value,
  isLong,
  isRequired,
  maxLength,
  onChange,
}: TextProps): ReactNode {
  const id = useId()
  const shared = {
    ...{ id, value, spellCheck: false, autoComplete: 'off', required: isRequired === true },
    ...(maxLength === undefined ? {} : { maxLength }),
    onChange: ({ target }: { readonly target: { readonly value: string } }) =>
      onChange(target.value),
  }
  return (
    <label htmlFor={id}>
      <span>{label}</span>
      {isLong === true ? <textarea rows={6} {...shared} /> : <input type="text" {...shared} />}
    </label>
  )
}

interface ChoiceProps {
  readonly label: string
  readonly value: string
  /** Values, each with what is shown of it. */
  readonly options: readonly (readonly [string, string])[]
  onChange(value: string): void
}

/** One of several values. */
export function ChoiceInput({ label, value, options, onChange }: ChoiceProps): ReactNode {
  const id = useId()
  return (
    <label htmlFor={id}>
      <span>{label}</span>
      <select id={id} value={value} onChange={({ target }) => onChange(target.value)}>
        {options.map(([one, shown]) => (
          <option key={one} value={one}>
            {shown}
          </option>
        ))}
      </select>
    </label>
  )
}
