/** Settings that this version does not know, at a service of its own that holds them: cleared, set again, rolled back. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { requestFor } from '../contract/service.ts'
import { type CognitoService, POOL, REF, startCognito } from './cognito-service.ts'

const TOMORROW = { Mode: 'strict', Levels: [1, 2] }
const CLIENT: JsonObject = {
  UserPoolId: POOL,
  ClientId: 'first',
  ClientName: 'First',
  MemberOfTomorrow: TOMORROW,
}
const CLEAR = { providerSettings: { MemberOfTomorrow: null } }
const SET = { providerSettings: { MemberOfTomorrow: TOMORROW } }

let service: CognitoService
beforeEach(async () => {
  service = await startCognito(() => undefined)
  service.clients.set('first', CLIENT)
})
afterEach(() => service.close())

const held = () => service.clients.get('first')?.MemberOfTomorrow

describe('a setting that this version does not know', () => {
  it('can be set again once it was cleared, by whichever process', async () => {
    await service.bench.change(REF, CLEAR)
    expect(held()).toBeUndefined()
    await service.bench.change(REF, { name: 'Between' })
    const other = await service.bench.another()
    expect((await other.change(REF, SET)).outcome).toBe('applied')
    expect(held()).toEqual(TOMORROW)
  })

  it('comes back with a rollback, also once it was set in between', async () => {
    await service.bench.change(REF, CLEAR)
    await service.bench.change(REF, SET)
    await service.bench.change(REF, CLEAR)
    const { patch: _, ...request } = requestFor(service.bench.service, REF, {})
    const rollback = { kind: 'rollback' as const, to: 0, allowPartial: false }
    await changeClient(service.bench.service, { ...request, patch: rollback })
    expect(held()).toEqual(TOMORROW)
  })

  it('comes back when the change that cleared it is undone', async () => {
    const { operationId = '' } = await service.bench.change(REF, CLEAR)
    const { patch: _, ...request } = requestFor(service.bench.service, REF, {})
    const undo = { kind: 'undo' as const, operationId, allowPartial: false }
    await changeClient(service.bench.service, { ...request, patch: undo })
    expect(held()).toEqual(TOMORROW)
  })

  it('is refused on a client that never had it', async () => {
    service.clients.set('first', { ClientId: 'first', ClientName: 'First' })
    await expect(service.bench.change(REF, SET)).rejects.toMatchObject({ code: 'unknown_field' })
  })
})
