/** What can be done to a client as a whole: suspended and resumed, protected, removed. */

import type { ReactNode } from 'react'
import { hrefOfComparison } from '../frame/place.ts'
import { TEXTS } from '../frame/texts.ts'
import type { ActionProps } from './action.ts'
import { removal } from './removal.tsx'
import { protection, resumption, suspension } from './standing.tsx'

export function Toolbar({ address, client, rights, propose }: ActionProps): ReactNode {
  const isOff = client.suspension !== undefined
  const isProtected = client.protected === true
  return (
    <div className="buttons" role="toolbar" aria-label={TEXTS.actions}>
      {rights.includes('clients:suspend') && (
        <button
          type="button"
          onClick={() => propose(isOff ? resumption(address) : suspension(address))}
        >
          {isOff ? TEXTS.resume : TEXTS.suspend}
        </button>
      )}
      {rights.includes('clients:protect') && (
        <button type="button" onClick={() => propose(protection(address, !isProtected))}>
          {isProtected ? TEXTS.unprotect : TEXTS.protect}
        </button>
      )}
      {rights.includes('clients:delete') && (
        <button type="button" onClick={() => propose(removal(address))}>
          {TEXTS.remove}
        </button>
      )}
      <a href={hrefOfComparison(address)}>{TEXTS.compareThis}</a>
    </div>
  )
}
