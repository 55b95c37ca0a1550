/**
 * Entries as they are stored. Each holds the whole state of its client, and little of that is new: what an
 * earlier entry of the same log says is taken from there (`text-delta.ts`). The earlier one, a base, takes
 * nothing from any other, so that two rows are all that is read for any entry. A new base is written where
 * half of it would be new; its hash makes an entry what it is, however it is stored.
 *
 * Stored is `~` and `{ hash, from?, delta }`, which is no JSON: an earlier version of this program refuses
 * such an entry, rather than take it for something else. Short entries are stored as they are.
 */

import { ClientError } from '../../core/errors.ts'
import { lasting } from '../erasing.ts'
import type { RawRecord } from '../store.ts'
import type { Entry } from './entry.ts'
import { type Delta, deltaOf, type Part, textOf } from './text-delta.ts'

/** What is shorter is stored as it is, and what is new of an entry may be so long (UTF-16 code units). */
export const SHORT = 4_096
/** No entry is longer; a row that someone has changed must not fill the memory. */
const LONGEST = 64 * 2 ** 20
/** Texts of bases that are kept at hand, and logs whose newest base is known. */
const KEPT_LENGTH = 2 * 2 ** 20
const KEPT_LOGS = 10_000

const MARK = '~'

export interface Packed {
  readonly text: string
  /** The entry was appended. */
  remember(): void
}

export interface Packing {
  /** The text to store for an entry that is spelled so. */
  pack(entry: Entry, text: string): Promise<Packed>
  /** The entries' own texts; `undefined` for a row that yields none. */
  unpack(rows: readonly RawRecord[]): Promise<readonly (string | undefined)[]>
}

interface Form {
  readonly hash: string
  /** The number of the base; absent: the text takes from itself alone. */
  readonly from?: number
  /** Absent where someone has changed the row: then it yields no text. */
  readonly delta?: Delta
}

/** `read` gives the stored text of one entry. */
export function createPacking(
  read: (resource: string, seq: number) => Promise<string | undefined>,
): Packing {
  const bases = createBases()
  const newest = createNewest()

  async function baseText(resource: string, seq: number): Promise<string | undefined> {
    const cachedText = bases.get(resource, seq)
    if (cachedText !== undefined) return cachedText
    const stored = await read(resource, seq)
    const text = stored === undefined ? undefined : ownText(stored)
    if (text !== undefined) bases.set(resource, seq, text)
    return text
  }

  /** The base that the entry of a log after `seq` can take from; a short one is not worth a look for it. */
  async function baseAfter(
    resource: string,
    seq: number,
    isShort: boolean,
  ): Promise<number | undefined> {
    const cached = newest.get(resource, seq)
    if (cached !== undefined || isShort || seq === 0) return cached?.base
    const stored = await read(resource, seq)
    return stored === undefined ? undefined : baseOf(stored, seq)
  }

  return {
    pack: async (entry, text) => {
      const { resource, seq, hash } = entry
      const base = await baseAfter(resource, seq - 1, text.length < SHORT)
      const baseContent = base === undefined ? undefined : await baseText(resource, base)
      const own = { text, hash, random: randomPart(entry, text) }
      const stored = shortest(own, base, baseContent)
      return {
        text: stored,
        remember: () => {
          const next = baseOf(stored, seq)
          newest.set(resource, seq, next)
          if (next === seq) bases.set(resource, seq, text)
        },
      }
    },
    unpack: async (rows) => {
      const texts: (string | undefined)[] = []
      for (const { resource, seq, text } of rows) {
        const form = formOf(text)
        newest.set(resource, seq, baseOf(text, seq))
        if (form?.from === undefined) texts.push(ownText(text))
        else {
          const base = await baseText(resource, form.from)
          texts.push(base === undefined ? undefined : textOf(form.delta, base, LONGEST))
        }
      }
      return texts
    },
  }
}

/** A row that is stored in the place of another one. */
export interface Rewritten {
  readonly seq: number
  readonly before: string
  readonly text: string
}

/**
 * The rows to be stored where entries of a log get other texts of the same length, from which sealed texts were removed. Also
 * those that take from such an entry: what they take is the same before and after, so that a base that someone has at
 * hand is still one.
 * @param rows all of the log
 */
