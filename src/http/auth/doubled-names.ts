/**
 * Finds a member that stands twice in a JSON object, which `JSON.parse` hides: it takes the last, and
 * others take the first. RFC 7519 section 4 lets a reader refuse such tokens.
 */

/** Whether the outermost object of a valid JSON text names a member twice. Linear time. */
export function hasDoubledNames(text: string): boolean {
  const names = new Set<string>()
  let depth = 0
  let isName = false
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at]
    if (sign === '"') {
      const end = endOfString(text, at)
      if (depth === 1 && isName) {
        const name = JSON.parse(text.slice(at, end + 1)) as string
        if (names.has(name)) return true
        names.add(name)
      }
      isName = false
      at = end
    } else if (sign === '{' || sign === '[') {
      depth += 1
      isName = sign === '{'
    } else if (sign === '}' || sign === ']') {
      depth -= 1
    } else if (sign === ',') {
      isName = true
    }
  }
  return false
}

/** The place of the closing quote. */
function endOfString(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at
}
