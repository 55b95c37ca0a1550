/**
 * A request type offers nothing that its use case ignores: each member of each request is read by the code
 * that answers it. The lists are complete, or they do not compile; a request that is copied whole would hide
 * what is read, and is refused here.
 */

import { afterEach, beforeEach, expect, it } from 'vitest'
import { parseMergePatch } from '../../src/core/patch/patch.ts'
import { secret } from '../../src/core/secrecy/secret.ts'
import { newSecretValue } from '../../src/providers/secrets.ts'
import type { ChangeRequest } from '../../src/service/base/request.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { type AdoptionRequest, adoptClient } from '../../src/service/life/adopt.ts'
import { type CopyRequest, copyClient } from '../../src/service/life/copy.ts'
import { createClient } from '../../src/service/life/create.ts'
import type { CreationRequest } from '../../src/service/life/creation.ts'
import { type RemovalRequest, removeClient } from '../../src/service/life/remove.ts'
import { keyOf } from '../../src/service/operation/idempotency.ts'
import { type RetirementRequest, retireSecret } from '../../src/service/secrets/retire.ts'
import { rotateSecret } from '../../src/service/secrets/rotate.ts'
import type { RotationRequest } from '../../src/service/secrets/rotation.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { type Bench, callInTime, openBench, requestFor } from '../contract/service.ts'
import { type Subject, subjectNamed } from '../contract/subjects.ts'

let subject: Subject
let bench: Bench

beforeEach(async () => {
  const kind = subjectNamed('local')
  subject = await kind.start()
  // A client that someone relies on, so that it matters what the request says of that.
  const provider = { ...subject.provider, reliance: () => 'own' as const }
  bench = await openBench(new Map([['it', provider]]))
})
afterEach(async () => {
  await bench.close()
  await subject.close()
})

/** Every member of a request, by its name. */
type Members<R> = { readonly [M in keyof R]-?: true }
/** Of a union, the members of each part. */
type AllOf<R> = R extends unknown ? keyof R : never

const WRITE = {
  provider: true,
  key: true,
  dryRun: true,
  actor: true,
  caller: true,
  reserve: true,
  requestId: true,
  deadline: true,
  onUpstream: true,
  maySeeClient: true,
} as const
const CLIENT = { ...WRITE, ref: true, ifMatch: true, checkFound: true, ownClient: true } as const

const CHANGE: Members<ChangeRequest> = {
  ...CLIENT,
  patch: true,
  confirm: true,
  maySeeSecrets: true,
  authorize: true,
  job: true,
  readOneOfMany: true,
}
const REMOVAL: Members<RemovalRequest> = { ...CLIENT, job: true }
const ADOPTION: Members<AdoptionRequest> = {
  ...WRITE,
  ref: true,
  registration: true,
  refuseReplacing: true,
}
const CREATION: Members<CreationRequest> = {
  ...WRITE,
  authorize: true,
  place: true,
  kind: true,
  patch: true,
  team: true,
  removeAt: true,
}
const COPY: Members<CopyRequest> = { ...CREATION, source: true, ifMatch: true, allowLoss: true }
const ROTATION: Members<RotationRequest> = {
  ...CLIENT,
  authorize: true,
  maySeeSecrets: true,
  cutOver: true,
  retireAfterSeconds: true,
  value: true,
}
const RETIREMENT: { readonly [M in AllOf<RetirementRequest>]: true } = {
  ...CLIENT,
  secretId: true,
  afterSeconds: true,
  whenDue: true,
}

/** The request as a use case gets it, noting what is read. */
function watched<R extends object>(request: R, read: Set<PropertyKey>): R {
  return new Proxy(request, {
    get: (target, name) => {
      read.add(name)
      return Reflect.get(target, name)
    },
    ownKeys: () => {
      throw new TypeError('a request is copied whole, so that no one can see what of it is read')
    },
  })
}

/** The names that are read in any of some requests. */
async function readIn<R extends object>(
  use: (request: R) => Promise<unknown>,
  requests: readonly R[],
): Promise<readonly string[]> {
  const read = new Set<PropertyKey>()
  for (const request of requests) await use(watched(request, read))
  return [...read].map(String).sort()
}

