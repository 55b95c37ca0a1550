/** One cold start of the Lambda bundle: imports it, has one event answered, reports when, and ends. */

const { BENCH_BUNDLE = '', BENCH_EVENT = '' } = process.env
const event: unknown = JSON.parse(BENCH_EVENT)

const started = performance.now()
const { handler } = (await import(BENCH_BUNDLE)) as {
  handler(event: unknown): Promise<{ statusCode: number; body: string }>
}
const imported = performance.now()
const { statusCode, body } = await handler(event)
const answered = performance.now()
if (statusCode !== 200) throw new Error(body)
const { user, system } = process.cpuUsage()
process.stdout.write(
  JSON.stringify({
    node: started,
    imported: imported - started,
    answered: answered - imported,
    cpu: (user + system) / 1_000,
  }),
)
process.exit()
