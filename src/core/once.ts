/**
 * What follows from an object that never changes (a mapping, a record) is worked out once for it, and forgotten
 * with it.
 */

/** A function of one object. */
export function once<K extends object, T>(make: (key: K) => T): (key: K) => T {
  const results = new WeakMap<K, { readonly value: T }>()
  return (key) => {
    const before = results.get(key)
    if (before !== undefined) return before.value
    const value = make(key)
    results.set(key, { value })
    return value
  }
}

/** A function of two objects. */
export interface OnceForBoth<K extends object, R extends object, T> {
  (key: K, record: R): T
  /** Gives another record the result of one; for records of which it is known that they have the same. */
  share(key: K, known: R, record: R): void
}

/** A function of two. */
export function onceForBoth<K extends object, R extends object, T>(
  make: (key: K, record: R) => T,
): OnceForBoth<K, R, T> {
  const byKey = once((_: K) => new WeakMap<R, { readonly value: T }>())
  const of = (key: K, record: R): T => {
    const results = byKey(key)
    const before = results.get(record)
    if (before !== undefined) return before.value
    const value = make(key, record)
    results.set(record, { value })
    return value
  }
  const share = (key: K, known: R, record: R) => {
    byKey(key).set(record, { value: of(key, known) })
  }
  return Object.assign(of, { share })
}
