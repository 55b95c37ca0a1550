/**
 * A client that was made for a while is removed by the sweep, wherever the process that made it died: none is left, none is
 * made twice, and no other client is touched.
 */

import { randomUUID } from 'node:crypto'
import { describe, expect } from 'vitest'
import { parseMergePatch } from '../../src/core/patch/patch.ts'
import type { Service } from '../../src/service/base/service.ts'
import { createClient } from '../../src/service/life/create.ts'
import { carryOutDue } from '../../src/service/upkeep/due.ts'
import type { Bench } from '../contract/service.ts'
import { callInTime } from '../contract/service.ts'
import { type Subject, subjectNamed } from '../contract/subjects.ts'
import { onSubject } from '../fixtures/bench.ts'
import { POOL_ID } from '../fixtures/cognito.ts'
import { dyingAt, settled } from './dying.ts'

const HOUR_MS = 3_600_000
const POINTS = ['intent recorded', 'step sent', 'state known', 'outcome recorded'] as const

describe.each([subjectNamed('auth0'), subjectNamed('cognito')])('at $name', (kind) => {
  let subject: Subject
  let bench: Bench
  const it = onSubject(kind, (opened) => {
    ;({ subject, bench } = opened)
  })
  const place = { provider: 'it', ...(kind.name === 'cognito' ? { userPoolId: POOL_ID } : {}) }
  const make = (service: Service) =>
    createClient(service, {
      provider: subject.provider,
      place,
      kind: 'web',
      patch: parseMergePatch({ name: 'For a while', callbacks: ['https://a.example.com/cb'] }),
      removeAt: Date.now() + HOUR_MS,
      dryRun: false,
      actor: { subject: 'tester', issuer: 'https://issuer.example' },
      requestId: randomUUID(),
      deadline: Date.now() + 10_000,
    })
  const names = async () => {
    const call = callInTime('list')
    const page = await subject.provider.list?.(place.userPoolId, call)
    return (page?.items ?? []).map(({ name }) => name).sort()
  }
  const due = (after: number) =>
    carryOutDue({ ...bench.service, now: () => Date.now() + after }, new Map())

  it.for(POINTS)('it is gone where its maker died at: %s', async (point) => {
    const before = await names()
    await dyingAt(bench.service, point, make)
    await settled(bench.service)
    expect(await due(HOUR_MS / 2)).toMatchObject({ done: 0, failed: [] })
    const isMade = point !== 'intent recorded'
    expect(await names()).toEqual(isMade ? [...before, 'For a while'].sort() : before)
    expect(await due(2 * HOUR_MS)).toMatchObject({ done: isMade ? 1 : 0, failed: [] })
    expect(await names()).toEqual(before)
    expect(subject.stored()).toBeDefined()
  })
})
