/**
 * Where a text stops being JSON. `JSON.parse` refuses first and is the authority; its messages name the
 * place for some faults only and echo the text for others, so the place is looked for here.
 */

export interface Place {
  /** Both count from 1, the column in UTF-16 code units. */
  readonly line: number
  readonly column: number
}

/** RFC 8259 sections 2 to 7: white space, then one token. Alternatives start differently: linear. */
const TOKEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON strings must not hold any
  /[ \t\n\r]*(?:([{}[\],:])|("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null))/y

type Expected = 'value' | 'value or ]' | 'name or }' | 'name' | ':' | ', or end' | 'nothing'

/** The place of the first token that does not belong there; `undefined` when the text is JSON. */
export function jsonFault(text: string): Place | undefined {
  const open: string[] = []
  let expected: Expected = 'value'
  let place = 0
  for (;;) {
    TOKEN.lastIndex = place
    const match = TOKEN.exec(text)
    const next: Expected | undefined =
      match === null ? undefined : after(expected, match[1] ?? match[2] ?? '0', open)
    if (match === null || next === undefined) break
    place += match[0].length
    expected = next
  }
  const rest = /[^ \t\n\r]/.exec(text.slice(place))
  if (rest === null && expected === 'nothing') return undefined
  const lines = text.slice(0, rest === null ? text.length : place + rest.index).split('\n')
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 }
}

/** What may follow a token; `undefined` when the token itself must not stand here. */
function after(expected: Expected, token: string, open: string[]): Expected | undefined {
  const [first = ''] = token
  switch (first) {
    case '{':
    case '[':
      if (!expected.startsWith('value')) return undefined
      open.push(first)
      return first === '{' ? 'name or }' : 'value or ]'
    case '}':
    case ']': {
      const closes = first === '}' ? '{' : '['
      if (open.at(-1) !== closes) return undefined
      if (!expected.endsWith(first) && expected !== ', or end') return undefined
      open.pop()
      return value(open)
    }
    case ',':
      if (expected !== ', or end') return undefined
      return open.at(-1) === '{' ? 'name' : 'value'
    case ':':
      return expected === ':' ? 'value' : undefined
    default:
      if (expected.startsWith('name')) return first === '"' ? ':' : undefined
      return expected.startsWith('value') ? value(open) : undefined
  }
}

const value = (open: readonly string[]): Expected => (open.length === 0 ? 'nothing' : ', or end')
