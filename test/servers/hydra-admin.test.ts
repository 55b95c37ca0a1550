/**
 * Ory Hydra itself through its admin API: the tables of its page, a suspension, pages of a list, and changes during which
 * the server is killed.
 */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { withoutMembers } from '../../src/core/json/json.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { sweep } from '../../src/service/upkeep/sweep.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { type Bench, openBench } from '../contract/service.ts'
import { fullHydraClient } from '../fixtures/hydra.ts'
import { only } from '../providers/subject.ts'
import { unlessChosen } from './chosen.ts'
import { measured } from './figures.ts'
import { type Hydra, inFile, startHydra } from './hydra.ts'
import { adminAt, hydraTables } from './hydra-cases.ts'

const reason = unlessChosen('hydra')

const DEADLINE_MS = 60_000

const providerAt = ({ adminUrl }: Hydra): Promise<Provider> =>
  only({ type: 'hydra', baseUrl: adminUrl, pace: { perSecond: 10_000 } })

describe.skipIf(reason !== undefined)('Hydra', () => {
  let hydra: Hydra
  let bench: Bench

  beforeAll(async () => {
    hydra = await startHydra()
    const provider = await providerAt(hydra)
    bench = await openBench(new Map([['it', provider]]), { upstreamTimeoutMs: 10_000 })
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
    hydra = await startHydra(inFile(join(folder, 'hydra.sqlite')))
    const provider = await providerAt(hydra)
    bench = await openBench(new Map([['it', provider]]), { upstreamTimeoutMs: 2_000 })
  })
  afterAll(async () => {
    await bench?.close()
    await hydra?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  it(`leaves every one of ${ROUNDS} changes settled, as the server then has it`, async (context) => {
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
    const value = `the server ${ROUNDS} x: ${ROUNDS} of ${ROUNDS} changes settled`
    measured(context, { kind: 'hydra itself', figure: 'kills', value })
    process.stdout.write(`Hydra killed during ${ROUNDS} changes: ${JSON.stringify(counts)}\n`)
  })
})
