/** The columns of the table: what each shows of a client. */

import type { ReactNode } from 'react'
import type { ListedClient } from '../../sdk/index.ts'
import { age, TEXTS } from '../frame/texts.ts'
import { Visible } from '../frame/visible-text.tsx'

export type ColumnName = keyof typeof TEXTS.columnNames

export const COLUMN_NAMES = Object.keys(TEXTS.columnNames) as readonly ColumnName[]

/** Shown where the address names none. */
const DEFAULT_COLUMNS: readonly ColumnName[] = [
  'name',
  'id',
  'provider',
  'hosts',
  'grantTypes',
  'lastVerifiedAt',
]

/** Those that the address names, in the order of the table; the name is always there. */
export function columnsOf(text: string | null): readonly ColumnName[] {
  if (text === null) return DEFAULT_COLUMNS
  const named = text.split(',')
  return COLUMN_NAMES.filter((one) => one === 'name' || named.includes(one))
}

/** As the address has it; absent where nothing was chosen. */
export function columnsText(columns: readonly ColumnName[]): string | undefined {
  const text = columns.join(',')
  return text === DEFAULT_COLUMNS.join(',') ? undefined : text
}

/** The part of the width that each takes. */
export const WIDTHS: Readonly<Record<ColumnName, string>> = {
  name: 'minmax(9rem, 2fr)',
  id: 'minmax(9rem, 2fr)',
  provider: 'minmax(7rem, 1.2fr)',
  state: '5rem',
  hosts: 'minmax(8rem, 2fr)',
  grantTypes: 'minmax(8rem, 1.6fr)',
  appType: 'minmax(6rem, 1fr)',
  createdAt: '8rem',
  updatedAt: '8rem',
  lastVerifiedAt: '8rem',
}

/** What a cell shows. */
export function Cell({ name, client }: { name: ColumnName; client: ListedClient }): ReactNode {
  switch (name) {
    case 'name':
      return <Visible text={client.name ?? client.id} />
    case 'id':
      return (
        <code>
          <Visible text={client.id} />
        </code>
      )
    case 'provider':
      return <Visible text={[client.provider, client.userPoolId].filter(Boolean).join(' / ')} />
    case 'state':
      return client.disabled ? TEXTS.off : TEXTS.states['disabled:false']
    case 'hosts':
      return <Several values={hostsOf(client)} />
    case 'grantTypes':
      return <Several values={client.grantTypes} />
    case 'appType':
      return <Visible text={client.appType ?? ''} />
    default:
      return <Time time={client[name]} />
  }
}

function Several({ values }: { readonly values: readonly string[] }): ReactNode {
  const [first, second, ...more] = values
  return (
    <>
      {[first, second]
        .filter((one) => one !== undefined)
        .map((one, index) => (
          <span key={one}>
            {index > 0 && ', '}
            <Visible text={one} />
          </span>
        ))}
      {more.length > 0 && <span className="quiet"> {TEXTS.more(more.length)}</span>}
    </>
  )
}

export function Time({ time }: { readonly time: string | null }): ReactNode {
  if (time === null) return null
  return (
    <time dateTime={time} title={time}>
      {age(time)}
    </time>
  )
}

/** Hosts of the redirect URIs; what is no URL of a host is shown by its scheme. */
function hostsOf({ callbacks }: ListedClient): readonly string[] {
  const hosts = callbacks.map((callback) => {
    try {
      const { host, protocol } = new URL(callback)
      return host === '' ? protocol : host
    } catch {
      return callback
    }
  })
  return [...new Set(hosts)]
}
