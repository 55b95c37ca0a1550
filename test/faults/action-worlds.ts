/**
 * One operation of each action, with what has to be there before it and how its effect is seen: at the embedded
 * provider, which needs no socket, and an adoption also at a server that opens each client by a token of its own.
 */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { JsonObject } from '../../src/core/json/json.ts'
import { publicKeyOf } from '../../src/core/keys/public-key.ts'
import { parseMergePatch } from '../../src/core/patch/patch.ts'
import { secret } from '../../src/core/secrecy/secret.ts'
import { startAuth0Emulator } from '../../src/emulators/auth0/index.ts'
import type { Call, ClientRef } from '../../src/providers/call.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { dialectOf } from '../../src/providers/rfc7592/dialects/dialects.ts'
import { createRfc7592Provider } from '../../src/providers/rfc7592/index.ts'
import type { ChangeRequest, WriteRequest } from '../../src/service/base/request.ts'
import type { Service } from '../../src/service/base/service.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { changeKeys } from '../../src/service/keys/key-change.ts'
import { adoptClient } from '../../src/service/life/adopt.ts'
import { copyClient } from '../../src/service/life/copy.ts'
import { createClient } from '../../src/service/life/create.ts'
import { removeClient } from '../../src/service/life/remove.ts'
import { restoreClient } from '../../src/service/life/restore.ts'
import { retireSecret } from '../../src/service/secrets/retire.ts'
import { rotateSecret } from '../../src/service/secrets/rotate.ts'
import type { ActionName } from '../../src/store/log/entry.ts'
import type { Standing } from '../../src/store/log/standing.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { auth0Over } from '../contract/auth0-provider.ts'
import { type Subject, subjectNamed } from '../contract/subjects.ts'
import { keyedClient } from '../fixtures/auth0-keys.ts'
import { fullKeycloakClient } from '../fixtures/keycloak.ts'
import { jwk } from '../fixtures/public-keys.ts'
import { KEYCLOAK } from './keycloak-world.ts'

const HOUR_MS = 3_600_000
const CALLBACK = 'https://pr-7.preview.example/cb'

/** Clients at one provider. */
export interface Clients {
  readonly ref: ClientRef
  /** Of the instance that is given; some keep in its store what opens a client. */
  providerFor(service: Service): Provider
  /** The client as it is stored; `undefined`: it is gone. */
  stored(): JsonObject | undefined
  close(): Promise<void>
}

export interface ActionKind {
  readonly action: ActionName
  readonly name: string
  start(): Promise<Clients>
  /** What is done before. */
  before(on: On): Promise<unknown>
  /** How long after that it is done (milliseconds). */
  readonly afterMs: number
  perform(on: On): Promise<{ readonly outcome: string }>
  /** How often it is in force. */
  effects(on: On): Promise<number>
}

/** One request at one instance. */
export interface On {
  readonly service: Service
  readonly clients: Clients
  readonly request: WriteRequest & { readonly ref: ClientRef }
}

const isTrue = (is: boolean) => (is ? 1 : 0)
const standingOf = async ({ service, request }: On): Promise<Standing> =>
  (await service.store.last(resourceOf(request.ref)))?.standing ?? {}
const change = (patch: ChangeRequest['patch']) => (on: On) =>
  changeClient(on.service, { ...on.request, patch })
const without = ({ request: { key: _, ...request }, ...on }: On): On => ({ ...on, request })
const call = ({ service }: On): Call => ({
  operationId: 'look',
  deadline: service.now() + 10_000,
  timeoutMs: 10_000,
})

async function startLocal(): Promise<Clients> {
  const kind = subjectNamed('local')
  const subject: Subject = await kind.start()
  return {
    ref: subject.ref,
    providerFor: () => subject.provider,
    stored: () => subject.stored() as JsonObject | undefined,
    close: subject.close,
  }
}

