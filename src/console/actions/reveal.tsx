/** The secret of a client as it is: asked for only when someone wants it, and copied rather than shown. */

import { type ReactNode, useState } from 'react'
import { type ClientAddress, ClientryError } from '../../sdk/index.ts'
import { CopyValue } from '../frame/copy-value.tsx'
import { Failure } from '../frame/failure.tsx'
import { api } from '../frame/session.ts'
import { StepUp } from '../frame/step-up.tsx'
import { TEXTS } from '../frame/texts.ts'

export function RevealSecret({ address }: { readonly address: ClientAddress }): ReactNode {
  const [value, setValue] = useState<string | null>()
  const [error, setError] = useState<unknown>()
  const reveal = async () => {
    setError(undefined)
    try {
      setValue((await api.getClient(address, { reveal: true })).body.secret)
    } catch (thrown) {
      setError(thrown)
    }
  }
  const isStale = error instanceof ClientryError && error.code === 'step_up_required'
  return (
    <>
      {typeof value !== 'string' && (
        <div className="buttons">
          <button type="button" onClick={() => void reveal()}>
            {TEXTS.reveal}
          </button>
        </div>
      )}
      {typeof value === 'string' && <CopyValue value={value} />}
      {value === null && <p className="quiet">{TEXTS.revealNothing}</p>}
      {isStale && <StepUp onDone={() => void reveal()} />}
      {error !== undefined && !isStale && <Failure error={error} />}
    </>
  )
}
