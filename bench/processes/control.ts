/**
 * Loaded into every measured process before its own code: answers questions over IPC, and ends the
 * process when the one that started it is gone.
 */

const answers = new Map<string, () => unknown>([['cpu', () => process.cpuUsage()]])

/** Answers a question of the process's own; the answer may be a promise. */
export function answering(question: string, answer: () => unknown): void {
  answers.set(question, answer)
}

process.on('disconnect', () => process.exit())
process.on('message', async ({ id, question }: { id: number; question: string }) => {
  process.send?.({ id, answer: await answers.get(question)?.() })
})
