/** Medians and percentiles; means are of no use on a machine that does other work too. */

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other)
  const index = Math.min(sorted.length - 1, Math.floor(sorted.length * share))
  return sorted[index] ?? Number.NaN
}

export const median = (values: readonly number[]) => percentile(values, 0.5)
