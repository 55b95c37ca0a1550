/** Facts about something, each with its name; and who did something. */

import type { ReactNode } from 'react'
import type { Actor } from '../../sdk/index.ts'
import { Visible } from './visible-text.tsx'

interface FactProps {
  readonly label: string
  readonly children: ReactNode
}

/** One fact, in a list of definitions. */
export function Fact({ label, children }: FactProps): ReactNode {
  return (
    <div className="field">
      <dt>
        <span className="label">{label}</span>
      </dt>
      <dd>{children}</dd>
    </div>
  )
}

/** A caller: the subject, then the client and the issuer by which it is known. */
export function Who({ actor }: { readonly actor: Actor }): ReactNode {
  const { subject, clientId, issuer } = actor
  return (
    <>
      <Visible text={subject} />{' '}
      <span className="quiet facts">
        <Visible text={[clientId, issuer].filter((one) => one !== undefined).join(' · ')} />
      </span>
    </>
  )
}
