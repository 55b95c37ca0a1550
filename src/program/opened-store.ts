/** A store that was opened, whatever its kind. */

import type { Documents } from '../store/documents.ts'
import type { StoreKeys } from '../store/keys/keys.ts'
import type { Store } from '../store/store.ts'

export interface OpenedStore {
  readonly store: Store
  /** The id that `store.id` of the configuration pins. */
  readonly id: string
  /** It was made just now. */
  readonly isNew: boolean
  /** The documents of the provider `local` in it; absent where a store holds none. */
  documents?(keys: StoreKeys): Promise<Documents>
}
