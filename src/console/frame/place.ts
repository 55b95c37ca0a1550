/**
 * Where in the console one is, as the fragment of the address says: it is never sent to the server, and a copy of the address
 * leads to the same search, filters and columns.
 */

import { useSyncExternalStore } from 'react'
import type { ClientAddress } from '../../sdk/index.ts'

export interface Place {
  readonly view: string
  readonly params: URLSearchParams
}

/** The fragment of a place; empty parameters are left out. */
export function hrefOf(view: string, params: Readonly<Record<string, string | undefined>>): string {
  const pairs = Object.entries(params).filter(
    (pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== '',
  )
  const query = new URLSearchParams(pairs).toString()
  return `#/${view}${query === '' ? '' : `?${query}`}`
}

/** Where a client is compared with another one. */
export const hrefOfComparison = ({ provider, userPoolId, id }: ClientAddress): string =>
  hrefOf('compare', { 'a-provider': provider, 'a-pool': userPoolId, 'a-id': id })

export function placeOf(hash: string): Place {
  const [view = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2)
  return { view: view === '' ? 'overview' : view, params: new URLSearchParams(query) }
}

/** The place now; the view is drawn again when it changes. */
export function usePlace(): Place {
  return placeOf(useSyncExternalStore(listen, () => window.location.hash))
}

function listen(changed: () => void): () => void {
  window.addEventListener('hashchange', changed)
  window.addEventListener(REPLACED, changed)
  return () => {
    window.removeEventListener('hashchange', changed)
    window.removeEventListener(REPLACED, changed)
  }
}

const REPLACED = 'clientry-place'

/** Changes what the address says of this view, without a step back in the browser for each key that is pressed. */
export function replacePlace(href: string): void {
  window.history.replaceState(null, '', href)
  window.dispatchEvent(new Event(REPLACED))
}

/** Goes to another view. */
export const goTo = (href: string): void => {
  window.location.hash = href
}
