/** How a name that came from outside is echoed. */

/** Names are cut before they are echoed, so that an answer never carries a long foreign text. */
const ECHOED_CHARACTERS = 64

/** A name from the caller as it may be echoed: cut, and escaped where it is not plain. */
export function quoted(name: string): string {
  const cut = name.length > ECHOED_CHARACTERS ? `${name.slice(0, ECHOED_CHARACTERS)}…` : name
  return /^[\w-]+$/.test(cut) ? cut : JSON.stringify(cut)
}
