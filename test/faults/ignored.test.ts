/**
 * G4, G5: a provider that answers that a change was done, and leaves a part of it as it was; and each crash point
 * of such a change, and of what settles it. Where the answer is lost, it is settled by reading back, and what came
 * half-way is undone, as with any other change.
 */

import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { readOperation } from '../../src/service/reading/history.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { ignoring } from '../fixtures/ignoring.ts'
import { type ChangedClient, type ChangeKind, SUITE_KINDS } from './changed-client.ts'
import {
  type Answer,
  type Crash,
  calmly,
  changeWith,
  type Instance,
  keyFor,
  onFreshStore,
  openInstance,
  sweepUntilSettled,
  visits,
} from './instance.ts'

const LATER_MS = 3_600_000

/** The name is ignored, alone or with everything else that the change names. */
const IGNORED = {
  cognito: { part: ['ClientName'], whole: ['ClientName', 'CallbackURLs'] },
  auth0: { part: ['name'], whole: ['name', '$connections'] },
  entra: { part: ['displayName'], whole: ['displayName'] },
  keycloak: { part: ['name'], whole: ['name'] },
  okta: { part: ['label'], whole: ['label'] },
}

interface Run {
  readonly answer: Answer
  readonly repeated: Answer
  readonly passed: Instance['passed']
  readonly recovery: Instance['passed']
  readonly outcomes: readonly string[]
  readonly before: JsonObject
  readonly after: JsonObject
  readonly openIntents: number
}

async function run(
  kind: ChangeKind,
  members: readonly string[],
  crashes: readonly (Crash | undefined)[],
) {
  return onFreshStore(kind.start, (client, path) =>
    runOn({ kind, client: over(client, members), path, crashes }),
  )
}

function over(client: ChangedClient, members: readonly string[]): ChangedClient {
  const provider = ignoring(client.provider, { members: () => members })
  return { ...client, provider, providers: new Map([[client.ref.provider, provider]]) }
}

async function runOn({
  kind,
  client,
  path,
  crashes: [crash, recoveryCrash],
}: {
  readonly kind: ChangeKind
  readonly client: ChangedClient
  readonly path: string
  readonly crashes: readonly (Crash | undefined)[]
}): Promise<Run> {
  const key = keyFor(kind.asked)
  const before = client.view()
  const first = await openInstance(path, client.providers, { crash })
  const answer = await changeWith(first, client, kind.asked, { key })
  await first.close()
  let recovery: Instance['passed'] = []
  if (recoveryCrash !== undefined) {
    const options = { crash: recoveryCrash, lateMs: LATER_MS }
    const second = await openInstance(path, client.providers, options)
    await Promise.race([sweepUntilSettled(second), second.crashed])
    await second.close()
  }
  return calmly(path, client, 2 * LATER_MS, async (instance, found) => {
    await sweepUntilSettled(instance)
    recovery = [...instance.passed]
    const { store } = instance.service
    const openIntents = (await store.openIntents()).length
    const entries = await store.entries(resourceOf(client.ref))
    const outcomes = await Promise.all(
      entries.flatMap((entry) =>
        entry.kind === 'intent'
          ? [readOperation(instance.service, entry.operationId).then((item) => item?.outcome ?? '')]
          : [],
      ),
    )
    const after = client.view()
    const repeated = await changeWith(instance, found as ChangedClient, kind.asked, {
      key,
      deadlineMs: 10_000,
    })
    return {
      answer,
      repeated,
      passed: first.passed,
      recovery,
      outcomes,
      before,
      after,
      openIntents,
    }
  })
}

const CHANGES = SUITE_KINDS.filter(({ action }) => action === 'change')

describe.each(CHANGES)('$name', (kind) => {
  const { part, whole } = IGNORED[kind.provider]

  it('ends partly_applied, under every crash settled by what is there', async () => {
    const { answer, repeated, passed, outcomes } = await run(kind, part, [])
    expect([answer, repeated]).toEqual([{ code: 'partly_applied' }, { code: 'partly_applied' }])
    expect(outcomes).toEqual(['partly_applied'])
    await Promise.all(
      visits(passed).map(async (crash) => {
        const once = await run(kind, part, [crash])
        judge(kind, once, crash)
        // The settlement is the same one, so the shortest change stands for all.
        if (kind.provider !== 'cognito' || once.recovery[0] !== 'open intent found') return
        const end = once.recovery.indexOf('outcome recorded')
        const second = visits(once.recovery.slice(0, end + 1))
        await Promise.all(
          second.map(async (one) => judge(kind, await run(kind, part, [crash, one]), one)),
        )
      }),
    )
  })

  it.runIf(kind.provider === 'cognito')(
    'ends not_applied where nothing took effect',
    async () => {
      const { answer, repeated, passed, outcomes } = await run(kind, whole, [])
      expect([answer, repeated]).toEqual([{ code: 'not_applied' }, { code: 'not_applied' }])
      expect(outcomes).toEqual(['not_applied'])
      await Promise.all(
        visits(passed).map(async (crash) => judge(kind, await run(kind, whole, [crash]), crash)),
      )
    },
    60_000,
  )
})

/** The record says what is in force, nothing is left open, and the key answers no success. */
function judge(
  { after: named }: ChangeKind,
  { outcomes, before, after, openIntents, repeated }: Run,
  crash: Crash,
): void {
  const at = JSON.stringify(crash)
  expect(openIntents, at).toBe(0)
  const changed = Object.keys(named).some(
    (name) => JSON.stringify(after[name]) !== JSON.stringify(before[name]),
  )
  const expected = changed ? ['partly_applied', 'conflict'] : ['not_applied']
  for (const outcome of outcomes.slice(-1)) expect(expected, at).toContain(outcome)
  if (outcomes.length === 0) expect(changed, at).toBe(false)
  expect(repeated, at).toHaveProperty('code')
}
