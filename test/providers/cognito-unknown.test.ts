/** Settings that this version does not know, at a service of its own that holds them: cleared, set again, rolled back. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { capabilitiesOf } from '../../src/http/routes/providers.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { requestFor } from '../contract/service.ts'
import { type CognitoService, POOL, REF, refusal, startCognito } from './cognito-service.ts'

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

describe('a carried member that the service refuses', () => {
  /** As a member of answers that an update does not take. */
  const strict = (operation: string, input: JsonObject) =>
    operation === 'UpdateUserPoolClient' && 'MemberOfTomorrow' in input
      ? refusal('SerializationException', 'Unexpected key in the request')
      : undefined
  const restart = async (members: object) => {
    await service.close()
    const kept = ['MemberOfTomorrow']
    service = await startCognito(strict, { kept, members: { public: [], secret: [], ...members } })
    service.clients.set('first', CLIENT)
  }

  it('is named with the way out, to who may read the client', async () => {
    await restart({})
    const rename = (options = {}) => service.bench.change(REF, { name: 'Renamed' }, options)
    await expect(rename()).rejects.toMatchObject({
      code: 'provider_refused',
      message: expect.stringMatching(
        /MemberOfTomorrow.*members: \{ MemberOfTomorrow: read-only \}/,
      ),
    })
    const hidden = await rename({ maySeeClient: false }).catch((error: unknown) => error)
    expect(String(hidden)).not.toContain('MemberOfTomorrow')
  })

  it.each(['read-only', 'volatile'])('is shown and not sent once it is classed %s', async (one) => {
    await restart({ classes: { MemberOfTomorrow: one } })
    const done = await service.bench.change(REF, { name: 'Renamed' })
    expect(done).toMatchObject({ outcome: 'applied', warnings: [] })
    const [, body] = service.sent.findLast(([name]) => name === 'UpdateUserPoolClient') ?? []
    expect(body).not.toHaveProperty('MemberOfTomorrow')
    const other = { providerSettings: { MemberOfTomorrow: 'else' } }
    await expect(service.bench.change(REF, other)).rejects.toMatchObject({
      code: 'read_only_field',
    })
  })

  it('can be set where no client has it, once it is classed a setting', async () => {
    await service.close()
    const members = { public: [], secret: [], classes: { MemberOfTomorrow: 'setting' } }
    service = await startCognito(() => undefined, { members })
    service.clients.set('first', { ClientId: 'first', ClientName: 'First' })
    await service.bench.change(REF, SET)
    expect(held()).toEqual(TOMORROW)
    const { members: shown } = capabilitiesOf(service.provider.mapping)
    expect(shown).toEqual({ MemberOfTomorrow: 'setting' })
  })

  it.each([
    'ClientSecret',
    'NextSecret',
    'CallbackURLs',
    'ExplicitAuthFlows',
    'LastModifiedDate',
    'New.Thing',
  ])('cannot be %s, which is known or looks like a secret', async (name) => {
    const members = { public: [], secret: [], classes: { [name]: 'setting' } }
    await expect(startCognito(() => undefined, { members })).rejects.toMatchObject({
      code: 'invalid_request',
      field: `providers.cognito.members.${name}`,
    })
  })
})
