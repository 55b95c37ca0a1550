/** All clients of all providers in one table, with a search that follows each key. */

import { type ReactNode, useCallback, useEffect, useRef } from 'react'
import { visible } from '../../core/page/text.ts'
import { Failure } from '../frame/failure.tsx'
import { hrefOf, type Place } from '../frame/place.ts'
import { TEXTS } from '../frame/texts.ts'
import { isSearch, useClients, useColumns } from './client-search.ts'
import { ClientTable, type TableHandle } from './client-table.tsx'
import { SearchBar } from './search-bar.tsx'

/** An empty table: what to do about it. */
function Nothing({
  isSearch,
  isRead,
}: {
  readonly isSearch: boolean
  readonly isRead: boolean
}): ReactNode {
  return (
    <div className="empty">
      {isSearch ? (
        <>
          <h2>{TEXTS.noClients}</h2>
          <p>{TEXTS.noClientsSays}</p>
          <a href={hrefOf('clients', {})}>{TEXTS.clear}</a>
        </>
      ) : (
        <>
          <h2>{isRead ? TEXTS.noneYet : TEXTS.firstReading}</h2>
          <p>{isRead ? TEXTS.noneYetSays : TEXTS.firstReadingSays}</p>
        </>
      )}
    </div>
  )
}

export function ClientsView({ place }: { readonly place: Place }): ReactNode {
  const found = useClients(place)
  const { clients, unreadable, incomplete, hasNextPage, isFetchingNextPage } = found
  const { fetchNextPage, error, refetch, isPending, isPlaceholderData } = found
  const input = useRef<HTMLInputElement>(null)
  const table = useRef<TableHandle>(null)
  const columns = useColumns(place)
  const toSearch = useCallback(() => input.current?.focus(), [])
  // One that is under way is waited for.
  const more = useCallback(() => void fetchNextPage({ cancelRefetch: false }), [fetchNextPage])
  useEffect(() => {
    document.title = `${TEXTS.clients} · ${TEXTS.name}`
    const toSearch = (event: KeyboardEvent) => {
      const isTyping = event.target instanceof HTMLElement && event.target.matches('input, select')
      if (event.key !== '/' || isTyping) return
      event.preventDefault()
      input.current?.focus()
    }
    window.addEventListener('keydown', toSearch)
    return () => window.removeEventListener('keydown', toSearch)
  }, [])
  const isEmpty = !isPending && !hasNextPage && clients.length === 0 && error === null
  return (
    <div className="clients" aria-busy={isPlaceholderData || isPending}>
      <h1 className="hidden">{TEXTS.clients}</h1>
      <SearchBar place={place} input={input} toRows={() => table.current?.focus()} />
      {incomplete.length > 0 && (
        <p className="notice">
          {TEXTS.incomplete(
            incomplete
              .map((one) => visible([one.provider, one.userPoolId].filter(Boolean).join(' / ')))
              .join(', '),
          )}
        </p>
      )}
      {error !== null && <Failure error={error} again={() => void refetch()} />}
      {isEmpty ? (
        <Nothing isSearch={isSearch(place)} isRead={incomplete.length === 0} />
      ) : (
        <ClientTable
          clients={clients}
          columns={columns}
          handle={table}
          hasMore={hasNextPage}
          more={more}
          toSearch={toSearch}
        />
      )}
      <footer className="status">
        <output aria-live="polite">
          {isPending ? TEXTS.loading : TEXTS.rows(clients.length, hasNextPage)}{' '}
          {unreadable.length > 0 && TEXTS.unreadable(unreadable.length)}{' '}
          {isFetchingNextPage && TEXTS.loadingMore}
        </output>
        <span className="quiet keys">{TEXTS.keys}</span>
      </footer>
    </div>
  )
}
