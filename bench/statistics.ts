/** Medians and percentiles; means are of no use on a machine that does other work too. */

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other)
  const index = Math.min(sorted.length - 1, Math.floor(sorted.length * share))
  return sorted[index] ?? Number.NaN
}

export const median = (values: readonly number[]) => percentile(values, 0.5)

/** The least and the most of some figures, as a remark. */
export const spread = (values: readonly number[]) =>
  `${Math.min(...values).toFixed(2)} to ${Math.max(...values).toFixed(2)} in ${values.length} rounds`
