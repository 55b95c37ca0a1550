/**
 * What was tried for each aim, and what it gained: printed below the table of aims where one is missed, and a part of
 * docs/benchmarks.md, where a test asks for it. Where no other command is named, a gain is what
 * `npm run bench -- --against=<a checkout of the commit before>` prints.
 */

/** An aim that is missed, as the table has it. */
export interface Missed {
  /** Section and name. */
  readonly what: string
  readonly figure: string
  readonly aim: string
  readonly limit: string
}

interface Tried {
  /** The aims that it is about, by section and name. */
  readonly of: RegExp
  readonly title: string
  readonly attempts: readonly string[]
}

export const TRIED: readonly Tried[] = []

/** What was tried for one of the missed aims, and the physical limit of each, as Markdown. */
export function renderTried(missed: readonly Missed[]): string {
  const parts = TRIED.map(({ of, title, attempts }) => {
    const ours = missed.filter(({ what }) => of.test(what))
    if (ours.length === 0) return ''
    const figures = ours.map(({ what, figure, aim, limit }) => {
      const least = limit === '' ? '' : `; limit ${limit}`
      return `- ${what}: ${figure}, aim ${aim}${least}`
    })
    const gains = attempts.map((attempt) => `  - ${attempt}`)
    return [`**${title}**`, '', ...figures, '- Tried:', ...gains].join('\n')
  })
  return parts.filter((part) => part !== '').join('\n\n')
}

/** Those of which no one has written what was tried, or what the limit is. */
export const unexplained = (missed: readonly Missed[]): readonly Missed[] =>
  missed.filter(
    ({ what, limit }) =>
      limit === '' || !TRIED.some(({ of, attempts }) => attempts.length > 0 && of.test(what)),
  )
