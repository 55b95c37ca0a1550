/**
 * The image of the Dockerfile, built for real on a base that is made here, and run as it is meant to be: by its own user, with a
 * root file system that cannot be written to.
 */

import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DEFAULT_CREDENTIAL, startAuth0Emulator } from '../../../src/emulators/auth0/index.ts'
import { connect } from '../../../src/sdk/index.ts'
import { eventually } from '../../eventually.ts'
import { fullAuth0Client } from '../../fixtures/auth0.ts'
import { freePort } from '../../free-port.ts'
import { sign, signingKey, startKeyServer } from '../../http/auth/issuer.ts'
import { unlessChosen } from '../chosen.ts'
import { signalGroup, spawnGuarded } from '../guarded.ts'
import { finish } from '../process.ts'
import { CERTIFICATES, fetchImageTools, type ImageTools, systemOf } from './base.ts'

const BASE = 'docker.io/library/node:24-bookworm-slim'
const ISSUER = 'https://issuer.example/'
const AUDIENCE = 'https://clientry.example'
const reason = unlessChosen('image')

describe.skipIf(reason !== undefined)('the image', () => {
  let tools: ImageTools
  let folder: string
  let root: string
  let config: {
    User?: string
    Entrypoint?: string[]
    Cmd?: string[]
    Env?: string[]
    Volumes?: object
    Healthcheck?: { Test: string[] }
  }

  const buildah = (...args: readonly string[]) =>
    finish('buildah', args, {
      cwd: process.cwd(),
      env: {
        ...tools.env,
        BUILDAH_ISOLATION: 'chroot',
        CONTAINERS_STORAGE_CONF: join(folder, 'storage.conf'),
        CONTAINERS_CONF: join(folder, 'containers.conf'),
      },
    })
  const policy = () => ['--signature-policy', join(folder, 'policy.json')]

  beforeAll(async () => {
    tools = await fetchImageTools()
    folder = mkdtempSync(join(tmpdir(), 'clientry-image-'))
    const [graph, run] = [join(folder, 'graph'), join(folder, 'run')]
    const storage = `[storage]\ndriver = "vfs"\nrunroot = "${run}"\ngraphroot = "${graph}"\n`
    writeFileSync(join(folder, 'storage.conf'), storage)
    writeFileSync(join(folder, 'containers.conf'), '[engine]\n')
    const anything = { default: [{ type: 'insecureAcceptAnything' }] }
    writeFileSync(join(folder, 'policy.json'), JSON.stringify(anything))
    const made = (await buildah('from', 'scratch')).trim()
    await buildah('add', '--quiet', made, systemOf(tools), '/')
    const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
    // What is fetched during the build comes by the same way as here.
    const certificates = `NODE_EXTRA_CA_CERTS=${CERTIFICATES}`
    await buildah('config', '--env', path, '--env', certificates, made)
    await buildah('commit', '--quiet', '--rm', ...policy(), made, BASE)
    const build = ['build', '--pull-never', '--format', 'docker', ...policy(), '--tag', 'clientry']
    await buildah(...build, '.')
    const container = (await buildah('from', '--pull-never', ...policy(), 'clientry')).trim()
    root = (await buildah('mount', container)).trim()
    config = JSON.parse(await buildah('inspect', '--type', 'container', container)).Docker.config
  })
  afterAll(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
  })

  /** A program in the image: its user and its environment, nothing to be written to but `/data`, and the configuration. */
  const start = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    const variables = [...(config.Env ?? []), ...Object.entries(env).map((one) => one.join('='))]
    const script = [
      'set -e',
      `mount --bind ${root} ${root}`,
      `mount --bind ${folder}/data ${root}/data`,
      `mkdir -p ${root}/etc/clientry`,
      `mount --bind ${folder}/etc ${root}/etc/clientry`,
      `mount -o remount,bind,ro ${root}`,
      `exec chroot --userspec=node:node ${root} /usr/bin/env -i "$@"`,
    ].join('\n')
    const inside = [
      'unshare',
      ['--mount', 'sh', '-c', script, 'sh', ...variables, ...args],
    ] as const
    return spawnGuarded(...inside, { cwd: folder, output: 'pipe' })
  }
  const ended = async (child: ReturnType<typeof start>) => {
    const texts = { out: '', err: '' }
    child.stdout?.on('data', (chunk: Buffer) => {
      texts.out += chunk.toString()
    })
    child.stderr?.on('data', (chunk: Buffer) => {
      texts.err += chunk.toString()
    })
    const closed = once(child, 'close')
    const [code] = (await once(child, 'exit')) as [number | null]
    // What watches over it.
    signalGroup(child, 'SIGKILL')
    await closed
    return { code, ...texts }
  }

  it('names its user, its volume and a check of its health, and holds no secret', () => {
    expect(config).toMatchObject({ User: 'node', Entrypoint: ['clientry'], Cmd: ['serve'] })
    expect(Object.keys(config.Volumes ?? {})).toEqual(['/data'])
    expect(config.Healthcheck?.Test.slice(0, 2)).toEqual(['CMD', 'node'])
    expect(config.Env?.filter((one) => /secret|token|password|_KEY=/i.test(one))).toEqual([])
  })

  it('runs read-only as its user, sends the first PATCH, and keeps its history over a restart', async () => {
    for (const name of ['data', 'etc']) mkdirSync(join(folder, name))
    chmodSync(folder, 0o755)
    chownSync(join(folder, 'data'), 1_000, 1_000)
    const auth0 = await startAuth0Emulator({
      credentials: [{ ...DEFAULT_CREDENTIAL, clientSecret: 'management-secret' }],
    })
    auth0.put(fullAuth0Client)
    const key = await signingKey('key-1')
    const keys = await startKeyServer()
    keys.publish(key)
    const port = await freePort()
    const settings = {
      server: { host: '127.0.0.1', port },
      key: { env: 'CLIENTRY_KEY' },
      store: { type: 'sqlite', path: '/data/clientry.db', create: true },
      providers: {
        auth0: {
          type: 'auth0',
          baseUrl: auth0.url,
          clientId: 'clientry',
          clientSecret: { env: 'AUTH0_CLIENT_SECRET' },
        },
      },
      auth: { issuers: [{ issuer: ISSUER, jwksUrl: keys.url, audience: [AUDIENCE] }] },
    }
    writeFileSync(join(folder, 'etc', 'clientry.yaml'), JSON.stringify(settings))
    const env = {
      CLIENTRY_KEY: randomBytes(32).toString('base64'),
      AUTH0_CLIENT_SECRET: 'management-secret',
    }
    const now = Math.floor(Date.now() / 1_000)
    const token = await sign(key, {
      iss: ISSUER,
      aud: AUDIENCE,
      sub: 'tester',
      client_id: 'test-client',
      iat: now,
      exp: now + 600,
    })
    const clientry = connect({ url: `http://127.0.0.1:${port}`, token })
    const check = [...(config.Healthcheck?.Test.slice(1) ?? [])].map((word) =>
      word.replaceAll('8787', String(port)),
    )
    const command = [...(config.Entrypoint ?? []), ...(config.Cmd ?? [])]
    try {
      for (const round of ['first', 'second']) {
        const server = start(command, env)
        const end = ended(server)
        try {
          const isHealthy = async () => (await ended(start(check))).code === 0
          await Promise.race([
            eventually(async () => expect(await isHealthy()).toBe(true)),
            end.then(({ err, out }) => Promise.reject(new Error(`The server ended: ${err}${out}`))),
          ])
          const add = [`https://${round}.example/callback`]
          await clientry.updateClient(String(fullAuth0Client.client_id), { callbacks: { add } })
          expect(auth0.client(String(fullAuth0Client.client_id))?.callbacks).toContain(add[0])
          const written = await ended(start(['sh', '-c', 'id -u; touch /app/x /etc/x /data/x']))
          expect(written.out).toBe('1000\n')
          expect(written.err.match(/Read-only file system/g)).toHaveLength(2)
          const outcomes: (string | undefined)[] = []
          const id = String(fullAuth0Client.client_id)
          for await (const { outcome } of clientry.clientHistory(id)) outcomes.push(outcome)
          expect(outcomes).toHaveLength(round === 'first' ? 1 : 2)
        } finally {
          signalGroup(server, 'SIGTERM')
        }
        expect(await end).toMatchObject({ code: 0 })
      }
    } finally {
      await auth0.close()
      await keys.close()
    }
  })
})
