/**
 * The change of an application of Entra ID that the enumeration of faults is about: one call without an answer, and the read
 * that shows what came of it.
 */

import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { isRecord } from '../../src/core/json/json.ts'
import { parseMergePatch } from '../../src/core/patch/patch.ts'
import { startEntraEmulator } from '../../src/emulators/entra/index.ts'
import { COMPLEX } from '../../src/providers/entra/members.ts'
import { fullEntraApplication } from '../fixtures/entra.ts'
import { tenantAt } from '../providers/entra/subject.ts'
import { only } from '../providers/subject.ts'
import type { ChangedClient, ChangeKind, View } from './changed-client.ts'
import { inOrder } from './in-order.ts'

const ID = 'exampleClientId'

/** Each member of a complex member as a setting of its own. */
function viewOf(application: JsonObject): View {
  const settings = Object.entries(application).flatMap(([name, value]): [string, Json][] =>
    COMPLEX.some((one) => one === name) && isRecord(value)
      ? Object.entries(value).map(([inner, one]) => [`${name}.${inner}`, one])
      : [[name, value]],
  )
  return inOrder(Object.fromEntries(settings))
}

async function start(): Promise<ChangedClient> {
  const emulator = await startEntraEmulator({ applications: [fullEntraApplication] })
  const provider = await only({ type: 'entra', ...tenantAt(emulator.url) })
  const stored = () => emulator.application(ID) as JsonObject
  return {
    ref: { provider: 'it', id: ID },
    providers: new Map([['it', provider]]),
    provider,
    calmList: 'callbacks',
    view: () => viewOf(stored()),
    inject: emulator.inject,
    clearFaults: emulator.clearFaults,
    lateCallLanded: () => emulator.calls.some(({ fault }) => fault === 'delay'),
    writeOutside: (members) => emulator.put({ ...stored(), ...members }),
    close: emulator.close,
  }
}

const READ = { operation: 'GET /applications?appId', skip: 0 }
const POLICY = 'https://app.example.com/new-policy'

export const ENTRA: ChangeKind = {
  name: 'entra',
  action: 'change',
  provider: 'entra',
  asked: parseMergePatch({ name: 'New', policyUri: POLICY, disabled: true }),
  after: { displayName: 'New', 'info.privacyStatementUrl': POLICY, isDisabled: true },
  fields: ['name', 'policyUri', 'disabled'],
  calls: [{ operation: 'PATCH /applications/{id}', skip: 0 }],
  // The base is read before.
  lookups: [{ ...READ, skip: 1 }],
  read: READ,
  outside: { named: { displayName: 'Foreign' }, other: { description: 'Foreign' } },
  start,
}
