/**
 * Loaded into every measured process before its own code: answers questions over IPC, and ends the
 * process when the one that started it is gone.
 */

const answers = new Map<string, () => unknown>([
  ['cpu', () => process.cpuUsage()],
  // Its largest resident set so far (MB).
  ['peak', () => process.resourceUsage().maxRSS / 1_024],
  // Its resident set now (MB).
  ['memory', () => process.memoryUsage.rss() / 2 ** 20],
  ['block', longestBlock],
])

const WATCH_MS = 5
let watching = false
let longest = 0

/**
 * The most processor time (milliseconds) between two turns of its event loop since it was last asked for,
 * from the first time on: unlike the time on the clock, it does not grow with what else the machine does.
 */
function longestBlock(): number {
  if (!watching) watch()
  const found = longest
  longest = 0
  return found
}

function watch(): void {
  watching = true
  let last = process.cpuUsage()
  setInterval(() => {
    const { user, system } = process.cpuUsage(last)
    last = process.cpuUsage()
    longest = Math.max(longest, (user + system) / 1_000)
  }, WATCH_MS)
}

/** Answers a question of the process's own; the answer may be a promise. */
export function answering(question: string, answer: () => unknown): void {
  answers.set(question, answer)
}

process.on('disconnect', () => process.exit())
process.on('message', async ({ id, question }: { id: number; question: string }) => {
  process.send?.({ id, answer: await answers.get(question)?.() })
})
