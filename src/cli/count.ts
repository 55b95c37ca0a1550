/** How much of a list is shown. */

import { UsageError } from './exit.ts'
import type { Values } from './options.ts'

const LIMIT = 20
/** The largest page that the server gives. */
const PAGE = 100

export interface Count {
  readonly most: number
  /** Items of one page. */
  readonly page: number
}

/** @throws UsageError */
export function countOf({ limit, all }: Values): Count {
  if (all === true && limit !== undefined) throw new UsageError('Give one of --limit and --all.')
  if (limit !== undefined && !/^[1-9]\d{0,8}$/.test(limit)) {
    throw new UsageError('--limit must be a number from 1.')
  }
  const most = all === true ? Number.POSITIVE_INFINITY : Number(limit ?? LIMIT)
  return { most, page: Math.min(most, PAGE) }
}
