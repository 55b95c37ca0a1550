/** Waits for something with a time limit. */

import { timerMs } from '../../core/timer.ts'

/** The result of `work`; rejects with `late` if it takes longer than `ms` milliseconds. */
export async function within<T>(
  work: Promise<T>,
  milliseconds: number,
  late: () => Error,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), timerMs(milliseconds))
  })
  try {
    return await Promise.race([work, over])
  } finally {
    clearTimeout(timer)
  }
}
