/**
 * `npm run trace`: counts what one change of a client costs in calls of our own functions. One
 * `PATCH /clients/{clientId}` of a name at an Auth0 emulator, over the whole application (token, history in
 * SQLite, mirror), warmed up by changes before it; what the emulator itself does is not counted. Prints the
 * number of calls and of files in which they are, then the files with most calls. With `--functions` also the
 * functions with most.
 */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { Session } from 'node:inspector/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createSubject, patchBody } from '../bench/subject.ts'
import { loadConfig } from '../src/config/config.ts'
import { DEFAULT_CREDENTIAL } from '../src/emulators/auth0/answers.ts'
import { startAuth0Emulator } from '../src/emulators/auth0/index.ts'
import { awsCredentials } from '../src/program/aws-credentials.ts'
import { createClientry } from '../src/program/clientry.ts'
import { openStore } from '../src/program/open-store.ts'
import { fullAuth0Client } from '../test/fixtures/auth0.ts'
import { json, signingKey, startKeyServer } from '../test/http/auth/issuer.ts'

const WARM_UPS = 3
const ROWS = 20
const DEADLINE_MS = 20_000

const { values } = parseArgs({ options: { functions: { type: 'boolean', default: false } } })

/** Calls by place: `src/core/plan/plan.ts` or, with the function, `src/core/plan/plan.ts planChange`. */
type Counts = Map<string, number>

const folder = mkdtempSync(join(tmpdir(), 'clientry-trace-'))
const key = await signingKey('key-1')
const keys = await startKeyServer()
keys.answer((response) => json(response, { keys: [key.jwk] }))
const auth0 = await startAuth0Emulator({
  clients: [fullAuth0Client],
  credentials: [{ ...DEFAULT_CREDENTIAL, clientSecret: 'management-secret' }],
})
const subject = await createSubject(key, { auth0: auth0.url, cognito: auth0.url, keys: keys.url })
const store = { type: 'sqlite', path: join(folder, 'trace.db'), create: true }
const config = await loadConfig(subject.environment('auth0', store))
const clientry = await createClientry(config, {
  store: (await openStore(config)).store,
  background: false,
  environmentCredentials: awsCredentials,
  log: () => undefined,
})

for (let turn = 0; turn < WARM_UPS; turn += 1) await change(`Portal ${turn}`)
const { byFile, byFunction } = await counted(() => change('Portal'))
const calls = [...byFile.values()].reduce((sum, count) => sum + count, 0)
console.log(`one Auth0 PATCH: ${calls} calls of our functions in ${byFile.size} files`)
print(byFile)
if (values.functions) print(byFunction)

await clientry.close()
await auth0.close()
await keys.close()
rmSync(folder, { recursive: true })

/** Changes the name through the application. */
async function change(name: string): Promise<void> {
  const { status, body } = await clientry.app({
    method: 'PATCH',
    path: `/clients/${fullAuth0Client.client_id}`,
    query: '',
    headers: {
      authorization: [`Bearer ${subject.token}`],
      'content-type': ['application/json'],
    },
    body: new TextEncoder().encode(patchBody('auth0', name)),
    deadline: Date.now() + DEADLINE_MS,
  })
  if (status !== 200) throw new Error(`PATCH answered ${status}: ${body}`)
}

/** What V8 counts while something runs (https://chromedevtools.github.io/devtools-protocol/tot/Profiler/). */
async function counted(run: () => Promise<void>): Promise<{ byFile: Counts; byFunction: Counts }> {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false })
  await session.post('Profiler.takePreciseCoverage')
  await run()
  const { result } = await session.post('Profiler.takePreciseCoverage')
  session.disconnect()
  const program = import.meta.url
  const fileAt = filesOf(readFileSync(fileURLToPath(program), 'utf8'))
  const byFile: Counts = new Map()
  const byFunction: Counts = new Map()
  for (const { functionName, ranges } of result.find(({ url }) => url === program)?.functions ??
    []) {
    const [{ startOffset, count } = { startOffset: 0, count: 0 }] = ranges
    const file = fileAt(startOffset)
    if (count === 0 || !file.startsWith('src/') || file.startsWith('src/emulators/')) continue
    byFile.set(file, (byFile.get(file) ?? 0) + count)
    const place = `${file} ${functionName === '' ? '(anonymous)' : functionName}`
    byFunction.set(place, (byFunction.get(place) ?? 0) + count)
  }
  return { byFile, byFunction }
}

/** The source file of a place in the bundle, by the comment that the bundler puts before each file. */
function filesOf(text: string): (offset: number) => string {
  const starts = [...text.matchAll(/^\/\/ ((?:src|test|bench|scripts)\/\S+)$/gm)].map((match) => ({
    at: match.index,
    file: match[1] ?? '',
  }))
  return (offset) => starts.findLast(({ at }) => at <= offset)?.file ?? ''
}

function print(counts: Counts): void {
  const rows = [...counts].sort(([, one], [, other]) => other - one).slice(0, ROWS)
  for (const [place, count] of rows) console.log(String(count).padStart(6), place)
}
