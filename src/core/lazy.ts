/**
 * Parts of the program that are loaded when they are first needed, so that a function that starts cold pays for what its
 * request uses. A part is loaded before an intent is recorded, never between an intent and its outcome: what cannot
 * be loaded then refuses a request of which nothing was sent.
 */

type Part = () => Promise<unknown>

const PARTS = new Set<Part>()

/** A part, by what imports it; it is imported once, and again only if that failed. */
export function lazy<T>(load: () => Promise<T>): () => Promise<T> {
  let loading: Promise<T> | undefined
  const part = () => {
    loading ??= load().catch((error: unknown) => {
      loading = undefined
      throw error
    })
    return loading
  }
  PARTS.add(part)
  return part
}

/**
 * Loads every part, for a process that lives long: it must not find a part gone because a later build has taken
 * its place.
 */
export async function loadAll(): Promise<void> {
  // A part may have parts of its own, which join the set while it is walked through.
  for (const part of PARTS) await part()
}
