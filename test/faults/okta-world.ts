/**
 * The change of an Okta application that the enumeration of faults is about: two calls, one of which replaces everything but
 * whether the application is active. Where it is switched on the other one comes after it, where it is switched off before it.
 */

import type { JsonObject } from '../../src/core/json/json.ts'
import { closed, opened } from '../../src/core/mapping/opened.ts'
import { parseMergePatch } from '../../src/core/patch/patch.ts'
import { startOktaEmulator } from '../../src/emulators/okta/index.ts'
import { OPENED } from '../../src/providers/okta/members.ts'
import { APP_ID, fullOktaApp } from '../fixtures/okta.ts'
import { NO_LIMITS, orgAt } from '../providers/okta/subject.ts'
import { only } from '../providers/subject.ts'
import type { ChangedClient, ChangeKind, View } from './changed-client.ts'
import { inOrder } from './in-order.ts'

const CALLBACK = 'https://app.example.com/new'
const REDIRECT_URIS = 'settings.oauthClient.redirect_uris'

/** Without what moves by itself; with the values of its secrets, which no read shows. */
function viewOf(app: JsonObject, secrets: readonly string[]): View {
  const { lastUpdated: _, universalLogout: __, ...settings } = opened(app, OPENED)
  return inOrder({ ...settings, $secrets: secrets })
}

async function start(): Promise<ChangedClient> {
  const emulator = await startOktaEmulator({
    apps: [fullOktaApp],
    future: ['of_tomorrow'],
    limits: NO_LIMITS,
  })
  const provider = await only({ type: 'okta', ...orgAt(emulator) })
  const stored = () => emulator.app(APP_ID) as JsonObject
  return {
    ref: { provider: 'it', id: APP_ID },
    providers: new Map([['it', provider]]),
    provider,
    view: () => {
      const secrets = emulator.secrets(APP_ID).map((one) => one.client_secret)
      return viewOf(stored(), secrets)
    },
    inject: emulator.inject,
    clearFaults: emulator.clearFaults,
    lateCallLanded: () => emulator.calls.some(({ fault }) => fault === 'delay'),
    writeOutside: (members) =>
      emulator.put(closed({ ...opened(stored(), OPENED), ...members }, OPENED)),
    close: emulator.close,
  }
}

const PUT = { operation: 'PUT /apps/{id}', skip: 0 }
const lifecycle = (verb: string) => ({ operation: `POST /apps/{id}/lifecycle/${verb}`, skip: 0 })

const OKTA = {
  action: 'change',
  provider: 'okta',
  fields: ['name', 'callbacks', 'disabled'],
  read: { operation: 'GET /apps/{id}', skip: 0 },
  outside: { named: { label: 'Foreign' }, other: { 'settings.notes.enduser': 'Foreign' } },
  start,
} as const satisfies Partial<ChangeKind>

const changeTo = (disabled: boolean) =>
  parseMergePatch({ name: 'New', callbacks: { add: [CALLBACK] }, disabled })
const after = {
  label: 'New',
  [REDIRECT_URIS]: ['https://app.example.com/callback', CALLBACK],
}

export const OKTA_OFF: ChangeKind = {
  ...OKTA,
  name: 'okta switched off',
  replaces: 2,
  asked: changeTo(true),
  after: { ...after, status: 'INACTIVE' },
  calls: [lifecycle('deactivate'), PUT],
}

export const OKTA_ON: ChangeKind = {
  ...OKTA,
  name: 'okta switched on',
  replaces: 1,
  before: parseMergePatch({ disabled: true }),
  asked: changeTo(false),
  after: { ...after, status: 'ACTIVE' },
  calls: [PUT, lifecycle('activate')],
}
