/** Secrets that end by themselves after a rotation: once, in time, after a restart too, and never the last one. */

import { describe, expect } from 'vitest'
import { ClientError } from '../../src/core/errors.ts'
import type { CrashPoint } from '../../src/service/base/crash-points.ts'
import type { Service } from '../../src/service/base/service.ts'
import { removeClient } from '../../src/service/life/remove.ts'
import { readHistory } from '../../src/service/reading/history.ts'
import { retireSecret } from '../../src/service/secrets/retire.ts'
import { rotateSecret } from '../../src/service/secrets/rotate.ts'
import { listSecrets } from '../../src/service/secrets/secret-list.ts'
import { carryOutDue } from '../../src/service/upkeep/due.ts'
import { sweep } from '../../src/service/upkeep/sweep.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { LIVES } from '../contract/lives.ts'
import { type Bench, callInTime, requestFor } from '../contract/service.ts'
import { SUBJECTS, type Subject } from '../contract/subjects.ts'
import { onSubject } from '../fixtures/bench.ts'

const HOUR = 3_600

const OVERLAPPING = SUBJECTS.filter(
  ({ name }) => !(LIVES[name]?.oneSecret || LIVES[name]?.noSecond),
)

describe.each(OVERLAPPING)('$name', (kind) => {
  let subject: Subject
  let bench: Bench

  const it = onSubject(kind, (opened) => {
    ;({ subject, bench } = opened)
  })

  /** One more instance on the same store, whose clock is ahead. */
  async function later(seconds: number, more: Partial<Service> = {}): Promise<Service> {
    const { service } = await bench.another()
    return { ...service, now: () => Date.now() + seconds * 1_000, ...more }
  }
  const request = (service: Service = bench.service) => {
    const { patch: _, ...rest } = requestFor(service, subject.ref, {})
    return { ...rest, deadline: service.now() + 10_000 }
  }
  const rotate = (retireAfterSeconds?: number) =>
    rotateSecret(bench.service, {
      ...request(),
      cutOver: false,
      ...(retireAfterSeconds === undefined ? {} : { retireAfterSeconds }),
    })
  const due = (service: Service) => carryOutDue(service, new Map())
  const live = async () => {
    const { ref, provider } = subject
    const asked = { ref, provider, requestId: 'request-1', deadline: Date.now() + 5_000 }
    return (await listSecrets(bench.service, asked)).live
  }
  const standing = async () => (await bench.service.store.last(resourceOf(subject.ref)))?.standing
  const actions = async () =>
    (await readHistory(bench.service, subject.ref, { limit: 20 })).items.map(
      ({ action, outcome }) => `${action} ${outcome}`,
    )

  it('end in their time and not before, also at a server that was started since', async () => {
    const { previous, secret } = await rotate(HOUR)
    const [old] = previous
    expect(old?.retiresAt).toBeGreaterThan(Date.now() + (HOUR - 60) * 1_000)
    expect((await live()).map(({ retiresAt }) => retiresAt)).toEqual([old?.retiresAt, undefined])
    await due(await later(HOUR - 60))
    expect(await live()).toHaveLength(2)
    expect(await due(await later(HOUR + 1))).toMatchObject({ done: 1, failed: [] })
    expect((await live()).map(({ id }) => id)).toEqual([secret?.id])
    expect(await standing()).toBe(undefined)
    const { items } = await readHistory(bench.service, subject.ref, { limit: 1 })
    expect(items[0]).toMatchObject({ secretId: old?.id, actor: request().actor })
    expect(await actions()).toEqual(['retire applied', 'rotate applied'])
    expect(await due(await later(HOUR + 2))).toMatchObject({ done: 0 })
  })

  it('end when a request says later, or earlier, or now', async () => {
    const { previous } = await rotate()
    const secretId = previous[0]?.id ?? ''
    const retire = (afterSeconds?: number) =>
      retireSecret(bench.service, {
        ...request(),
        secretId,
        ...(afterSeconds === undefined ? {} : { afterSeconds }),
      })
    await retire(2 * HOUR)
    await retire(3 * HOUR)
    await due(await later(2 * HOUR + 1))
    expect(await live()).toHaveLength(2)
    const { live: left } = await retire()
    expect(left).toHaveLength(1)
    expect(await standing()).toBe(undefined)
    expect(await actions()).toEqual([
      'retire applied',
      'retire_later applied',
      'retire_later applied',
      'rotate applied',
    ])
  })

  it('are let be where it would be the last one, and forgotten where they are gone', async () => {
    const { previous, secret } = await rotate(HOUR)
    const { secrets } = subject.provider
    const base = await subject.provider.read(subject.ref, call())
    await secrets?.disable?.(subject.ref, base, secret?.id ?? '').send(call())
    await secrets?.remove?.(subject.ref, base, secret?.id ?? '').send(call())
    expect(await due(await later(HOUR + 1))).toMatchObject({ done: 1, failed: [] })
    expect((await live()).map(({ id }) => id)).toEqual([previous[0]?.id])
    expect((await actions())[0]).toBe('retain applied')
    const again = await rotate(HOUR)
    const now = await subject.provider.read(subject.ref, call())
    await secrets?.disable?.(subject.ref, now, previous[0]?.id ?? '').send(call())
    await secrets?.remove?.(subject.ref, now, previous[0]?.id ?? '').send(call())
    expect(await due(await later(HOUR + 1))).toMatchObject({ done: 1, failed: [] })
    expect((await live()).map(({ id }) => id)).toEqual([again.secret?.id])
    expect((await actions())[0]).toBe('retire applied')
    expect(await standing()).toBe(undefined)
  })

  it("are no one's business any more once the client is removed", async () => {
    await rotate(HOUR)
    await removeClient(bench.service, request())
    expect(await due(await later(HOUR + 1))).toMatchObject({ done: 0, failed: [] })
  })

  it('are tried again while the provider fails, and forgotten a day after their client has gone', async () => {
    await rotate(HOUR)
    const read = async () => {
      throw new ClientError('provider_unavailable', 'Down.')
    }
    const down = new Map([['it', { ...subject.provider, read }]])
    const hurried = { providers: down, upstreamTimeoutMs: 1, sleep: async () => {} }
    const failed = [{ resource: resourceOf(subject.ref), code: 'provider_unavailable' }]
    expect(await due(await later(HOUR + 1, hurried))).toEqual({ done: 0, failed, notices: [] })
    await subject.provider.removal?.(subject.ref, {}).send(call())
    expect((await due(await later(HOUR + 1))).failed).toMatchObject([{ code: 'not_found' }])
    expect(await due(await later(26 * HOUR))).toEqual({ done: 1, failed: [], notices: [] })
    expect(await standing()).toBe(undefined)
    expect(await bench.service.store.due(Number.MAX_SAFE_INTEGER)).toEqual([])
  })

  it('are not forgotten for something else that is not found, however late', async () => {
    await rotate(HOUR)
    const { secrets } = subject.provider
    if (secrets?.remove === undefined) throw new TypeError('no secrets')
    const { remove } = secrets
    const send = async () => {
      throw new ClientError('not_found', 'There is no such client, or it has no such secret.')
    }
    const failing = {
      ...subject.provider,
      secrets: {
        ...secrets,
        ...(secrets.disable && {
          disable: (...asked: Parameters<typeof remove>) => ({ ...remove(...asked), send }),
        }),
        remove: (...asked: Parameters<typeof remove>) => ({ ...remove(...asked), send }),
      },
    }
    const service = await later(26 * HOUR, { providers: new Map([['it', failing]]) })
    expect((await due(service)).failed).toHaveLength(1)
    expect((await standing())?.retirements).toHaveLength(1)
    expect(await due(await later(26 * HOUR))).toMatchObject({ done: 1 })
    expect(await live()).toHaveLength(1)
  })

  it('are none where the rotation is planned, refused or not applied', async () => {
    const planned = await rotateSecret(bench.service, {
      ...request(),
      cutOver: false,
      retireAfterSeconds: HOUR,
      dryRun: true,
    })
    expect(planned.previous[0]?.retiresAt).toBeGreaterThan(Date.now())
    expect(await standing()).toBe(undefined)
    const dead = new Error('crash')
    const reached = (at: CrashPoint) =>
      at === 'intent recorded' ? Promise.reject(dead) : Promise.resolve()
    const dying = { ...bench.service, reached }
    const attempt = { ...request(), cutOver: false, retireAfterSeconds: HOUR }
    await expect(rotateSecret(dying, attempt)).rejects.toBe(dead)
    expect((await bench.service.store.openIntents())[0]?.becomes?.retirements).toHaveLength(1)
    await sweep(await later(HOUR))
    expect(await actions()).toEqual(['rotate not_applied'])
    expect(await standing()).toBe(undefined)
  })

  it('end once, however many servers look at once', async () => {
    await rotate(HOUR)
    const servers = await Promise.all([later(HOUR + 1), later(HOUR + 1), later(HOUR + 1)])
    await Promise.all(servers.map(due))
    expect(await live()).toHaveLength(1)
    expect((await actions()).filter((one) => one === 'retire applied')).toHaveLength(1)
  })

  it.each<CrashPoint>([
    'base read',
    'change planned',
    'intent recorded',
    'step sent',
    'state known',
  ])('end although a server dies after "%s"', async (point) => {
    await rotate(HOUR)
    const dead = new Error('crash')
    const reached = (at: CrashPoint) => (at === point ? Promise.reject(dead) : Promise.resolve())
    await due(await later(HOUR + 1, { reached }))
    await sweep(await later(3 * HOUR))
    await due(await later(3 * HOUR))
    expect(await live()).toHaveLength(1)
    expect(await standing()).toBe(undefined)
    expect(await bench.service.store.openIntents()).toEqual([])
  })

  const call = () => callInTime()
})
