/**
 * Text that others have chosen: it is never markup, never a link, and characters that cannot be seen or turn the line round
 * (Unicode TR 9 and TR 36) are shown by their code, so that a name cannot pass for another one.
 */

import type { ReactNode } from 'react'
import type { Json } from '../../sdk/index.ts'
import { shownJson } from './json-text.ts'

const UNSEEN = /([\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\u115f\u1160\u3164\uffa0]|\u034f)/u

/** The text, with what is unseen by its code. */
export function Visible({ text }: { readonly text: string }): ReactNode {
  const parts = text.split(UNSEEN)
  return (
    <bdi className="given">
      {parts.map((part, index) =>
        index % 2 === 0 ? (
          part
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text have no other name
          <span className="unseen" key={index}>
            {codeOf(part)}
          </span>
        ),
      )}
    </bdi>
  )
}

/** A value of any kind. The line ends of JSON are ours; those within a text are shown by their code. */
export function VisibleJson({ value }: { readonly value: Json }): ReactNode {
  if (typeof value === 'string') return <Visible text={value} />
  return shownJson(value)
    .split('\n')
    .map((line, index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: lines of one text have no other name
      <span key={index}>
        {index > 0 && '\n'}
        <Visible text={line} />
      </span>
    ))
}

/** The same for titles and names of controls, where nothing can be marked. */
export const visible = (text: string): string =>
  text
    .split(UNSEEN)
    .map((part, index) => (index % 2 === 0 ? part : codeOf(part)))
    .join('')

const codeOf = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
