/**
 * Ory Hydra itself through its admin API: the tables of its page, what is left of concurrent additions beside Hydra's own
 * way, what a login is answered once a callback has changed, pages, and changes during which the server is killed.
 */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { withoutMembers } from '../../src/core/json/json.ts'
import type { Provider } from '../../src/providers/provider.ts'
import type { CrashPoint } from '../../src/service/base/crash-points.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { sweep } from '../../src/service/upkeep/sweep.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { type Bench, openBench, requestFor } from '../contract/service.ts'
import { fullHydraClient } from '../fixtures/hydra.ts'
import { only } from '../providers/subject.ts'
import { unlessRequired } from './cache.ts'
import { unlessChosen } from './chosen.ts'
import { type Hydra, startHydra, whyNoHydra } from './hydra.ts'
import { adminAt, hydraTables } from './hydra-cases.ts'

const reason = unlessChosen('hydra') ?? unlessRequired(await whyNoHydra())

const ADDERS = 20
const URLS = Array.from({ length: ADDERS }, (_, index) => `https://app.example.com/cb/${index}`)
const DEADLINE_MS = 60_000

const providerAt = ({ adminUrl }: Hydra): Promise<Provider> =>
  only({ type: 'hydra', baseUrl: adminUrl, pace: { perSecond: 10_000 } })

describe.skipIf(reason !== undefined)('Hydra', () => {
  let hydra: Hydra
  let bench: Bench
  let other: Bench

  beforeAll(async () => {
    hydra = await startHydra()
    const provider = await providerAt(hydra)
    bench = await openBench(new Map([['it', provider]]), { upstreamTimeoutMs: 10_000 })
    other = await bench.another()
  })
  afterAll(async () => {
    await bench?.close()
    await hydra?.stop()
  })

  it('does what its page says, row by row', async () => {
    const page = readFileSync(join(process.cwd(), 'docs', 'providers', 'hydra.md'), 'utf8')
    for (const table of (await hydraTables(hydra.adminUrl)).split('\n\n')) {
      expect(page).toContain(table)
    }
  })

  it(`keeps all of ${ADDERS} callbacks that two instances add at once, where its own way loses some`, async () => {
    const admin = adminAt(hydra.adminUrl)
    const [ours, natively] = [await admin.make(), await admin.make()]
    const deadline = Date.now() + DEADLINE_MS
    await Promise.all(
      URLS.map((url, index) =>
        (index % 2 === 0 ? bench : other).change(
          { provider: 'it', id: ours },
          { callbacks: { add: [url] } },
          { deadline },
        ),
      ),
    )
    const statuses = await Promise.all(
      URLS.map(async (value) => {
        const { status } = await admin.patch(natively, {
          op: 'add',
          path: '/redirect_uris/-',
          value,
        })
        return status
      }),
    )
    const survivors = async (id: string) => {
      const { redirect_uris: held } = await admin.read(id)
      return URLS.filter((url) => (held as string[]).includes(url)).length
    }
    const [kept, left] = [await survivors(ours), await survivors(natively)]
    const answered = statuses.filter((status) => status === 200).length
    process.stdout.write(
      `${ADDERS} adders at Hydra: ${kept} survive through two instances of ours; natively ${answered} x 200, ${left} survive\n`,
    )
    expect(kept).toBe(ADDERS)
  })

  it('sees a foreign writer between our read and our write, unless it writes the same list', async () => {
    const admin = adminAt(hydra.adminUrl)
    const windows: number[] = []
    for (let round = 0; round < 50; round += 1) {
      const id = await admin.make()
      let read = 0
      const onUpstream = ({ operation }: { readonly operation: string }) => {
        if (operation.startsWith('GET') && read === 0) read = performance.now()
        if (operation.startsWith('PATCH')) windows.push(performance.now() - read)
      }
      await bench.change({ provider: 'it', id }, { name: `Name ${round}` }, { onUpstream })
    }
    const sorted = windows.toSorted((one, other) => one - other)
    const [median = 0, longest = 0] = [sorted[25], sorted.at(-1)]
    process.stdout.write(
      `the window at Hydra, from the read to the answer of the write: median ${median.toFixed(1)} ms, longest ${longest.toFixed(1)} ms of 50\n`,
    )
    expect(windows).toHaveLength(50)
    const id = await admin.make()
    /** A foreign writer, once the client has been read and before anything is sent. */
    const between = async (client: object, name: string, value: Json) => {
      const { service } = bench
      const reached = async (at: CrashPoint) => {
        if (at !== 'intent recorded') return
        await admin.patch(id, { op: 'replace', path: `/${name}`, value })
      }
      const request = requestFor(service, { provider: 'it', id }, client)
      return changeClient({ ...service, reached }, request)
    }
    const seen = await between({ name: 'Ours' }, 'owner', 'theirs')
    expect(seen.warnings.map(({ field }) => field)).toEqual(['client.providerSettings.owner'])
    const ours = 'https://app.example.com/ours'
    await between({ callbacks: { add: [ours] } }, 'redirect_uris', [
      'https://app.example.com/theirs',
    ])
    const { redirect_uris: held, owner } = await admin.read(id)
    // The whole list is replaced: what they wrote to it in between is gone, as the page says.
    expect(held).toEqual(['https://app.example.com/cb', ours])
    expect(owner).toBe('theirs')
  })

  it('takes a login to a callback as soon as it is added, and to none that was removed', async () => {
    const [old, added] = ['https://app.example.com/old', 'https://app.example.com/new']
    const code = { grant_types: ['authorization_code'], response_types: ['code'], scope: 'openid' }
    const id = await adminAt(hydra.adminUrl).make({ redirect_uris: [old], ...code })
    const login = async (redirect: string) => {
      const query = new URLSearchParams({
        client_id: id,
        response_type: 'code',
        scope: 'openid',
        redirect_uri: redirect,
        state: 'a-state-that-is-long-enough',
      })
      const answer = await fetch(`${hydra.publicUrl}/oauth2/auth?${query}`, { redirect: 'manual' })
      return new URL(answer.headers.get('location') ?? '').searchParams.get('error') ?? 'login'
    }
    expect([await login(old), await login(added)]).toEqual(['login', 'invalid_request'])
    const ref = { provider: 'it', id }
    await bench.change(ref, { callbacks: { add: [added], remove: [old] } })
    expect([await login(old), await login(added)]).toEqual(['invalid_request', 'login'])
  })

  it('is suspended: no login page, and none of its tokens are given', async () => {
    const id = await adminAt(hydra.adminUrl).make({
      grant_types: ['client_credentials', 'authorization_code'],
      response_types: ['code'],
      scope: 'openid',
      client_secret: 'a-secret-of-the-test-0123456789',
    })
    const token = async () => {
      const answer = await fetch(`${hydra.publicUrl}/oauth2/token`, {
        method: 'POST',
        headers: {
          authorization: `Basic ${Buffer.from(`${id}:a-secret-of-the-test-0123456789`).toString('base64')}`,
        },
        body: new URLSearchParams({ grant_type: 'client_credentials' }),
      })
      return answer.status
    }
    const suspend = (suspended: boolean) =>
      bench.change(
        { provider: 'it', id },
        {},
        { patch: { kind: 'suspension', suspended, allowPartial: false } },
      )
    expect(await token()).toBe(200)
    await suspend(true)
    expect(await token()).toBe(400)
    await suspend(false)
    expect(await token()).toBe(200)
  })

  it('lists each of 250 clients once, in pages', async () => {
    const admin = adminAt(hydra.adminUrl)
    const made: string[] = []
    for (let at = 0; at < 250; at += 1) made.push(await admin.make())
    const provider = await providerAt(hydra)
    const call = { deadline: Date.now() + DEADLINE_MS, timeoutMs: 10_000, operationId: 'list' }
    const found: string[] = []
    for (let cursor: string | undefined; ; ) {
      const page = await provider.list?.(undefined, call, cursor)
      found.push(...(page?.items ?? []).map(({ id }) => id))
      cursor = page?.next
      if (cursor === undefined) break
    }
    expect(new Set(found).size).toBe(found.length)
    expect(found).toEqual(expect.arrayContaining(made))
  })
})