export function rewritten(
  rows: readonly RawRecord[],
  texts: ReadonlyMap<number, string>,
): readonly Rewritten[] {
  const bases = new Map(rows.map(({ seq, text }) => [seq, ownText(text)]))
  return rows.flatMap(({ seq, text: before }) => {
    const form = formOf(before)
    const changed = texts.get(seq)
    if (form?.from === undefined) {
      if (changed === undefined) return []
      const { hash } = form ?? { hash: storedHash(before) }
      return [{ seq, before, text: alone({ text: changed, hash, random: undefined }) }]
    }
    const base = bases.get(form.from)
    const next = texts.get(form.from) ?? base
    const text = changed ?? (base && textOf(form.delta, base, LONGEST))
    if (base === undefined || next === undefined || text === undefined) throw unreadable(seq)
    if (changed === undefined && textOf(form.delta, next, LONGEST) === text) return []
    const { hash, from } = form
    const delta = deltaOf(text, lasting(next, text))
    if (textOf(delta, next, LONGEST) !== text || textOf(delta, base, LONGEST) !== text)
      throw unreadable(seq)
    return [{ seq, before, text: spelled({ hash, from, delta }) }]
  })
}

const unreadable = (seq: number) =>
  new ClientError('internal', `Record ${seq} is not stored as it was written, and was left so.`)

/** The hash that a stored text says its entry has. */
export function storedHash(stored: string): string {
  const shape = formOf(stored) ?? (JSON.parse(stored) as { readonly hash?: unknown })
  return String(shape.hash)
}

/** An entry before it is packed. */
interface Own {
  readonly text: string
  readonly hash: string
  readonly random: Part | undefined
}

/** Sealed records have a nonce of their own, so that no text repeats them; they are most of an intent. */
function randomPart(entry: Entry, text: string): Part | undefined {
  if (entry.kind !== 'intent') return undefined
  const from = text.indexOf(entry.sealed)
  return from < 0 ? undefined : { from, to: from + entry.sealed.length }
}

function shortest(own: Own, from: number | undefined, base: string | undefined): string {
  const { text, hash, random } = own
  if (from !== undefined && base !== undefined) {
    const packed = spelled({ hash, from, delta: deltaOf(text, lasting(base, text), random) })
    // Once a log has a base, its short entries name it too: the next one finds it by them.
    if (packed.length <= SHORT) return packed
    const whole = alone(own)
    return packed.length < whole.length / 2 ? packed : whole
  }
  return text.length < SHORT ? text : alone(own)
}

function alone({ text, hash, random }: Own): string {
  const packed = spelled({ hash, delta: deltaOf(text, '', random) })
  return packed.length < text.length ? packed : text
}

const spelled = (form: Form) => MARK + JSON.stringify(form)

function formOf(stored: string): Form | undefined {
  if (!stored.startsWith(MARK)) return undefined
  try {
    return JSON.parse(stored.slice(MARK.length)) as Form
  } catch {
    return { hash: '' }
  }
}

/** The text of an entry that takes nothing from another. */
function ownText(stored: string): string | undefined {
  const form = formOf(stored)
  if (form === undefined) return stored
  return form.from === undefined ? textOf(form.delta, '', LONGEST) : undefined
}

/** The base of what comes after a stored entry: its own, or itself where it is long enough. */
function baseOf(stored: string, seq: number): number | undefined {
  if (!stored.startsWith(MARK)) return stored.length < SHORT ? undefined : seq
  return formOf(stored)?.from ?? seq
}

/** Bases that were needed lately. An entry never changes, so what is kept is right for good. */
function createBases() {
  const cachedTexts = new Map<string, string>()
  let length = 0
  return {
    get: (resource: string, seq: number) => {
      const key = `${seq} ${resource}`
      const text = cachedTexts.get(key)
      if (text === undefined) return undefined
      cachedTexts.delete(key)
      cachedTexts.set(key, text)
      return text
    },
    set: (resource: string, seq: number, text: string) => {
      const key = `${seq} ${resource}`
      length += text.length - (cachedTexts.get(key)?.length ?? 0)
      cachedTexts.set(key, text)
      for (const [oldest, { length: freed }] of cachedTexts) {
        if (length <= KEPT_LENGTH) break
        cachedTexts.delete(oldest)
        length -= freed
      }
    },
  }
}

/** The newest entry of each log that was read or appended lately, and the base that it names. */
function createNewest() {
  const entries = new Map<string, { readonly seq: number; readonly base: number | undefined }>()
  return {
    get: (resource: string, seq: number) => {
      const previous = entries.get(resource)
      return previous?.seq === seq ? previous : undefined
    },
    set: (resource: string, seq: number, base: number | undefined) => {
      if ((entries.get(resource)?.seq ?? 0) > seq) return
      entries.delete(resource)
      entries.set(resource, { seq, base })
      const [oldest] = entries.keys()
      if (entries.size > KEPT_LOGS && oldest !== undefined) entries.delete(oldest)
    },
  }
}