/** A server that opens the client by a token of its own (RFC 7592 section 2.1). */
async function startRegistering(): Promise<Clients> {
  const record = { client_id: 'abc', client_name: 'Example', redirect_uris: [] }
  const server = createServer((incoming, outgoing) => {
    const known = incoming.headers.authorization === 'Bearer token'
    outgoing.writeHead(known ? 200 : 401, { 'content-type': 'application/json' })
    outgoing.end(JSON.stringify(known ? record : { error: 'invalid_token' }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    ref: { provider: 'it', id: 'abc' },
    providerFor: ({ store, seal, now }) =>
      createRfc7592Provider({
        endpoints: { origins: [], registrationEndpoint: `http://127.0.0.1:${port}/register` },
        initialAccessToken: undefined,
        dialect: dialectOf('standard'),
        store,
        seal,
        name: 'it',
        now,
      }),
    stored: () => record,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** An application that authenticates by a key, which Auth0 keeps beside its record. */
async function startKeyed(): Promise<Clients> {
  const emulator = await startAuth0Emulator({ clients: [keyedClient] })
  const providers = await auth0Over(emulator.url)
  const ref = { provider: 'auth0', id: keyedClient.client_id }
  const provider = providers.get(ref.provider)
  if (provider === undefined) throw new TypeError('no such provider')
  return {
    ref,
    providerFor: () => provider,
    stored: () => emulator.client(ref.id) as JsonObject | undefined,
    close: () => emulator.close(),
  }
}

/** A client that its provider gives back once it is removed. */
async function startRestorable(): Promise<Clients> {
  const { ref, provider, stored, close } = await KEYCLOAK.start()
  const id = stored()?.id
  return {
    ref,
    providerFor: () => provider,
    // The same one, and no other of its name.
    stored: () => {
      const record = stored()
      return record?.id === id ? record : undefined
    },
    close,
  }
}

const KEYED = { start: startKeyed, before: async () => {}, afterMs: 0 }
const NEW_KEY = publicKeyOf(jwk('rsa', { kid: 'second-key' }))
const addKey = (on: On) => changeKeys(on.service, { ...on.request, wanted: { added: NEW_KEY } })

/** How many keys of that name the client authenticates with. */
async function keysInUse(on: On): Promise<number> {
  const { provider, ref } = on.request
  if (provider.keys?.kind !== 'resource') throw new TypeError('no keys')
  const native = await provider.read(ref, call(on))
  const held = await provider.keys.list(ref, native, call(on))
  // One that was added and is not in use is left behind.
  if (held.some(({ inUse }) => !inUse)) return Number.NaN
  return held.filter(({ kid }) => kid === NEW_KEY.kid).length
}

const LOCAL = { start: startLocal, before: async () => {}, afterMs: 0 }

/** How many clients there are beside the one of the fixture. */
async function others(on: On): Promise<number> {
  const { request } = on
  const page = await request.provider.list?.(undefined, call(on))
  return (page?.items ?? []).filter(({ id }) => id !== request.ref.id).length
}

async function live(on: On) {
  const { provider, ref } = on.request
  const native = await provider.read(ref, call(on))
  return (await provider.secrets?.list(ref, native, call(on))) ?? []
}

/** A second secret beside the one of the fixture, which is to end in a while. */
const rotate = (on: On) =>
  rotateSecret(on.service, { ...on.request, cutOver: false, retireAfterSeconds: 60 })
const oldest = async (on: On) => (await live(on))[0]?.id ?? ''

/** Someone else ends the newer one. */
async function endNewest(on: On): Promise<void> {
  const { provider, ref } = on.request
  const native = await provider.read(ref, call(on))
  const id = (await live(on)).at(-1)?.id ?? ''
  await provider.secrets?.remove?.(ref, native, id).send(call(on))
}

/** What the retirement of a secret whose time has come is, and what it comes to. */
async function endDue(on: On): Promise<{ readonly outcome: string }> {
  const { key: _, ...request } = on.request
  const secretId = (await standingOf(on)).retirements?.[0]?.secretId ?? 'none'
  return retireSecret(on.service, { ...request, secretId, whenDue: true })
}

const lease = change({
  kind: 'lease',
  field: 'callbacks',
  value: CALLBACK,
  owner: 'pr-7',
  seconds: 60,
})
const FROM = 'https://app.example/cb'
const TO = 'https://new.example/cb'
const startMove = async (on: On) => {
  const { service, request } = without(on)
  await changeClient(service, {
    ...request,
    patch: parseMergePatch({ callbacks: { add: [FROM] } }),
  })
  await move(without(on))
}
const move = change({ kind: 'move', from: FROM, to: TO })
const confirmMove = change({ kind: 'confirm_move', from: FROM, to: TO, by: 'wait' })
const movesOf = async (on: On) => (await standingOf(on)).moves ?? []
const suspension = (suspended: boolean) =>
  change({ kind: 'suspension', suspended, allowPartial: false })
const protection = (on: boolean) => change({ kind: 'protection', protected: on })
/** Where the provider has no setting for it, the standing says so. */
const isOff = async (on: On) =>
  (await standingOf(on)).suspended !== undefined || on.clients.stored()?.disabled === true
const callbacksOf = ({ clients }: On) =>
  (clients.stored()?.redirect_uris ?? []) as readonly string[]
const nameOf = ({ clients }: On) => clients.stored()?.client_name

export const ACTION_KINDS: readonly ActionKind[] = [
  {
    ...LOCAL,
    action: 'change',
    name: 'a change',
    perform: change(parseMergePatch({ name: 'New' })),
    effects: async (on) => isTrue(nameOf(on) === 'New'),
  },
  {
    ...LOCAL,
    action: 'change',
    name: 'a rollback',
    before: async (on) => change(parseMergePatch({ name: 'New' }))(without(on)),
    perform: change({ kind: 'rollback', to: 0, allowPartial: false }),
    effects: async (on) => isTrue(nameOf(on) !== 'New'),
  },
  {
    ...LOCAL,
    action: 'create',
    name: 'a creation',
    perform: ({ service, request: { ref, ...request } }) =>
      createClient(service, {
        ...request,
        place: { provider: ref.provider },
        kind: 'machine',
        patch: parseMergePatch({ name: 'Made' }),
      }),
    effects: others,
  },
  {
    ...LOCAL,
    action: 'create',
    name: 'a copy',
    perform: ({ service, request: { ref, ...request } }) =>
      copyClient(service, {
        ...request,
        place: { provider: ref.provider },
        source: { ref, provider: request.provider, removedToo: false },
        patch: parseMergePatch({ name: 'Copied' }),
        allowLoss: true,
      }),
    effects: others,
  },
  {
    ...LOCAL,
    action: 'remove',
    name: 'a removal',
    perform: ({ service, request }) => removeClient(service, request),
    effects: async ({ clients }) => isTrue(clients.stored() === undefined),
  },
  {
    ...LOCAL,
    action: 'protect',
    name: 'a protection',
    perform: protection(true),
    effects: async (on) => isTrue((await standingOf(on)).protected === true),
  },
  {
    ...LOCAL,
    action: 'unprotect',
    name: 'the end of a protection',
    before: async (on) => protection(true)(without(on)),
    perform: protection(false),
    effects: async (on) => isTrue((await standingOf(on)).protected === undefined),
  },
  {
    ...LOCAL,
    action: 'suspend',
    name: 'a suspension',
    perform: suspension(true),
    effects: async (on) => isTrue(await isOff(on)),
  },
  {
    ...LOCAL,
    action: 'resume',
    name: 'a resumption',
    before: async (on) => suspension(true)(without(on)),
    perform: suspension(false),
    effects: async (on) => isTrue(!(await isOff(on))),
  },
  {
    ...LOCAL,
    action: 'lease',
    name: 'a lease',
    perform: lease,
    effects: async (on) => isTrue(callbacksOf(on).includes(CALLBACK)),
  },
  {
    ...LOCAL,
    action: 'end_lease',
    name: 'the end of a lease',
    before: async (on) => lease(without(on)),
    afterMs: HOUR_MS,
    perform: change({ kind: 'end_lease', ends: (_, now) => now > 0 }),
    effects: async (on) => isTrue(!callbacksOf(on).includes(CALLBACK)),
  },
  {
    ...LOCAL,
    action: 'move',
    name: 'the beginning of a move',
    before: async (on) => change(parseMergePatch({ callbacks: { add: [FROM] } }))(without(on)),
    perform: move,
    effects: async (on) => isTrue(callbacksOf(on).includes(TO) && (await movesOf(on)).length === 1),
  },
  {
    ...LOCAL,
    action: 'confirm_move',
    name: 'the confirmation of a move',
    before: startMove,
    perform: confirmMove,
    effects: async (on) => isTrue((await movesOf(on))[0]?.widened !== undefined),
  },
  {
    ...LOCAL,
    action: 'narrow_move',
    name: 'the narrowing of a move',
    before: async (on) => {
      await startMove(on)
      await confirmMove(without(on))
    },
    afterMs: HOUR_MS,
    perform: change({ kind: 'narrow_move', from: FROM }),
    effects: async (on) =>
      isTrue(!callbacksOf(on).includes(FROM) && (await movesOf(on)).length === 0),
  },
  {
    ...LOCAL,
    action: 'end_move',
    name: 'the end of a move',
    before: startMove,
    perform: change({ kind: 'end_move', from: FROM }),
    effects: async (on) =>
      isTrue(!callbacksOf(on).includes(TO) && (await movesOf(on)).length === 0),
  },
  {
    ...LOCAL,
    action: 'rotate',
    name: 'a rotation',
    perform: rotate,
    effects: async (on) => (await live(on)).length - 1,
  },
  {
    ...LOCAL,
    action: 'retire',
    name: 'a retirement',
    before: async (on) => rotate(without(on)),
    afterMs: HOUR_MS,
    perform: endDue,
    effects: async (on) => 2 - (await live(on)).length,
  },
  {
    ...LOCAL,
    action: 'retire_later',
    name: 'the end of a secret in a while',
    before: async ({ service, request: { key: _, ...request } }) =>
      rotateSecret(service, { ...request, cutOver: false }),
    perform: async (on) =>
      retireSecret(on.service, { ...on.request, secretId: await oldest(on), afterSeconds: 60 }),
    effects: async (on) => (await standingOf(on)).retirements?.length ?? 0,
  },
  {
    ...LOCAL,
    action: 'retain',
    name: 'a secret that stays, since it is the last one',
    before: async (on) => {
      await rotate(without(on))
      await endNewest(on)
      // What someone else has done is on record before the operation begins.
      await change(parseMergePatch({ name: String(nameOf(on)) }))(without(on))
    },
    afterMs: HOUR_MS,
    perform: endDue,
    effects: async (on) => isTrue((await standingOf(on)).retirements === undefined),
  },
  {
    ...KEYED,
    action: 'add_key',
    name: 'a new key',
    perform: addKey,
    effects: keysInUse,
  },
  {
    ...KEYED,
    action: 'remove_key',
    name: 'the end of a key',
    before: async (on) => addKey(without(on)),
    perform: (on) => changeKeys(on.service, { ...on.request, wanted: { removed: NEW_KEY.kid } }),
    effects: async (on) => 1 - (await keysInUse(on)),
  },
  {
    start: startRestorable,
    action: 'restore',
    name: 'a restoration',
    before: async (on) => removeClient(on.service, without(on).request),
    afterMs: 0,
    perform: ({ service, request }) => restoreClient(service, request),
    effects: async ({ clients }) => isTrue(clients.stored()?.secret === fullKeycloakClient.secret),
  },
  {
    ...LOCAL,
    action: 'adopt',
    name: 'an adoption',
    perform: ({ service, request }) => adoptClient(service, request),
    // It changes nothing at the provider; what it leaves is its record.
    effects: adoptions,
  },
  {
    ...LOCAL,
    start: startRegistering,
    action: 'adopt',
    name: 'an adoption by a token',
    perform: ({ service, request }) =>
      adoptClient(service, { ...request, registration: { token: secret('token') } }),
    effects: adoptions,
  },
]

async function adoptions({ service, request }: On): Promise<number> {
  const entries = await service.store.entries(resourceOf(request.ref))
  return entries.filter((entry, index) => {
    const before = entries[index - 1]
    const applied = entry.kind === 'outcome' && entry.outcome === 'applied'
    return applied && before?.kind === 'intent' && before.action === 'adopt'
  }).length
}
