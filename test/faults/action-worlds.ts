/**
 * One operation of each action, with what has to be there before it and how its effect is seen: at the embedded provider,
 * which needs no socket, at Okta and at Entra ID, where some are several calls, and an adoption also at a server that opens
 * each client by a token of its own.
 */

import type { Client } from '../../src/core/client.ts'
import { same } from '../../src/core/json/json.ts'
import { publicKeyOf } from '../../src/core/keys/public-key.ts'
import { showClient } from '../../src/core/mapping/mapping.ts'
import { parseMergePatch } from '../../src/core/patch/patch.ts'
import { secret } from '../../src/core/secrecy/secret.ts'
import type { Call, ClientRef } from '../../src/providers/call.ts'
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
import { fullEntraApplication } from '../fixtures/entra.ts'
import { fullKeycloakClient } from '../fixtures/keycloak.ts'
import { jwk } from '../fixtures/public-keys.ts'
import {
  type Clients,
  startKeyed,
  startRegistering,
  startRestorable,
  startSubject,
} from './action-places.ts'

const HOUR_MS = 3_600_000
const CALLBACK = 'https://pr-7.preview.example/cb'

export interface ActionKind {
  readonly action: ActionName
  readonly name: string
  /** It goes as it does elsewhere, so that `npm test` draws from its scenarios. */
  readonly drawn?: true
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
  await provider.secrets?.disable?.(ref, native, id).send(call(on))
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
/** The client as a read shows it, but its secret. */
const shownOf = ({ clients, request: { provider } }: On): Client =>
  showClient(provider.mapping, clients.stored() ?? {})
/** Where the provider has no setting for it, the standing says so. */
const isOff = async (on: On) =>
  (await standingOf(on)).suspended !== undefined || shownOf(on).disabled
const callbacksOf = (on: On) => shownOf(on).callbacks
const nameOf = (on: On) => shownOf(on).name

const EVERYWHERE = { before: async () => {}, afterMs: 0 }

/** An operation of each action that every provider has. */
const COMMON: readonly Omit<ActionKind, 'start'>[] = [
  {
    ...EVERYWHERE,
    action: 'change',
    name: 'a change',
    perform: change(parseMergePatch({ name: 'New' })),
    effects: async (on) => isTrue(nameOf(on) === 'New'),
  },
  {
    ...EVERYWHERE,
    action: 'change',
    name: 'a rollback',
    before: async (on) => change(parseMergePatch({ name: 'New' }))(without(on)),
    perform: change({ kind: 'rollback', to: 0, allowPartial: false }),
    effects: async (on) => isTrue(nameOf(on) !== 'New'),
  },
  {
    ...EVERYWHERE,
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
    ...EVERYWHERE,
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
    ...EVERYWHERE,
    action: 'remove',
    name: 'a removal',
    perform: ({ service, request }) => removeClient(service, request),
    effects: async ({ clients }) => isTrue(clients.stored() === undefined),
  },
  {
    ...EVERYWHERE,
    action: 'protect',
    name: 'a protection',
    perform: protection(true),
    effects: async (on) => isTrue((await standingOf(on)).protected === true),
  },
  {
    ...EVERYWHERE,
    action: 'unprotect',
    name: 'the end of a protection',
    before: async (on) => protection(true)(without(on)),
    perform: protection(false),
    effects: async (on) => isTrue((await standingOf(on)).protected === undefined),
  },
  {
    ...EVERYWHERE,
    action: 'assign',
    name: 'an assignment to a team',
    perform: change({ kind: 'assignment', team: 'payments' }),
    effects: async (on) => isTrue((await standingOf(on)).team === 'payments'),
  },
  {
    ...EVERYWHERE,
    action: 'suspend',
    name: 'a suspension',
    perform: suspension(true),
    effects: async (on) => isTrue(await isOff(on)),
  },
  {
    ...EVERYWHERE,
    action: 'resume',
    name: 'a resumption',
    before: async (on) => suspension(true)(without(on)),
    perform: suspension(false),
    effects: async (on) => isTrue(!(await isOff(on))),
  },
  {
    ...EVERYWHERE,
    action: 'lease',
    name: 'a lease',
    perform: lease,
    effects: async (on) => isTrue(callbacksOf(on).includes(CALLBACK)),
  },
  {
    ...EVERYWHERE,
    action: 'end_lease',
    name: 'the end of a lease',
    before: async (on) => lease(without(on)),
    afterMs: HOUR_MS,
    perform: change({ kind: 'end_lease', ends: (_, now) => now > 0 }),
    effects: async (on) => isTrue(!callbacksOf(on).includes(CALLBACK)),
  },
  {
    ...EVERYWHERE,
    action: 'move',
    name: 'the beginning of a move',
    before: async (on) => change(parseMergePatch({ callbacks: { add: [FROM] } }))(without(on)),
    perform: move,
    effects: async (on) => isTrue(callbacksOf(on).includes(TO) && (await movesOf(on)).length === 1),
  },
  {
    ...EVERYWHERE,
    action: 'confirm_move',
    name: 'the confirmation of a move',
    before: startMove,
    perform: confirmMove,
    effects: async (on) => isTrue((await movesOf(on))[0]?.widened !== undefined),
  },
  {
    ...EVERYWHERE,
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
    ...EVERYWHERE,
    action: 'end_move',
    name: 'the end of a move',
    before: startMove,
    perform: change({ kind: 'end_move', from: FROM }),
    effects: async (on) =>
      isTrue(!callbacksOf(on).includes(TO) && (await movesOf(on)).length === 0),
  },
  {
    ...EVERYWHERE,
    action: 'rotate',
    name: 'a rotation',
    perform: rotate,
    effects: async (on) => (await live(on)).length - 1,
  },
  {
    ...EVERYWHERE,
    action: 'retire',
    name: 'a retirement',
    before: async (on) => rotate(without(on)),
    afterMs: HOUR_MS,
    perform: endDue,
    effects: async (on) => 2 - (await live(on)).length,
  },
  {
    ...EVERYWHERE,
    action: 'retire_later',
    name: 'the end of a secret in a while',
    before: async ({ service, request: { key: _, ...request } }) =>
      rotateSecret(service, { ...request, cutOver: false }),
    perform: async (on) =>
      retireSecret(on.service, { ...on.request, secretId: await oldest(on), afterSeconds: 60 }),
    effects: async (on) => (await standingOf(on)).retirements?.length ?? 0,
  },
  {
    ...EVERYWHERE,
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
    ...EVERYWHERE,
    action: 'adopt',
    name: 'an adoption',
    perform: ({ service, request }) => adoptClient(service, request),
    // It changes nothing at the provider; what it leaves is its record.
    effects: adoptions,
  },
]

const RESTORATION = {
  action: 'restore',
  afterMs: 0,
  before: async (on: On) => removeClient(on.service, without(on).request),
  perform: ({ service, request }: On) => restoreClient(service, request),
} as const
/** The secrets that a removed application comes back with. */
const { passwordCredentials: KEPT = null } = fullEntraApplication

/** Those that are several calls there, or are settled in a way of their own. */
const OWN = {
  okta: ['remove', 'retire'],
  entra: ['create', 'rotate'],
} as const satisfies Readonly<Record<string, readonly ActionName[]>>

/** All of them at one provider. */
const kindsAt = (place: keyof typeof OWN | 'local'): readonly ActionKind[] =>
  COMMON.map((kind) => {
    const start = () => startSubject(place)
    if (place === 'local') return { ...kind, start }
    const own: readonly ActionName[] = OWN[place]
    const drawn = own.includes(kind.action) ? {} : { drawn: true as const }
    return { ...kind, ...drawn, start, name: `${kind.name} at ${place}` }
  })

export const ACTION_KINDS: readonly ActionKind[] = [
  ...kindsAt('local'),
  ...kindsAt('okta'),
  ...kindsAt('entra'),
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
    ...RESTORATION,
    start: startRestorable,
    name: 'a restoration',
    effects: async ({ clients }) => isTrue(clients.stored()?.secret === fullKeycloakClient.secret),
  },
  {
    ...RESTORATION,
    start: () => startSubject('entra'),
    name: 'a restoration at entra',
    effects: async ({ clients }) =>
      isTrue(same(clients.stored()?.passwordCredentials ?? null, KEPT)),
  },
  {
    ...EVERYWHERE,
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
