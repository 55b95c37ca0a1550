/** Which of the media types that there are a caller wants (RFC 9110 sections 12.4.2 and 12.5.1). */

import type { HttpRequest } from './message.ts'

/** Media ranges with their weights. */
export function rangesOf({ headers }: Pick<HttpRequest, 'headers'>): ReadonlyMap<string, number> {
  return new Map(
    (headers.accept ?? [])
      .join(',')
      .split(',')
      .map((range) => {
        const [name = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
        const weight = parameters.find((one) => one.startsWith('q='))?.slice(2)
        return [name, weight === undefined ? 1 : Number(weight) || 0]
      }),
  )
}

/** Whether a type is named itself, and wanted more than the other one, which is what everyone gets. */
export function accepted(
  request: Pick<HttpRequest, 'headers'>,
  type: string,
  other: string,
): boolean {
  const ranges = rangesOf(request)
  const weight = ranges.get(type) ?? 0
  return weight > 0 && weight >= (ranges.get(other) ?? 0)
}
