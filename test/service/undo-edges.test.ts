/** An undo at its edges: what it reads, what it can bring back, and which operations it leaves alone. */

import { expect } from 'vitest'
import type { Auth0Emulator } from '../../src/emulators/auth0/index.ts'
import type { Provider } from '../../src/providers/provider.ts'
import type { Service } from '../../src/service/base/service.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { createSeal } from '../../src/store/seal.ts'
import { type Bench, requestFor } from '../contract/service.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { onTenant } from '../fixtures/bench.ts'

const REF = { provider: 'auth0', id: 'exampleClientId' }
const OTHER = { ...REF, id: 'anotherClientId' }

let emulator: Auth0Emulator
let bench: Bench

const it = onTenant({}, (opened) => {
  ;({ emulator, bench } = opened)
  emulator.put({ ...fullAuth0Client, client_id: OTHER.id, client_aliases: [] })
})

const changed = async (client: object, ref = REF) =>
  (await bench.change(ref, client)).operationId ?? ''
const undo = (operationId: string, service: Service = bench.service, more: object = {}) =>
  changeClient(service, {
    ...requestFor(bench.service, REF, {}),
    patch: { kind: 'undo', operationId, allowPartial: false },
    ...more,
  })
const notRestorable = (operationId: string) => ({
  code: 'not_restorable',
  message: `The operation ${operationId} cannot be undone: its record no longer exists, or was sealed with a key that is no longer in use.`,
})

it('reads the client with the fields that come back, and brings them back', async () => {
  const operationId = await changed({
    name: 'New',
    clientMetadata: { team: 'other', tier: null },
    supportedIdp: ['google'],
  })
  const [provider] = bench.service.providers.values()
  const asked: (readonly string[])[] = []
  const read: Provider['read'] = (ref, call, fields) => {
    asked.push([...(fields ?? [])])
    return (provider as Provider).read(ref, call, fields)
  }
  const result = await undo(operationId, bench.service, { provider: { ...provider, read } })
  expect(result.outcome).toBe('applied')
  expect([...(asked[0] ?? [])].sort()).toEqual(['clientMetadata', 'name', 'supportedIdp'])
  expect(emulator.client(REF.id)).toMatchObject({
    name: 'Example',
    client_metadata: fullAuth0Client.client_metadata,
  })
})

it('leaves operations of other clients alone, and those that are no changes', async () => {
  const theirs = await changed({ name: 'Theirs' }, OTHER)
  await expect(undo(theirs)).rejects.toMatchObject(notRestorable(theirs))
  const protect = { kind: 'protection', protected: true } as const
  const { operationId = '' } = await bench.change(REF, {}, { patch: protect })
  await expect(undo(operationId)).rejects.toMatchObject(notRestorable(operationId))
  await expect(undo('none')).rejects.toMatchObject(notRestorable('none'))
  expect(emulator.client(OTHER.id)?.name).toBe('Theirs')
})

it('is refused where what was there before cannot be opened any more', async () => {
  const operationId = await changed({ name: 'New' })
  const lost = { ...bench.service, seal: createSeal(Buffer.alloc(32, 9)) }
  await expect(undo(operationId, lost)).rejects.toMatchObject(notRestorable(operationId))
  expect(emulator.client(REF.id)?.name).toBe('New')
})

it('is refused where the record was dropped with age, and says so', async () => {
  const operationId = await changed({ name: 'New' })
  const intent = await bench.service.store.operation(operationId)
  const other = createSeal(Buffer.alloc(32, 9))
  const isDropped = (sealed: string) => sealed === intent?.sealed
  const service = { ...bench.service, seal: { ...other, isDropped } }
  await expect(undo(operationId, service)).rejects.toMatchObject({
    code: 'not_restorable',
    message: `The operation ${operationId} cannot be undone: its record is older than sealed records are kept.`,
  })
  await expect(undo('none', service)).rejects.toMatchObject(notRestorable('none'))
  expect(emulator.client(REF.id)?.name).toBe('New')
})
