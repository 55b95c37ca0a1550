/**
 * Rules that texts are held against: a text is compared exactly; a pattern covers the whole value. `*` stands for any
 * characters but `/` and `:`, `**` for any at all. Matching takes time in proportion to the length of the value, whatever
 * the pattern is.
 */

/** A text, or a pattern for texts. */
export type TextRule = string | { readonly pattern: string }

/** Whether a rule allows a text. */
export const allowsText = (rule: TextRule, text: string): boolean =>
  typeof rule === 'string' ? rule === text : matchesPattern(rule.pattern, text)

/**
 * Whether a rule allows a value of a setting. A pattern with an authority is held against the parts of a URL one by one,
 * so that nothing in a path or a query passes for a host; there `*` stands for a part of one label.
 */
export function allowsValue(rule: TextRule, value: string): boolean {
  if (typeof rule === 'string') return rule === value
  const parts = partsOf(rule.pattern)
  if (parts === undefined) return matchesPattern(rule.pattern, value)
  const url = partsOf(value)
  if (url === undefined || !isPlain(value)) return false
  return (
    url.scheme === parts.scheme &&
    matchesPattern(parts.authority, url.authority, './:') &&
    matchesPattern(parts.rest, url.rest)
  )
}

interface Parts {
  readonly scheme: string
  readonly authority: string
  readonly rest: string
}

/** RFC 3986 appendix B; `undefined` where there is no authority. */
function partsOf(text: string): Parts | undefined {
  const [, scheme = '', authority = '', rest = ''] =
    /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(.*)/s.exec(text) ?? []
  if (scheme === '') return undefined
  return { scheme, authority, rest }
}

/** No user information, dot segment, backslash, or anything that a reader may take for something else. */
const isPlain = (url: string): boolean =>
  /^[\x21\x23-\x3b\x3d\x3f\x41-\x5b\x5d\x5f\x61-\x7b\x7d\x7e]+$/.test(url) &&
  !/\/(\.|%2e){1,2}([;/?#]|$)/i.test(url)

/**
 * Whether a pattern covers a whole text: every place of the pattern that the text can have reached, sign by sign.
 * `stops`: the characters that `*` does not stand for.
 */
export function matchesPattern(pattern: string, text: string, stops = '/:'): boolean {
  const signs = pattern.match(/\*\*|[\s\S]/gu) ?? []
  let places = withSkipped(signs, [0])
  for (const sign of text) {
    const next = Array.from(places).flatMap((place) => placeAfter(signs[place], place, sign, stops))
    places = withSkipped(signs, next)
  }
  return places.has(signs.length)
}

function placeAfter(
  expected: string | undefined,
  place: number,
  sign: string,
  stops: string,
): readonly number[] {
  if (expected === '**') return [place]
  if (expected === '*') return stops.includes(sign) ? [] : [place]
  return expected === sign ? [place + 1] : []
}

/** A wildcard may stand for nothing. */
function withSkipped(signs: readonly string[], places: readonly number[]): ReadonlySet<number> {
  const all = new Set<number>()
  for (let place of places) {
    all.add(place)
    for (; signs[place] === '*' || signs[place] === '**'; place += 1) all.add(place + 1)
  }
  return all
}
