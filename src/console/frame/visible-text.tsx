/**
 * Text that others have chosen: it is never markup, never a link, and characters that cannot be seen or turn the line round
 * (Unicode TR 9 and TR 36) are shown by their code, so that a name cannot pass for another one.
 */

import type { ReactNode } from 'react'
import { visibleParts } from '../../core/page/text.ts'
import type { Json } from '../../sdk/index.ts'
import { shownJson } from './json-text.ts'

/** The text, with what is unseen by its code. */
export function Visible({ text }: { readonly text: string }): ReactNode {
  return (
    <bdi className="given">
      {visibleParts(text).map((part, index) =>
        part.isCode ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text have no other name
          <span className="unseen" key={index}>
            {part.text}
          </span>
        ) : (
          part.text
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
