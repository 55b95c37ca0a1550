/** A value that is to be copied rather than read: it is on the page only where the clipboard cannot be used. */

import { type ReactNode, useId, useState } from 'react'
import { TEXTS } from './texts.ts'

interface Props {
  readonly value: string
  /** No one is shown it again. */
  readonly isOnce?: boolean
}

export function CopyValue({ value, isOnce }: Props): ReactNode {
  const [state, setState] = useState<'new' | 'copied' | 'shown'>('new')
  const id = useId()
  const copy = () =>
    navigator.clipboard.writeText(value).then(
      () => setState('copied'),
      () => setState('shown'),
    )
  return (
    <section className="notice">
      {isOnce === true && <p>{TEXTS.onceSays}</p>}
      <div className="buttons">
        <button type="button" className="main" onClick={() => void copy()}>
          {TEXTS.copySecret}
        </button>
      </div>
      <output aria-live="polite">{state === 'copied' && TEXTS.copied}</output>
      {state === 'shown' && (
        <p>
          <label htmlFor={id}>{TEXTS.copyByHand}</label>{' '}
          <input id={id} readOnly value={value} onFocus={({ target }) => target.select()} />
        </p>
      )}
    </section>
  )
}
