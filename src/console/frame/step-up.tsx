/** What takes a fresh sign-in: the person proves once more who they are, in another tab, and goes on here. */

import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { Failure } from './failure.tsx'
import { loadSession, signInInTab } from './session.ts'
import { TEXTS } from './texts.ts'

export function StepUp({ onDone }: { onDone(): void }): ReactNode {
  const [error, setError] = useState<unknown>()
  const queries = useQueryClient()
  const goOn = async () => {
    await loadSession()
    // What the caller may do is more now.
    await queries.invalidateQueries({ queryKey: ['whoami'] })
    onDone()
  }
  return (
    <section className="notice" aria-labelledby="step-up">
      <h3 id="step-up">{TEXTS.stepUp}</h3>
      <p>{TEXTS.stepUpSays}</p>
      <div className="buttons">
        <button
          type="button"
          className="main"
          onClick={() => void signInInTab(true).catch(setError)}
        >
          {TEXTS.stepUpInTab}
        </button>
        <button type="button" onClick={() => void goOn().catch(setError)}>
          {TEXTS.goOn}
        </button>
      </div>
      {error !== undefined && <Failure error={error} />}
    </section>
  )
}
