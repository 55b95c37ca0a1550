/** A server as it is started reports by itself: events to a webhook, also of changes by a command, and traces and metrics to a collector. */

import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { DEFAULT_CREDENTIAL, startAuth0Emulator } from '../src/emulators/auth0/index.ts'
import { CLIENTRY, clientryProcess } from './cli/command-line.ts'
import { eventually } from './eventually.ts'
import { fullAuth0Client } from './fixtures/auth0.ts'
import { freePort } from './free-port.ts'
import { startCollector } from './observe/collector.ts'

const file = (name: string) => fileURLToPath(new URL(`fixtures/receiver/${name}`, import.meta.url))

let folder: string
let server: ChildProcess
let auth0: Awaited<ReturnType<typeof startAuth0Emulator>>
let receiver: https.Server
let collector: Awaited<ReturnType<typeof startCollector>>
let url: string
const events: { readonly type: string; readonly subject: string }[] = []
const env = {
  CLIENTRY_KEY: Buffer.alloc(32, 3).toString('base64'),
  AUTH0_SECRET: 'management-secret',
  WEBHOOK_KEY: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
}

const listening = async (one: https.Server) => {
  await new Promise<void>((resolve) => one.listen(0, '127.0.0.1', resolve))
  return (one.address() as AddressInfo).port
}
const bodyOf = async (request: AsyncIterable<Buffer>) => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'clientry-reports-'))
  auth0 = await startAuth0Emulator({
    credentials: [{ ...DEFAULT_CREDENTIAL, clientSecret: 'management-secret' }],
  })
  auth0.put(fullAuth0Client)
  const [key, cert] = ['key.pem', 'certificate.pem'].map((name) => readFileSync(file(name)))
  receiver = https.createServer({ key, cert }, async (request, response) => {
    events.push(JSON.parse(await bodyOf(request)))
    response.writeHead(204).end()
  })
  collector = await startCollector()
  const [hooks, port] = [await listening(receiver), await freePort()]
  url = `http://127.0.0.1:${port}`
  writeFileSync(
    join(folder, 'clientry.yaml'),
    `server: { port: ${port} }
key: { env: CLIENTRY_KEY }
store: { type: sqlite, path: clientry.db, create: true }
providers:
  auth0: { type: auth0, baseUrl: "${auth0.url}", clientId: ${DEFAULT_CREDENTIAL.clientId}, clientSecret: { env: AUTH0_SECRET } }
auth:
  issuers: [{ issuer: "https://issuer.example", jwksUrl: "http://127.0.0.1:9/keys", audience: ["urn:clientry"] }]
  permissions: []
webhooks:
  audit:
    url: https://127.0.0.1:${hooks}/
    secrets: [{ env: WEBHOOK_KEY }]
    privateAddresses: [127.0.0.1]
    ca: { file: ${file('certificate.pem')} }
    from: 2026-01-01T00:00:00Z
`,
  )
  server = spawn(process.execPath, [CLIENTRY, 'serve', '--config', 'clientry.yaml'], {
    cwd: folder,
    env: {
      ...env,
      PATH: process.env.PATH,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_METRIC_EXPORT_INTERVAL: '500',
    },
  })
  const answers = () =>
    fetch(`${url}/healthz`).then(
      ({ status }) => status,
      () => 0,
    )
  await eventually(async () => expect(await answers()).toBe(200))
})
afterAll(async () => {
  const gone = new Promise((resolve) => server.once('close', resolve))
  server.kill('SIGTERM')
  await gone
  receiver.close()
  receiver.closeAllConnections()
  await collector.close()
  await auth0.close()
  rmSync(folder, { recursive: true, force: true })
})

it('sends what a command has changed in the same store', async () => {
  const line = ['set', 'exampleClientId', 'description=One', '--yes', '--config', 'clientry.yaml']
  expect(await clientryProcess(line, { folder, env })).toMatchObject({ code: 0 })
  await expect
    .poll(() => events)
    .toMatchObject([{ type: 'clientry.change', subject: 'exampleClientId' }])
})

it('sends a span for each request', async () => {
  await expect.poll(() => collector.spans().map(({ name }) => name)).toContain('GET /healthz')
  expect(collector.faults).toEqual([])
})

it('sends its metrics by itself', async () => {
  const names = () => collector.metrics().map(({ name }) => name)
  await expect.poll(names).toContain('clientry_changes_overdue')
  expect(names()).toContain('process_cpu_seconds_total')
  expect(collector.faults).toEqual([])
})

it('refuses to start with a protocol that it does not speak, in a sentence', async () => {
  const variables = { ...env, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }
  const { code, err } = await clientryProcess(['serve', '--config', 'clientry.yaml'], {
    folder,
    env: { ...variables, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
  })
  expect(code).toBe(2)
  expect(err).toMatch(
    /^The configuration is not usable:\n- OTEL_EXPORTER_OTLP_PROTOCOL must be http\/json, or absent/,
  )
})
