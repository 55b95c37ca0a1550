/** The first line of the comment of a plan, which no one sees: whose plan it is, and the digest of what it does. */

import type { Inputs } from './inputs.ts'

export interface PlanMark {
  /** The line for a plan of this digest; `undefined`: there is no plan. */
  with(digest: string | undefined): string
  /** Whether a comment has the plan of the same folder and environment. */
  isIn(body: string): boolean
  /** The digest in it. */
  digestIn(body: string): string | undefined
}

/** The mark of the folder and the environment of a step. */
export function markOf({ text }: Inputs): PlanMark {
  const [folder, environment] = [text('folder') ?? 'clients', text('environment') ?? '']
  // Two hyphens in it would end the comment of HTML.
  const parts = [folder, environment].map((part) => encodeURIComponent(part).replaceAll('-', '%2D'))
  const start = `<!-- clientry-plan folder=${parts[0]} environment=${parts[1]} `
  return {
    with: (digest = 'none') => `${start}digest=${digest} -->`,
    isIn: (body) => body.startsWith(start),
    digestIn: (body) => /^digest=([\da-f]{64}) -->/.exec(body.slice(start.length))?.[1],
  }
}
