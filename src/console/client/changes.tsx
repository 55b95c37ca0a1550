/** Differences, field by field, before and after. */

import type { ReactNode } from 'react'
import type { Json } from '../../sdk/index.ts'
import { shownJson } from '../frame/json-text.ts'
import { TEXTS } from '../frame/texts.ts'
import { Visible, VisibleJson } from '../frame/visible-text.tsx'

interface Change {
  readonly field: string
  readonly before: Json
  readonly after: Json
  readonly added?: readonly Json[]
  readonly removed?: readonly Json[]
}

export function Changes({ changes }: { readonly changes: readonly Change[] }): ReactNode {
  return (
    <ul className="changes">
      {changes.map((change) => (
        <li key={change.field}>
          <code className="field-name">
            <Visible text={change.field} />
          </code>
          {change.added === undefined && change.removed === undefined ? (
            <>
              <Line sign="−" name={TEXTS.before} value={change.before} />
              <Line sign="+" name={TEXTS.after} value={change.after} />
            </>
          ) : (
            <>
              {(change.removed ?? []).map((value) => (
                <Line key={shownJson(value)} sign="−" name={TEXTS.before} value={value} />
              ))}
              {(change.added ?? []).map((value) => (
                <Line key={shownJson(value)} sign="+" name={TEXTS.after} value={value} />
              ))}
            </>
          )}
        </li>
      ))}
    </ul>
  )
}

interface LineProps {
  readonly sign: '−' | '+'
  readonly name: string
  readonly value: Json
}

function Line({ sign, name, value }: LineProps): ReactNode {
  const text = shownJson(value)
  return (
    <div className={sign === '+' ? 'line after' : 'line before'}>
      <span aria-hidden="true">{sign} </span>
      <span className="hidden">{name}: </span>
      {text === '' ? <em>{TEXTS.none}</em> : <VisibleJson value={value} />}
    </div>
  )
}
