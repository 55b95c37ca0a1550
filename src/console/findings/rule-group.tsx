/** What one rule finds: why it matters, the clients, and the fix of each or of many. */

import { type ReactNode, useState } from 'react'
import { visible } from '../../core/page/text.ts'
import type { Caller, ClientName, Permission } from '../../sdk/index.ts'
import { rightsAt } from '../client/client-data.ts'
import type { Proposal } from '../client/proposal.ts'
import { hrefOfClient } from '../clients/client-search.ts'
import { TEXTS } from '../frame/texts.ts'
import { Visible } from '../frame/visible-text.tsx'
import { placeName } from '../overview/overview-data.ts'
import type { Found, RuleGroup } from './findings-data.ts'
import { fixesOf, fixOf, MOST_AT_ONCE } from './fixes.tsx'

/** Findings that are shown at once. */
const SHOWN = 25
const FOR_JOBS: readonly Permission[] = ['clients:write', 'jobs:write', 'jobs:read']

interface Props {
  readonly group: RuleGroup
  /** What the rule looks for, where that is known. */
  readonly says: string | undefined
  readonly isOpen: boolean
  readonly caller: Caller | undefined
  /** Shows the plan of a fix. */
  propose(proposal: Proposal): void
}

export function Rule({ group, says, isOpen, caller, propose }: Props): ReactNode {
  const { rule, severity, source, found } = group
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const [shown, setShown] = useState(SHOWN)
  const mayAt = (one: Found, permissions: readonly Permission[]) =>
    permissions.every((each) => rightsAt(caller, one.clients[0]?.provider ?? '').includes(each))
  const fixable = found.filter((one) => one.finding.mend !== undefined && mayAt(one, FOR_JOBS))
  const wanted = chosen.size === 0 ? fixable : fixable.filter((one) => chosen.has(keyOf(one)))
  const count = Math.min(
    MOST_AT_ONCE,
    new Set(wanted.map(({ clients }) => nameOf(clients[0]))).size,
  )
  const choose = (one: Found, isChosen: boolean) => {
    const others = [...chosen].filter((key) => key !== keyOf(one))
    setChosen(new Set(isChosen ? [...others, keyOf(one)] : others))
  }
  return (
    <details className="group rule" open={isOpen}>
      <summary>
        <h2>
          <span className={`tag ${severity}`}>{TEXTS.severity[severity]}</span>{' '}
          <Visible text={says ?? rule} />
        </h2>{' '}
        <span className="quiet">{TEXTS.findingCount(found.length)}</span>
      </summary>
      <p className="quiet">
        <code>{rule}</code> · {TEXTS.source}: <Visible text={source} />
      </p>
      {fixable.length > 1 && (
        <p>
          <button type="button" onClick={() => propose(fixesOf(wanted))}>
            {TEXTS.previewFixes(count)}
          </button>
        </p>
      )}
      <ul className="plain">
        {found.slice(0, shown).map((one) => (
          <Row
            key={keyOf(one)}
            found={one}
            mayFix={mayAt(one, ['clients:write'])}
            isChosen={chosen.has(keyOf(one))}
            {...(fixable.length > 1 && fixable.includes(one)
              ? { choose: (isChosen: boolean) => choose(one, isChosen) }
              : {})}
            propose={propose}
          />
        ))}
      </ul>
      {found.length > shown && (
        <button type="button" onClick={() => setShown(shown + SHOWN)}>
          {TEXTS.moreFindings(found.length - shown)}
        </button>
      )}
    </details>
  )
}

const nameOf = (client: ClientName | undefined) => JSON.stringify(client)
const keyOf = ({ clients, finding }: Found) =>
  JSON.stringify([nameOf(clients[0]), finding.field, finding.message])

interface RowProps {
  readonly found: Found
  readonly mayFix: boolean
  readonly isChosen: boolean
  choose?(isChosen: boolean): void
  propose(proposal: Proposal): void
}

function Row({ found, mayFix, isChosen, choose, propose }: RowProps): ReactNode {
  const { clients, count, finding } = found
  const { mend, message } = finding
  const [client] = clients
  if (client === undefined) return null
  const name = visible(client.id)
  return (
    <li>
      <div className="about">
        {choose !== undefined && (
          <input
            type="checkbox"
            aria-label={TEXTS.chooseNamed(name)}
            checked={isChosen}
            onChange={({ target }) => choose(target.checked)}
          />
        )}
        {clients.map((one) => (
          <span key={nameOf(one)}>
            <a href={hrefOfClient(one)}>
              <Visible text={one.id} />
            </a>{' '}
            <span className="quiet">
              <Visible text={placeName(one)} />
            </span>{' '}
          </span>
        ))}
        {count > clients.length && (
          <span className="quiet">{TEXTS.more(count - clients.length)}</span>
        )}
        <p>
          <Visible text={message} />
        </p>
        {mend === undefined && <p className="quiet">{TEXTS.noFix}</p>}
        {mend !== undefined && !mayFix && <p className="quiet">{TEXTS.noRight('clients:write')}</p>}
      </div>
      {mend !== undefined && mayFix && (
        <button
          type="button"
          aria-label={TEXTS.previewFixOf(name)}
          onClick={() => propose(fixOf(client, mend))}
        >
          {TEXTS.previewFix}
        </button>
      )}
    </li>
  )
}
