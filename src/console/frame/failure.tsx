/** A failure, as the server says it. */

import type { ReactNode } from 'react'
import { ClientryError } from '../../sdk/index.ts'
import { TEXTS } from './texts.ts'
import { Visible } from './visible-text.tsx'

interface Shown {
  readonly error: unknown
  readonly again?: () => void
}

export function Failure({ error, again }: Shown): ReactNode {
  const isOurs = error instanceof ClientryError
  const message = error instanceof Error ? error.message : String(error)
  return (
    <div className="failure" role="alert">
      <p>
        <strong>{TEXTS.failed}.</strong> <Visible text={message} />
      </p>
      {isOurs && error.providerMessage !== undefined && (
        <p>
          <Visible text={error.providerMessage} />
        </p>
      )}
      {isOurs && error.requestId !== undefined && (
        <p className="quiet">
          {TEXTS.requestId} <code>{error.requestId}</code>
        </p>
      )}
      {again !== undefined && (
        <button type="button" onClick={again}>
          {TEXTS.tryAgain}
        </button>
      )}
    </div>
  )
}

/** What is wrong with what was entered, beside it; nothing where it is right. */
export const Fault = ({ says }: { readonly says: string | undefined }): ReactNode =>
  says === undefined ? null : (
    <p className="fault" role="alert">
      {says}
    </p>
  )
