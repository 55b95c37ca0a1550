/**
 * Short texts that the instances of a store share for the moment, as what each takes of an account's rate. One is
 * replaced only by an instance that knows what is there. Nothing in them has to survive a crash.
 */

import type { DocumentRow, DocumentRows } from './documents.ts'

export interface Note {
  /** Absent: there is none. */
  readonly text?: string
  /** The store's own time (epoch milliseconds), where it has one; else clocks count that are together. */
  readonly now?: number
}

export interface Notes {
  read(name: string): Promise<Note>
  /** Puts `text` in place of `before`; `false`: something else is there. */
  replace(name: string, text: string, before: string | undefined): Promise<boolean>
}

/** Notes are documents of this collection. */
export const COLLECTION = 'notes'

/** Notes among the documents of a store. */
export function notesOver(rows: Pick<DocumentRows, 'find' | 'add' | 'replace'>): Notes {
  return {
    read: async (name) => noteOf((await rows.find(COLLECTION, 'id', name, 0))?.body),
    replace: (name, text, before) =>
      before === undefined
        ? rows.add(rowOf(name, text), 0)
        : rows.replace({ collection: COLLECTION, id: name, before, after: text }),
  }
}

/** A note as it is read. */
export const noteOf = (text: string | undefined): Note => (text === undefined ? {} : { text })

const rowOf = (id: string, body: string): DocumentRow => ({
  collection: COLLECTION,
  id,
  body,
  expiresAt: null,
  grantId: null,
  uid: null,
  userCode: null,
})
