/** How long a cold Lambda function takes to its first answer, beside Node with nothing to do. */

import { execFileSync } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import type { Built } from './built.ts'
import { start } from './processes.ts'
import { digits, type Row } from './report.ts'
import { median } from './statistics.ts'
import { PROVIDERS, type ProviderName, patchBody, REGION, TABLE } from './subject.ts'
import { ready, type Upstream } from './upstream.ts'

const AIM = 1.9

/** Milliseconds since the process began, as it says itself. */
export interface Split {
  readonly node: number
  readonly imported: number
  readonly answered: number
  /** User and system time. */
  readonly cpu: number
}

const SAYS = `const { user, system } = process.cpuUsage()
process.stdout.write(JSON.stringify((user + system) / 1_000))`
/** Node with nothing to do, which says what it took. */
const BARE = SAYS
/** The least that a function needs of Node itself: HTTP, TLS and cryptography, with a key of each issuer. */
const FLOOR = `import('node:https').then(async () => {
  const { subtle } = (await import('node:crypto')).webcrypto
  await subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign'])
  ${SAYS}
})`

export async function measureColdStarts(
  built: Built,
  upstream: Upstream,
  rounds: number,
): Promise<readonly Row[]> {
  const dynamodb = start(built.process('dynamodb'), built.process('control'))
  const endpoint = await ready<string>(dynamodb, 'url')
  const bare: number[] = []
  const bareCpu: number[] = []
  const floorCpu: number[] = []
  const cold = PROVIDERS.map((provider) => ({
    provider,
    environment: environmentOf(built, upstream, provider, endpoint),
    times: [] as number[],
    splits: [] as Split[],
  }))
  const coldStart = [built.process('cold')]
  for (let round = -1; round < rounds; round += 1) {
    const { milliseconds, output } = run(['-e', BARE], {})
    if (round >= 0) {
      bare.push(milliseconds)
      bareCpu.push(JSON.parse(output) as number)
      floorCpu.push(JSON.parse(run(['-e', FLOOR], {}).output) as number)
    }
    for (const [index, { provider, environment, times, splits }] of cold.entries()) {
      const event = eventOf(provider, `Cold ${round} ${index}`, upstream.subject.token)
      const { milliseconds, output } = run(coldStart, { ...environment, BENCH_EVENT: event })
      if (round < 0) continue
      times.push(milliseconds)
      splits.push(JSON.parse(output) as Split)
    }
  }
  await dynamodb.stop()
  const floor: Row = {
    section: 'Lambda cold start',
    name: "Node's HTTP, TLS and cryptography alone: CPU / node -e 0",
    figure: median(floorCpu) / median(bareCpu),
    unit: 'x',
    detail: `${digits(median(floorCpu))} / ${digits(median(bareCpu))} ms`,
  }
  const rows = cold.flatMap(({ provider, times, splits }): readonly Row[] => {
    const middle = (name: keyof Split) => median(splits.map((split) => split[name]))
    const part = (name: keyof Split) => digits(middle(name))
    const section = 'Lambda cold start'
    return [
      {
        section,
        name: `${provider}: process to first answer / node -e 0`,
        figure: median(times) / median(bare),
        unit: 'x',
        aim: AIM,
        limit: `${digits(median(floorCpu) / median(bareCpu))} x: CPU of Node's HTTP, TLS and cryptography alone`,
        detail: `${digits(median(times))} / ${digits(median(bare))} ms: Node ${part('node')}, import ${part('imported')}, first answer ${part('answered')}`,
      },
      {
        section,
        name: `${provider}: CPU / node -e 0`,
        figure: middle('cpu') / median(bareCpu),
        unit: 'x',
        detail: `${part('cpu')} / ${digits(median(bareCpu))} ms`,
      },
    ]
  })
  return [...rows, floor]
}

/** The environment of one cold start, with the store at that address. */
export function environmentOf(
  built: Built,
  { subject }: Upstream,
  provider: ProviderName,
  endpoint: string,
): Readonly<Record<string, string>> {
  const store = { type: 'dynamodb', table: TABLE, region: REGION, endpoint, create: true }
  return {
    ...subject.environment(provider, store),
    BENCH_BUNDLE: pathToFileURL(built.lambda).href,
  }
}

/** An HTTP API event, payload version 2.0. */
export function eventOf(provider: ProviderName, name: string, token: string): string {
  return JSON.stringify({
    version: '2.0',
    rawPath: '/clients/served',
    rawQueryString: '',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    requestContext: {
      stage: '$default',
      http: { method: 'PATCH', path: '/clients/served' },
    },
    body: patchBody(provider, name),
    isBase64Encoded: false,
  })
}

/** Runs Node to its end; the output is what the process reports of itself. */
export function run(parameters: readonly string[], environment: Readonly<Record<string, string>>) {
  const started = performance.now()
  const output = execFileSync(process.execPath, parameters, {
    env: { ...process.env, ...environment },
    encoding: 'utf8',
  })
  const milliseconds = performance.now() - started
  // Lines of the log come before what the process reports of itself.
  return { milliseconds, output: output.slice(output.lastIndexOf('\n') + 1) }
}
