/** The production entry: a Node server with the configuration that the environment names. */

import { loadConfig } from './config/config.ts'
import { configWarnings } from './config/config-warnings.ts'
import { readYamlText } from './config/config-yaml.ts'
import { environment } from './config/environment.ts'
import { telemetryOf } from './config/telemetry/config-telemetry.ts'
import { ClientError, isClientError } from './core/errors.ts'
import { loadAll } from './core/lazy.ts'
import { headersOfRefusals } from './http/cors.ts'
import { createLog } from './http/log.ts'
import { createNodeServer } from './node/node-server.ts'
import { configurationLine } from './observe/event-lines.ts'
import { createMetrics } from './observe/metrics.ts'
import { awsCredentials } from './program/aws-credentials.ts'
import { createClientry } from './program/clientry.ts'
import { openStoreAndKeys } from './program/keys/open-keys.ts'
import { runUntilStopped, startFailure } from './program/run.ts'

async function main(): Promise<void> {
  const config = await loadConfig(environment(), readYamlText)
  if (config.mode !== 'production') {
    throw new ClientError(
      'invalid_request',
      'mode must be production here. Start the development server with: npm start',
    )
  }
  const log = createLog((text) => process.stdout.write(text), config.log.level)
  const metrics = createMetrics(Object.keys(config.providers))
  const settings = telemetryOf(environment())
  const telemetry =
    settings &&
    (await import('./program/telemetry/telemetry.ts')).createTelemetry(settings, {
      families: async () => metrics.families(await clientry.readings()),
      log,
    })
  // The command that starts this entry has the same option.
  const create = process.argv.includes('--create-store')
  // Nothing is loaded while it serves: a later build may have taken its place by then.
  await loadAll()
  const { store, id, keys } = await openStoreAndKeys(config, { create, threaded: true })
  const clientry = await createClientry(config, {
    store,
    keys,
    metrics,
    ...(telemetry && { telemetry }),
    log,
    environmentCredentials: awsCredentials,
    entryUrl: import.meta.url,
  })
  const { host, port, basePath, corsOrigins } = config.server
  const onFull = () =>
    log({ time: new Date().toISOString(), level: 'warn', message: 'connections full' })
  const headers = headersOfRefusals(corsOrigins)
  const server = createNodeServer(clientry.app, { basePath, headers, connections: { onFull } })
  const boundPort = await server.listen(port, host).catch((cause) => {
    const says = `Port ${port} of ${host} cannot be used. Set server.port to another one.`
    throw new ClientError('port_in_use', says, { cause })
  })
  for (const warning of configWarnings(config)) log(configurationLine(warning, Date.now()))
  const time = new Date().toISOString()
  log({ time, level: 'info', message: 'listening', host, port: boundPort, store: id })
  telemetry?.repeat()
  await runUntilStopped({ clientry, server, log, ...(telemetry && { cleanUp: telemetry.close }) })
}

main().catch((error: unknown) => {
  if (!isClientError(error)) throw error
  process.stderr.write(`${error.message}\n`)
  process.exitCode = startFailure(error)
})
