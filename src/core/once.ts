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

/** A function of two. */
export function onceForBoth<K extends object, R extends object, T>(
  make: (key: K, record: R) => T,
): (key: K, record: R) => T {
  const byKey = once((key: K) => once((record: R) => make(key, record)))
  return (key, record) => byKey(key)(record)
}
