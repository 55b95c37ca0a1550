/** G2: the steps of a change: in which order, with which calls, and where another instance makes it begin anew. */

import { describe, expect } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { parseJsonPatch } from '../../src/core/patch/patch.ts'
import type { Auth0Emulator } from '../../src/emulators/auth0/index.ts'
import type { Call } from '../../src/providers/call.ts'
import type { Provider } from '../../src/providers/provider.ts'
import type { CrashPoint } from '../../src/service/base/crash-points.ts'
import type { ChangeRequest } from '../../src/service/base/request.ts'
import type { Service } from '../../src/service/base/service.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { settle } from '../../src/service/operation/settle.ts'
import { resourceOf } from '../../src/store/resource.ts'
import type { Bench } from '../contract/service.ts'
import { requestFor } from '../contract/service.ts'
import { onTenant } from '../fixtures/bench.ts'
import { intentOf, outsideChangeOf } from '../fixtures/entries.ts'
import { POINTS_IN_ORDER } from './dying.ts'

const REF = { provider: 'auth0', id: 'exampleClientId' }
const RESOURCE = resourceOf(REF)

let emulator: Auth0Emulator
let bench: Bench

const it = onTenant({}, (opened) => {
  ;({ emulator, bench } = opened)
})

const change = (
  client: object,
  options: Partial<ChangeRequest> = {},
  service: Service = bench.service,
) => changeClient(service, { ...requestFor(service, REF, client), ...options })
const entries = () => bench.service.store.entries(RESOURCE)
const foreign = (members: JsonObject) =>
  emulator.put({ ...(emulator.client('exampleClientId') as JsonObject), ...members })

/** A service that notes the places it passes. */
function noting(): { readonly service: Service; readonly points: CrashPoint[] } {
  const points: CrashPoint[] = []
  const reached = async (point: CrashPoint) => void points.push(point)
  return { points, service: { ...bench.service, reached } }
}

/** The provider, noting the calls that are made of it. */
function watched(): {
  readonly provider: Provider
  readonly reads: Call[]
  readonly sends: Call[]
} {
  const provider = bench.service.providers.get('auth0') as Provider
  const reads: Call[] = []
  const sends: Call[] = []
  return {
    reads,
    sends,
    provider: {
      ...provider,
      read: (ref, call, fields) => {
        reads.push(call)
        return provider.read(ref, call, fields)
      },
      steps: (...asked) =>
        provider.steps(...asked).map((step) => ({
          ...step,
          send: (call) => {
            sends.push(call)
            return step.send(call)
          },
        })),
    },
  }
}

describe('a change', () => {
  it('passes its places in order', async () => {
    const { service, points } = noting()
    await change({ name: 'New' }, {}, service)
    expect(points).toEqual(POINTS_IN_ORDER)
  })

  it('goes before others at the provider once it has begun, and not before', async () => {
    const { provider, reads, sends } = watched()
    await change({ name: 'New' }, { provider })
    expect(reads.map(({ urgent }) => urgent)).toEqual([undefined])
    expect(sends.map(({ urgent }) => urgent)).toEqual([true])
    expect(sends[0]).toMatchObject({ caller: expect.stringContaining('tester') })
  })

  it('reads what its operations need, as for members', async () => {
    const patch = parseJsonPatch([{ op: 'add', path: '/supportedIdp/-', value: 'google' }])
    const result = await change({}, { patch })
    expect(result.outcome).toBe('applied')
    expect(emulator.enabledClients('con_google')).toEqual(['exampleClientId'])
  })

  it('is planned in a dry run although nothing would change, without a call', async () => {
    const result = await change({ name: 'Example' }, { dryRun: true })
    expect(result).toMatchObject({ outcome: 'planned', steps: [], changes: [] })
    expect(result).not.toHaveProperty('operationId')
  })

  it('begins anew when another instance was first to record what changed outside', async () => {
    await change({ name: 'Ours' })
    foreign({ description: 'Foreign' })
    let first = true
    const reached = async (point: CrashPoint) => {
      if (point !== 'base read' || !first) return
      first = false
      await bench.service.store.append(outsideChangeOf(RESOURCE, 3))
    }
    const result = await change({ name: 'Again' }, {}, { ...bench.service, reached })
    expect(result.outcome).toBe('applied')
    expect((await entries()).map(({ kind, seq }) => [seq, kind])).toEqual([
      [1, 'intent'],
      [2, 'outcome'],
      [3, 'outside_change'],
      [4, 'outside_change'],
      [5, 'intent'],
      [6, 'outcome'],
    ])
  })
})

describe('If-Match', () => {
  it.each<[string, (tag: string) => string[]]>([
    ['the tag of the state', (tag) => [tag]],
    ['one of several', (tag) => ['other', tag]],
    ['any client', () => ['*']],
  ])('holds for %s', async (_, tags) => {
    const { tag } = await change({}, { dryRun: true })
    expect((await change({ name: 'New' }, { ifMatch: tags(tag) })).outcome).toBe('applied')
  })

  it.each<string[][]>([[['other']], [[]]])('does not hold for %j', async (ifMatch) => {
    await expect(change({ name: 'New' }, { ifMatch })).rejects.toMatchObject({
      code: 'precondition_failed',
      field: 'If-Match',
      message: expect.stringMatching(/Nothing was sent/),
    })
    expect(await entries()).toEqual([])
  })
})

describe('settling what a process left open', () => {
  it('goes before others at the provider, and asks no one once it is closed', async () => {
    const intent = intentOf(RESOURCE, 1)
    await bench.service.store.append(intent)
    const { provider, reads } = watched()
    const { service, points } = noting()
    const other = { ...service, providers: new Map([['auth0', provider]]) }
    await settle(other, intent, Date.now() + 5_000)
    expect(points).toEqual(['open intent found', 'outcome recorded'])
    expect(reads.map(({ urgent }) => urgent)).toEqual([true])
    await settle(other, intent, Date.now() + 5_000)
    expect(reads).toHaveLength(1)
  })
})