describe.skipIf(reason !== undefined)('a Hydra that is killed during a change', () => {
  const ROUNDS = 12
  const folder = mkdtempSync(join(tmpdir(), 'clientry-hydra-'))
  let hydra: Hydra
  let bench: Bench

  beforeAll(async () => {
    hydra = await startHydra(join(folder, 'hydra.sqlite'))
    const provider = await providerAt(hydra)
    bench = await openBench(new Map([['it', provider]]), { upstreamTimeoutMs: 2_000 })
  })
  afterAll(async () => {
    await bench?.close()
    await hydra?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  it(`leaves every one of ${ROUNDS} changes settled, as the server then has it`, async () => {
    const admin = adminAt(hydra.adminUrl)
    const { client_id: _, created_at: __, updated_at: ___, ...members } = fullHydraClient
    const id = await admin.make(members as JsonObject)
    const ref = { provider: 'it', id }
    const others = async () => withoutMembers(await admin.read(id), ['client_name', 'updated_at'])
    const before = await others()
    const counts: Record<string, number> = {}
    for (let round = 0; round < ROUNDS; round += 1) {
      const name = `Round ${round}`
      const deadline = Date.now() + 8_000
      const attempt = bench.change(ref, { name }, { deadline }).then(
        ({ outcome }) => outcome as string,
        ({ code }: { code: string }) => code,
      )
      // A crash point is sampled by the time since the change began; any of them will do.
      await after(round * 6)
      await hydra.restart()
      const answer = await attempt
      const now = () => Date.now() + 60_000
      await sweep({ ...bench.service, now })
      expect(await bench.service.store.openIntents()).toEqual([])
      const closing = (await bench.service.store.entries(resourceOf(ref))).at(-1)
      const outcome = closing !== undefined && 'outcome' in closing ? closing.outcome : 'none'
      const isThere = (await admin.read(id)).client_name === name
      counts[`answered ${answer}, recorded ${outcome}`] =
        (counts[`answered ${answer}, recorded ${outcome}`] ?? 0) + 1
      expect({ round, answer, outcome, isThere }).toMatchObject({ isThere: outcome === 'applied' })
      if (answer === 'applied') expect(isThere).toBe(true)
    }
    expect(await others()).toEqual(before)
    process.stdout.write(`Hydra killed during ${ROUNDS} changes: ${JSON.stringify(counts)}\n`)
  })
})
