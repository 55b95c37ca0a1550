/**
 * Text that others have chosen, as a page shows it: never markup, and characters that cannot be seen or turn the line round
 * (Unicode TR 9 and TR 36) by their code, so that a name cannot pass for another one.
 */

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** A text as it may stand in HTML and in attributes. */
export const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (one) => ESCAPES[one] ?? one)

const UNSEEN = /([\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\u115f\u1160\u3164\uffa0]|\u034f)/u

/** A part of a text: as it is, or the code of an unseen character. */
export interface TextPart {
  readonly text: string
  readonly isCode: boolean
}

/** The parts of a text, in order. */
export const visibleParts = (text: string): readonly TextPart[] =>
  text
    .split(UNSEEN)
    .map((part, index) =>
      index % 2 === 0 ? { text: part, isCode: false } : { text: codeOf(part), isCode: true },
    )

/** The text with codes in it, where nothing can be marked: titles, names of controls. */
export const visible = (text: string): string =>
  visibleParts(text)
    .map((part) => part.text)
    .join('')

/** The text as HTML, with its own direction. */
export const visibleHtml = (text: string): string =>
  `<bdi class="given">${visibleParts(text)
    .map((part) => (part.isCode ? `<span class="unseen">${part.text}</span>` : escaped(part.text)))
    .join('')}</bdi>`

const codeOf = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
