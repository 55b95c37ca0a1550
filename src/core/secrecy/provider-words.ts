/**
 * What a provider says in its own words, for callers and the log. The one place where such a text becomes
 * fit to be shown: it may repeat what was sent, and no one knows in which spelling.
 */

import { isRecord, type Json } from '../json/json.ts'
import { replaceHidden } from './hidden.ts'
import type { Rules } from './place.ts'
import { isSecretText, mayBeSecretText } from './secret-looks.ts'

const MOST_CHARACTERS = 300
/** Of a longer text the end is not looked at, and not shown. */
const MOST_READ = 2_000
const HIDDEN = '[hidden]'
/** So many letters and digits in a row are no accident. */
const GRAM = 8
/** A shorter one is looked for as it is. */
const SHORTEST = 4

/**
 * The text without secrets, in plain characters, at most 300 of them; `undefined` where there is none. `secrets`: those
 * that the provider could know of.
 */
export function providerWords(
  text: Json | undefined,
  secrets: readonly string[],
): string | undefined {
  if (typeof text !== 'string') return undefined
  const whole = text.slice(0, MOST_READ)
  const spelled = secrets.flatMap(spellings)
  const literal = spelled
    .filter((one) => one.length >= SHORTEST)
    .sort((one, other) => other.length - one.length)
    .reduce((rest, one) => rest.replaceAll(one, HIDDEN), whole)
  const unmarked = withoutGrams(literal, spelled)
  const words = withoutTokens(unmarked)
    // Letters, digits and marks of ASCII, so that nothing in it is code, a control or turned round.
    .replace(/[^\x20-\x7e]|[\\`<>]/g, ' ')
    .replace(/ {2,}/g, ' ')
    .trim()
  if (words === '') return undefined
  return words.length <= MOST_CHARACTERS ? words : `${words.slice(0, MOST_CHARACTERS - 3)}...`
}

/** Every text that is hidden in a record or in the body of a request. */
export function hiddenTexts(rules: Rules, record: Json): readonly string[] {
  const texts: string[] = []
  const collect = (value: Json): void => {
    if (typeof value === 'string') texts.push(value)
    else if (Array.isArray(value)) value.forEach(collect)
    else if (isRecord(value)) Object.values(value).forEach(collect)
  }
  replaceHidden(rules, record, (value) => {
    collect(value)
    return undefined
  })
  return texts
}

/** A secret as it may stand in a text: as JSON, in a URL, and in base64 wherever it begins in that. */
function spellings(secret: string): readonly string[] {
  const shifted = ['', 'x', 'xx'].map((before) =>
    Buffer.from(before + secret)
      .toString('base64')
      // The first and last characters depend on what stands beside.
      .slice(before === '' ? 0 : 4)
      .replace(/.{0,3}=*$/, ''),
  )
  return [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), ...shifted]
}

const isPlain = (character: string) => /[a-z0-9]/i.test(character)

/** Without what has eight letters and digits in a row with a secret, whatever stands between them. */
function withoutGrams(text: string, secrets: readonly string[]): string {
  const grams = new Set<string>()
  for (const secret of secrets) {
    const plain = Array.from(secret).filter(isPlain).join('').toLowerCase()
    for (let at = 0; at + GRAM <= plain.length; at += 1) grams.add(plain.slice(at, at + GRAM))
  }
  // By UTF-16 units, as the places of `replace` below: a character outside the basic plane has two.
  const places = unitsOf(text).filter((at) => isPlain(text[at] ?? ''))
  const plain = places
    .map((at) => text[at])
    .join('')
    .toLowerCase()
  const marked = new Set<number>()
  for (let at = 0; at + GRAM <= plain.length; at += 1) {
    if (!grams.has(plain.slice(at, at + GRAM))) continue
    for (let one = places[at] ?? 0; one <= (places[at + GRAM - 1] ?? 0); one += 1) marked.add(one)
  }
  if (marked.size === 0) return text
  // A word of which a part is a secret goes as a whole.
  return text.replace(/\S+/g, (word, start: number) =>
    unitsOf(word).some((at) => marked.has(start + at)) ? HIDDEN : word,
  )
}

const unitsOf = ({ length }: string): readonly number[] => Array.from({ length }, (_, at) => at)

const NAMED =
  /((?:password|passwd|pwd|secret|token|authorization|credential|(?:api|access|private)_?key)[\w-]*["']?\s*[:=]\s*["']?)[^\s"',;]+/gi
const SCHEME = /\b(basic|bearer|negotiate)\s+\S{4,}/gi
const KEY = /-----BEGIN[\s\S]*/

/** Without what looks like a token, a key or a password. */
function withoutTokens(text: string): string {
  return text
    .replace(KEY, HIDDEN)
    .replace(NAMED, `$1${HIDDEN}`)
    .replace(SCHEME, `$1 ${HIDDEN}`)
    .replace(/[^\s"'(),;[\]{}]+/g, (word) => {
      const parts = word.split(/[/?&=:@]+/)
      const isToken = (part: string) => isSecretText(part) || mayBeSecretText(part)
      return isToken(word) || parts.some(isToken) ? HIDDEN : word
    })
}