const names = (members: object) => Object.keys(members).sort()
const common = () => {
  const { patch: _, ...rest } = requestFor(bench.service, subject.ref, {})
  const key = keyOf(bench.service.fingerprints, rest.actor, crypto.randomUUID(), null)
  return { ...rest, ownClient: true, key }
}
const nothing = () => {}

it('a change', async () => {
  const named = (name: string) => ({ ...common(), patch: parseMergePatch({ name }) })
  const all = { confirm: nothing, authorize: nothing, maySeeSecrets: false }
  const requests: readonly ChangeRequest[] = [
    { ...named('New'), ...all },
    { ...named('Newer'), ...all, dryRun: true },
    { ...common(), patch: { kind: 'suspension', suspended: true, allowPartial: false } },
    { ...common(), patch: { kind: 'rollback', to: 0, allowPartial: true } },
  ]
  const read = await readIn((request) => changeClient(bench.service, request), requests)
  expect(read).toEqual(names(CHANGE))
})

it('a removal', async () => {
  const read = await readIn((one) => removeClient(bench.service, one), [common()])
  expect(read).toEqual(names(REMOVAL))
})

it('an adoption', async () => {
  const { ownClient: _, ...rest } = common()
  const provider = {
    ...rest.provider,
    adoption: {
      look: subject.provider.read,
      take: async (...[ref, , call]: Parameters<NonNullable<AdoptionTake>>) =>
        subject.provider.read(ref, call),
      replaces: async () => false,
    },
  } as unknown as AdoptionRequest['provider']
  const refuseReplacing = (): never => {
    throw new TypeError('nothing is replaced')
  }
  const registration = { token: secret('token') }
  const request = { ...rest, provider, registration, refuseReplacing }
  const read = await readIn((one: AdoptionRequest) => adoptClient(bench.service, one), [request])
  expect(read).toEqual(names(ADOPTION))
})
type AdoptionTake = NonNullable<AdoptionRequest['provider']['adoption']>['take']

it('a creation', async () => {
  const { ref, ownClient: _, ...rest } = common()
  const patch = parseMergePatch({ name: 'New' })
  const request = { ...rest, place: { provider: ref.provider }, kind: 'machine' as const, patch }
  const read = await readIn((one: CreationRequest) => createClient(bench.service, one), [request])
  expect(read).toEqual(names(CREATION))
})

it('a copy', async () => {
  const { ref, ownClient: _, ...rest } = common()
  const request: CopyRequest = {
    ...rest,
    place: { provider: ref.provider },
    patch: parseMergePatch({ name: 'New' }),
    source: { ref, provider: rest.provider, removedToo: false },
    allowLoss: true,
  }
  const read = await readIn((one: CopyRequest) => copyClient(bench.service, one), [request])
  expect(read).toEqual(names(COPY))
})

it('a rotation', async () => {
  const rotate = (one: RotationRequest) =>
    rotateSecret(bench.service, one).catch((error: unknown) => {
      // This provider keeps two secrets, and refuses a cut-over once the whole request was read.
      if (!one.cutOver) throw error
    })
  const overlap = { ...common(), cutOver: false, retireAfterSeconds: 60, authorize: nothing }
  const read = await readIn(rotate, [overlap, { ...common(), cutOver: true }])
  expect(read).toEqual(names(ROTATION))
})

it('a retirement', async () => {
  const { provider, ref } = common()
  const call = callInTime('one')
  const native = await provider.read(ref, call)
  await provider.secrets?.add?.(ref, native, newSecretValue()).send(call)
  const live = (await provider.secrets?.list(ref, await provider.read(ref, call), call)) ?? []
  const secretId = live[0]?.id ?? ''
  const retire = (one: RetirementRequest) => retireSecret(bench.service, one)
  expect(await readIn(retire, [{ ...common(), secretId }])).toEqual(names(RETIREMENT))
  expect((await bench.service.store.last(resourceOf(ref)))?.kind).toBe('outcome')
})
