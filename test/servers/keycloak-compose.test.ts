/**
 * What compose.yaml starts, without containers: each of its services by its own command and environment, with the real Keycloak and the real
 * PostgreSQL of these tests, and then the commands of docs/deploy.md. Only ports and folders are others.
 */

import type { ChildProcess } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { CLIENTRY, environmentOf, runShell } from '../cli/command-line.ts'
import { eventually } from '../eventually.ts'
import { freePort } from '../free-port.ts'
import { findPostgres } from '../postgres/programs.ts'
import { initialize, type PostgresServer, startServer } from '../postgres/server.ts'
import { unlessChosen } from './chosen.ts'
import { signalGroup, spawnGuarded } from './guarded.ts'
import { fetchKeycloak } from './keycloak.ts'
import { finish, type ServerProcess, startProcess } from './process.ts'

interface Service {
  readonly image?: string
  readonly command?: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  readonly volumes: readonly string[]
  readonly healthcheck?: { readonly test: readonly string[] }
}

const text = (path: string) => readFileSync(path, 'utf8')
const { services } = parse(text('compose.yaml')) as {
  readonly services: Readonly<Record<'keycloak' | 'postgres' | 'clientry', Service>>
}
const reason = unlessChosen('keycloak')

describe.skipIf(reason !== undefined)('what compose.yaml starts', () => {
  let folder: string
  let keycloak: ServerProcess
  let postgres: PostgresServer
  let server: ChildProcess
  const log: string[] = []
  /** The ports of the page and of the files, and those in their place. */
  const ports = new Map<string, string>()
  const here = (written: string) =>
    written.replace(/\b(?:8080|8787|5432)\b/g, (port) => ports.get(port) ?? port)

  /** The check of a service's health as the file has it; it ends with 0. */
  const isHealthy = ({ healthcheck }: Service, env: Readonly<Record<string, string>> = {}) => {
    const [, program = '', ...args] = healthcheck?.test.map(here) ?? []
    return finish(program, args, { cwd: folder, env }).then(
      () => true,
      () => false,
    )
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'clientry-compose-'))
    for (const port of ['8080', '8787', '5432']) ports.set(port, String(await freePort()))
    // A start for development builds it anew in its own folder.
    const home = join(folder, 'keycloak')
    cpSync(await fetchKeycloak(), home, { recursive: true, verbatimSymlinks: true })
    const [realm = '', place = ''] = services.keycloak.volumes[0]?.split(':') ?? []
    expect(place.startsWith('/opt/keycloak/')).toBe(true)
    const imported = join(home, place.slice('/opt/keycloak/'.length))
    mkdirSync(join(imported, '..'), { recursive: true })
    cpSync(realm, imported)
    keycloak = await startProcess(
      join(home, 'bin', 'kc.sh'),
      [
        ...(services.keycloak.command ?? []),
        ...[`--http-port=${ports.get('8080')}`, `--http-management-port=${await freePort()}`],
      ],
      {
        cwd: home,
        env: { ...services.keycloak.environment, JAVA_OPTS_KC_HEAP: '-Xms64m -Xmx512m' },
        ready: () => isHealthy(services.keycloak),
        withinMs: 400_000,
      },
    )
    postgres = await startPostgres()
    const settings = join(folder, 'clientry.yaml')
    const [mounted = ''] = services.clientry.volumes[0]?.split(':') ?? []
    writeFileSync(settings, here(text(mounted)))
    const env = {
      ...environmentOf({ folder, env: services.clientry.environment }),
      CLIENTRY_CONFIG: settings,
    }
    server = spawnGuarded(process.execPath, [CLIENTRY, ...(services.clientry.command ?? [])], {
      cwd: folder,
      env,
      output: 'pipe',
    })
    server.stdout?.on('data', (chunk: Buffer) => log.push(chunk.toString()))
    await eventually(async () => {
      const { status } = await fetch(here('http://127.0.0.1:8787/readyz'))
      expect(status).toBe(200)
    })
  })
  afterAll(async () => {
    if (server !== undefined) signalGroup(server, 'SIGKILL')
    await postgres?.close()
    await keycloak?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  /** As the image makes the database of its variables at its first start. */
  async function startPostgres(): Promise<PostgresServer> {
    const { bin, reason } = await findPostgres()
    if (bin === undefined) throw new TypeError(reason)
    const data = mkdtempSync(join(tmpdir(), 'clientry-compose-data-'))
    rmSync(data, { recursive: true })
    initialize({ bin, folder: data })
    // Anyone who is there is trusted by the tests' own server; this user has to know the password.
    const rules = join(data, 'pg_hba.conf')
    writeFileSync(rules, `host all clientry 127.0.0.1/32 scram-sha-256\n${text(rules)}`)
    const started = await startServer({ bin, folder: data, port: Number(ports.get('5432')) })
    const { POSTGRES_DB, POSTGRES_USER, POSTGRES_PASSWORD } = services.postgres.environment
    await started.query(`create role ${POSTGRES_USER} login password '${POSTGRES_PASSWORD}'`)
    await started.query(`create database ${POSTGRES_DB} owner ${POSTGRES_USER}`)
    return {
      ...started,
      close: async () => {
        await started.close()
        rmSync(data, { recursive: true, force: true })
      },
    }
  }

  it('is healthy by its own checks', async () => {
    expect(await isHealthy(services.keycloak)).toBe(true)
    const { bin = '' } = await findPostgres()
    const [, program = '', ...args] = services.postgres.healthcheck?.test ?? []
    // npm's PostgreSQL has the server alone.
    if (!existsSync(join(bin, program))) return
    const port = ['--port', ports.get('5432') ?? '']
    await finish(join(bin, program), [...args, ...port], { cwd: folder })
  })

  it('takes the commands of docs/deploy.md, and keeps the history in PostgreSQL', async () => {
    const page = text('docs/deploy.md')
    const [, block = ''] = /```sh\n(docker compose up[\s\S]*?)```/.exec(page) ?? []
    const [up, ...commands] = block.split('\n')
    expect(up).toMatch(/^docker compose up --build -d --wait$/)
    const { code, out, err } = await runShell(here(commands.join('\n')), folder)
    expect({ code, err }, log.join('')).toEqual({ code: 0, err: '' })
    expect(JSON.parse(out)).toMatchObject({
      callbacks: ['https://app.example.com/callback', 'https://app.example.com/second'],
    })
    const { POSTGRES_DB: database, POSTGRES_USER: user } = services.postgres.environment
    const { POSTGRES_PASSWORD: password } = services.postgres.environment
    const port = Number(ports.get('5432'))
    const client = new Client({ host: '127.0.0.1', port, database, user, password })
    await client.connect()
    const { rows } = await client.query('select count(*)::int as count from log')
    await client.end()
    expect(rows[0].count).toBeGreaterThan(1)
  })
})
