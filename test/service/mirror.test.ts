/** What the mirror keeps of a client, and what reading one client for it comes to. */

import { beforeEach, describe, expect } from 'vitest'
import { ClientError } from '../../src/core/errors.ts'
import type { Native } from '../../src/core/mapping/row.ts'
import { parseMergePatch } from '../../src/core/patch/patch.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { unreadableRecord } from '../../src/providers/unreadable.ts'
import { createLate } from '../../src/service/base/late-work.ts'
import { storedState } from '../../src/service/base/record-storage.ts'
import { callOf, type Service } from '../../src/service/base/service.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { createClient } from '../../src/service/life/create.ts'
import { removeClient } from '../../src/service/life/remove.ts'
import { catchUp } from '../../src/service/mirror/catch-up.ts'
import { keepSoon } from '../../src/service/mirror/late.ts'
import { mirroredOf, placesOf, sightOf } from '../../src/service/mirror/mirror.ts'
import { lookAt, refreshClient } from '../../src/service/mirror/refresh-client.ts'
import type { Mirror } from '../../src/store/mirror.ts'
import { creationResource, resourceOf } from '../../src/store/resource.ts'
import { type Bench, openBench, requestFor } from '../contract/service.ts'
import { type Subject, subjectNamed } from '../contract/subjects.ts'
import { onSubject } from '../fixtures/bench.ts'
import { fullCognitoClient } from '../fixtures/cognito.ts'
import { closingOf, intentOf, outsideChangeOf } from '../fixtures/entries.ts'
import { fullLocalClient } from '../fixtures/local.ts'

const SECRET = 'local-secret-local-secret-local-secret-0123456789'

let subject: Subject
let bench: Bench
let mirror: Mirror
let provider: Provider

const it = onSubject('local', (opened) => {
  ;({ subject, bench } = opened)
})
beforeEach(() => {
  provider = subject.provider
  mirror = mirrorOf(bench.service)
})

function mirrorOf({ store }: Service): Mirror {
  if (store.mirror === undefined) throw new TypeError('no mirror')
  return store.mirror
}
const call = () => callOf(bench.service, { operationId: 'o', deadline: Date.now() + 5_000 })
const put = (more: object) => subject.put({ ...fullLocalClient, ...more })
const tagOf = (native: Native) => bench.service.fingerprints.ofState(provider.mapping, native)
const withMirror = (change: Partial<Mirror>): Service => ({
  ...bench.service,
  store: { ...bench.service.store, mirror: { ...mirror, ...change } },
})
const outside = async () =>
  (await bench.service.store.entries(resourceOf(subject.ref))).filter(
    ({ kind }) => kind === 'outside_change',
  )

describe('a sight', () => {
  const seen = () => ({ client: subject.ref, native: fullLocalClient as Native, at: 7 })

  it('has the state of the whole record, and the record without its secrets', () => {
    const sight = sightOf(bench.service, provider.mapping, seen())
    expect(sight).toMatchObject({ client: subject.ref, tag: tagOf(fullLocalClient), at: 7 })
    expect(sight.text).toContain('https://app.example.com/callback')
    expect(sight.terms).toContain('host:app.example.com')
    const opened = mirroredOf(bench.service, { ...sight, position: 1 })
    expect(opened).toMatchObject({ ref: subject.ref, tag: sight.tag, verifiedAt: 7 })
    expect(opened?.native).toMatchObject({ client_name: 'Example' })
    expect(JSON.stringify([opened, sight.text, sight.terms])).not.toContain(SECRET)
    expect(opened?.native.client_secret).toMatch(/^fingerprint:/)
  })

  it('cannot be opened in the place of another client, nor with another key', async () => {
    const sight = { ...sightOf(bench.service, provider.mapping, seen()), position: 1 }
    const moved = { ...sight, client: { ...subject.ref, id: 'another' } }
    expect(mirroredOf(bench.service, moved)).toBeUndefined()
    const other = await bench.another({ key: Buffer.alloc(32, 9) })
    expect(mirroredOf(other.service, sight)).toBeUndefined()
    const open = () => {
      throw new TypeError('a fault')
    }
    const faulty = { ...bench.service, seal: { ...bench.service.seal, open } }
    expect(() => mirroredOf(faulty, sight)).toThrow('a fault')
  })

  it('of a client that is off because it was suspended is found as disabled', async () => {
    const cognito = await subjectNamed('cognito').start()
    const other = await openBench(new Map([['it', cognito.provider]]))
    const { service } = other
    const suspend = { kind: 'suspension', suspended: true, allowPartial: false } as const
    await changeClient(service, { ...requestFor(service, cognito.ref, {}), patch: suspend })
    const head = await service.store.last(resourceOf(cognito.ref))
    const native = await cognito.provider.read(cognito.ref, call())
    const standing = head?.standing
    const { mapping } = cognito.provider
    const sight = { client: cognito.ref, native, at: 1 }
    expect(sightOf(service, mapping, { ...sight, standing }).terms).toContain('disabled:true')
    expect(sightOf(service, mapping, sight).terms).not.toContain('disabled:true')
    const on = { ...sight, native: fullCognitoClient as Native, standing }
    expect(sightOf(service, mapping, on).terms).not.toContain('disabled:true')
    await other.close()
    await cognito.close()
  })
})

describe('keeping what a change has left', () => {
  const keep = async (native: Native | undefined, at: number, service = bench.service) => {
    const { ref } = subject
    keepSoon(service, { provider, ref, resource: resourceOf(ref), native, at, standing: undefined })
    await service.late.flush()
  }

  it('counts for more than a reading of the same millisecond', async () => {
    const read = { client: subject.ref, native: { ...fullLocalClient, client_name: 'Read' } }
    await mirror.put(sightOf(bench.service, provider.mapping, { ...read, at: 100 }), false)
    await keep({ ...fullLocalClient, client_name: 'Ours' }, 100)
    await mirror.put(sightOf(bench.service, provider.mapping, { ...read, at: 100 }), false)
    const found = await mirror.find(subject.ref)
    expect(found && mirroredOf(bench.service, found)?.native.client_name).toBe('Ours')
    await keep({ ...fullLocalClient, client_name: 'Older' }, 99)
    expect((await mirror.find(subject.ref))?.tag).toBe(found?.tag)
  })

  it('takes away a client that is gone, as of that time', async () => {
    await keep(fullLocalClient, 100)
    await keep(undefined, 99)
    expect(await mirror.find(subject.ref)).toBeDefined()
    await keep(undefined, 100)
    expect(await mirror.find(subject.ref)).toBeUndefined()
  })

  it('is nothing where there is no mirror, or its store cannot do it', async () => {
    const { mirror: _, ...store } = bench.service.store
    const put = () => {
      throw new TypeError('nothing is to be stored')
    }
    await keep(fullLocalClient, 1, { ...bench.service, store, late: { ...createLate(), put } })
    const full = async () => {
      throw new ClientError('store_unavailable', 'The disk is full.')
    }
    await keep(fullLocalClient, 1, withMirror({ put: full }))
    await keep(undefined, 1, withMirror({ remove: full }))
    expect(await mirror.find(subject.ref)).toBeUndefined()
  })

  it('is on its way until it is kept, after what has to be answered first', async () => {
    const { ref } = subject
    const result = { provider, ref, resource: resourceOf(ref), native: fullLocalClient, at: 1 }
    keepSoon(bench.service, { ...result, standing: undefined })
    await Promise.resolve()
    expect(await mirror.find(subject.ref)).toBeUndefined()
    await bench.service.late.flush()
    expect(await mirror.find(subject.ref)).toBeDefined()
  })

  it('is stored once for several changes of one client, and once for each client', async () => {
    const stored: unknown[] = []
    const put: Mirror['put'] = async ({ client: { id }, at }) => void stored.push([id, at])
    const service = { ...withMirror({ put }), late: createLate() }
    const { ref } = subject
    for (const [id, at] of [
      [ref.id, 1],
      ['other', 2],
      [ref.id, 3],
    ] as const) {
      const client = { ...ref, id }
      const result = { ref: client, resource: resourceOf(client), native: fullLocalClient, at }
      keepSoon(service, { provider, ...result, standing: undefined })
    }
    await service.late.flush()
    expect(stored).toEqual([
      [ref.id, 3],
      ['other', 2],
    ])
    await service.late.flush()
    expect(stored).toHaveLength(2)
  })
})

describe('what a server has recorded and not stored', () => {
  /** A server that ends before its mirror has what it answered. */
  const ending = () => {
    const never = () => new Promise<never>(() => {})
    return { ...withMirror({ put: never, remove: never }), late: createLate() }
  }
  const request = (service: Service, client: object = {}) =>
    requestFor(service, subject.ref, client)
  const named = async (service: Service, ref = subject.ref) => {
    const found = await mirrorOf(service).find(ref)
    return found && mirroredOf(service, found)?.native.client_name
  }
  const read = async (service: Service) => catchUp(service, mirrorOf(service))

  it('is taken from the log by the next one that reads the mirror', async () => {
    const other = await bench.another()
    const first = ending()
    await changeClient(first, request(first, { name: 'First' }))
    expect(await named(other.service)).toBeUndefined()
    await read(other.service)
    expect(await named(other.service)).toBe('First')
    const second = ending()
    const { tag } = await changeClient(second, request(second, { name: 'Second' }))
    await read(other.service)
    const found = await mirrorOf(other.service).find(subject.ref)
    expect(found?.tag).toBe(tag)
    expect(JSON.stringify(found && mirroredOf(other.service, found))).not.toContain(SECRET)
    expect(await mirrorOf(other.service).behind(10)).toEqual([])
  })

  it('counts for more than a reading of the same millisecond', async () => {
    const service = ending()
    await changeClient(service, request(service, { name: 'Ours' }))
    const { at = 0 } = (await service.store.last(resourceOf(subject.ref))) ?? {}
    const native = { ...fullLocalClient, client_name: 'Read' }
    const sight = sightOf(bench.service, provider.mapping, { client: subject.ref, native, at })
    await mirror.put(sight, false)
    await read(bench.service)
    expect(await named(bench.service)).toBe('Ours')
  })

  it('may be a client that was made, and one that was removed', async () => {
    const service = ending()
    const { place, ...made } = { ...request(service), place: { provider: subject.ref.provider } }
    const created = await createClient(service, {
      ...made,
      place,
      kind: 'spa',
      patch: parseMergePatch({ name: 'Made', callbacks: ['https://app.example.com/cb'] }),
    })
    await read(bench.service)
    const ref = { ...place, id: String(created.ref?.id) }
    expect(await named(bench.service, ref)).toBe('Made')
    await removeClient(service, { ...request(service), ref })
    await read(bench.service)
    expect(await mirror.find(ref)).toBeUndefined()
    expect(await mirror.behind(10)).toEqual([])
  })

  it('is behind as long as it cannot be stored, and then shows why', async () => {
    const fault = async () => {
      throw new ClientError('internal', 'A fault.')
    }
    const faulty = withMirror({ put: fault })
    await changeClient(faulty, request(faulty, { name: 'Changed' }))
    await faulty.late.flush()
    expect(await mirror.behind(10)).toEqual([resourceOf(subject.ref)])
    await expect(catchUp(faulty, mirrorOf(faulty))).rejects.toMatchObject({ code: 'internal' })
    await read(bench.service)
    expect(await named(bench.service)).toBe('Changed')
  })

  /** Reads the mirror; gives the logs that needed nothing of it, each with the time up to which that is known. */
  const passed = async (service = bench.service, more: Partial<Mirror> = {}) => {
    const found: (readonly [string, number])[] = []
    const caughtUp: Mirror['caughtUp'] = async (resource, at) => {
      found.push([resource, at])
      await mirror.caughtUp(resource, at)
    }
    await catchUp(service, { ...mirror, caughtUp, ...more })
    return found
  }

  it('is looked for behind what was noticed since, in any number', async () => {
    const service = ending()
    await changeClient(service, request(service, { name: 'Changed' }))
    const log = resourceOf(subject.ref)
    for (const seq of [3, 4, 5, 6, 7, 8, 9]) {
      await service.store.append(outsideChangeOf(log, seq))
    }
    expect(await passed()).toEqual([])
    expect(await named(bench.service)).toBe('Changed')
  })

  it('is nothing where a log has no outcome, and that does not come up again', async () => {
    const log = resourceOf(subject.ref)
    const behind = async () => [log]
    expect(await passed(bench.service, { behind })).toEqual([[log, Number.MAX_SAFE_INTEGER]])
    for (const seq of [1, 2, 3, 4, 5]) {
      await bench.service.store.append(outsideChangeOf(log, seq))
    }
    expect(await passed(bench.service, { behind })).toEqual([[log, Number.MAX_SAFE_INTEGER]])
    // Nor where the outcome has no intent before it, which no server has written.
    await bench.service.store.append(closingOf(log, 6))
    expect(await passed(bench.service, { behind })).toEqual([[log, Number.MAX_SAFE_INTEGER]])
    expect(await named(bench.service)).toBeUndefined()
  })

  it('is left to the next round of reading where it cannot be known', async () => {
    const log = resourceOf(subject.ref)
    const at = async (seq: number) => (await bench.service.store.entries(log))[seq - 1]?.at
    const service = ending()
    await changeClient(service, request(service, { name: 'Changed' }))
    const other = await bench.another({ key: Buffer.alloc(32, 9) })
    expect(await passed({ ...bench.service, seal: other.service.seal })).toEqual([
      [log, await at(2)],
    ])
    const providers = new Map()
    await changeClient(service, request(service, { name: 'Again' }))
    expect(await passed({ ...bench.service, providers })).toEqual([[log, await at(4)]])
    expect(await named(bench.service)).toBeUndefined()
    // A creation that came to nothing has left no client.
    const made = creationResource({ provider: 'it' }, 'operation')
    await bench.service.store.append(intentOf(made, 1, { action: 'create' }))
    await bench.service.store.append(closingOf(made, 2, { outcome: 'not_applied' }))
    const behind = async () => [made]
    expect(await passed(bench.service, { behind })).toEqual([[made, 1_700_000_000_002]])
  })

  it('leaves a client as it was known whose record cannot be read', async () => {
    const service = ending()
    await changeClient(service, request(service, { name: 'Changed' }))
    await read(bench.service)
    const { mapping } = provider
    const log = resourceOf(subject.ref)
    const state = storedState(service, log, mapping, unreadableRecord({ characters: 9 }))
    await service.store.append(intentOf(log, 3))
    await service.store.append(closingOf(log, 4, { state, at: Date.now() + 1_000 }))
    expect(await passed()).toHaveLength(1)
    expect(await named(bench.service)).toBe('Changed')
    const untagged = { ...closingOf(log, 6, { state: storedState(service, log, mapping, {}) }) }
    const { tag: _, ...entry } = untagged
    await service.store.append(intentOf(log, 5))
    await service.store.append(entry)
    expect(await passed()).toHaveLength(1)
    expect(await named(bench.service)).toBe('Changed')
  })

  it('is looked for two hundred logs at a time, until all were looked at', async () => {
    const logs = Array.from({ length: 201 }, (_, index) =>
      resourceOf({ provider: 'it', id: `${index}` }),
    )
    const limits: number[] = []
    const left = [...logs]
    const behind = async (limit: number) => {
      limits.push(limit)
      return left.splice(0, limit)
    }
    expect((await passed(bench.service, { behind })).map(([log]) => log)).toEqual(logs)
    expect(limits).toEqual([200, 200])
  })

  it('is waited for where it is on its way', async () => {
    const { service } = bench
    await changeClient(service, request(service, { name: 'Mine' }))
    const behind = async () => []
    await catchUp(service, { ...mirror, behind })
    expect(await named(service)).toBe('Mine')
  })

  it('is what a caller finds right after the answer', async () => {
    await changeClient(bench.service, request(bench.service, { name: 'Mine' }))
    await read(bench.service)
    expect(await named(bench.service)).toBe('Mine')
  })
})

it('places are those of all providers in order, or of those that are named', () => {
  const pooled = { ...provider, userPools: ['p1', 'p2'] }
  const providers = new Map([
    ['one', provider],
    ['two', pooled],
  ])
  const [one, ...two] = [
    { provider: 'one' },
    { provider: 'two', userPoolId: 'p1' },
    { provider: 'two', userPoolId: 'p2' },
  ]
  expect(placesOf({ providers })).toEqual([one, ...two])
  expect(placesOf({ providers }, ['two', 'one'])).toEqual([...two, one])
  expect(placesOf({ providers }, ['none'])).toEqual([{ provider: 'none' }])
  expect(placesOf({ providers }, [])).toEqual([])
})

describe('reading one client', () => {
  const refresh = (
    listed?: Parameters<typeof refreshClient>[3],
    { service = bench.service, by = provider, at = mirror } = {},
  ) => refreshClient(service, { provider: by, mirror: at, call: call() }, subject.ref, listed)
  const at = (time: number) => ({ ...bench.service, now: () => time })
  const reading = () => {
    const reads: string[] = []
    const by: Provider = {
      ...provider,
      read: (ref, context) => {
        reads.push(ref.id)
        return provider.read(ref, context)
      },
    }
    return { reads, by }
  }

  it('keeps it, and gives it without its secrets', async () => {
    const read = await refresh(undefined, { service: at(500) })
    expect(read).toEqual({
      ref: subject.ref,
      native: bench.service.fingerprints.withoutSecrets(provider.mapping, subject.stored()),
      tag: tagOf(subject.stored()),
      verifiedAt: 500,
      drifted: false,
    })
    expect(JSON.stringify(read)).not.toContain(SECRET)
    expect(await mirror.find(subject.ref)).toMatchObject({ at: 500, tag: tagOf(subject.stored()) })
    expect(await outside()).toEqual([])
  })

  it('takes it from a list that is younger than the log, without a call', async () => {
    const { reads, by } = reading()
    const native = { ...subject.stored(), client_name: 'Listed' }
    expect(await refresh({ native, at: 400 }, { by })).toMatchObject({ verifiedAt: 400 })
    expect(reads).toEqual([])
    const log = resourceOf(subject.ref)
    const tag = tagOf(native)
    await bench.service.store.append(outsideChangeOf(log, 1, { at: 600, tag, previous: '' }))
    expect(await refresh({ native, at: 601 }, { by })).toMatchObject({ verifiedAt: 601 })
    expect(reads).toEqual([])
    await refresh({ native, at: 600 }, { by, service: at(700) })
    expect(reads).toEqual(['exampleClientId'])
  })

  it('takes it out of the mirror where it is gone', async () => {
    await refresh(undefined, { service: at(500) })
    const gone: Provider = {
      ...provider,
      read: async () => {
        throw new ClientError('not_found', 'No such client.')
      },
    }
    expect(await refresh(undefined, { by: gone, service: at(499) })).toBe('gone')
    expect(await mirror.find(subject.ref)).toBeDefined()
    expect(await refresh(undefined, { by: gone, service: at(500) })).toBe('gone')
    expect(await mirror.find(subject.ref)).toBeUndefined()
  })

  it('is compared with what the mirror had, once, and only by a later reading', async () => {
    await refresh(undefined, { service: at(500) })
    await put({ client_name: 'Theirs' })
    expect(await refresh(undefined, { service: at(500) })).toMatchObject({ drifted: false })
    expect(await refresh(undefined, { service: at(499) })).toMatchObject({ drifted: false })
    expect(await outside()).toEqual([])
  })

  it('shows in the history what has drifted since', async () => {
    await refresh(undefined, { service: at(500) })
    await put({ client_name: 'Theirs' })
    expect(await refresh(undefined, { service: at(501) })).toMatchObject({ drifted: true })
    expect(await refresh(undefined, { service: at(502) })).toMatchObject({ drifted: false })
    await put({ client_name: 'Theirs again' })
    expect(await refresh(undefined, { service: at(503) })).toMatchObject({ drifted: true })
    expect(await outside()).toMatchObject([
      { changes: [{ field: 'name', before: 'Example', after: 'Theirs' }] },
      { changes: [{ field: 'name', before: 'Theirs', after: 'Theirs again' }] },
    ])
  })

  it('says nothing of drift where another one has recorded it first, or the mirror is unreadable', async () => {
    await refresh(undefined, { service: at(500) })
    await put({ client_name: 'Theirs' })
    const other = await bench.another({ key: Buffer.alloc(32, 9) })
    const unreadable = { ...other.service, now: () => 501 }
    expect(await refresh(undefined, { service: unreadable })).toMatchObject({ drifted: false })
    expect(await outside()).toEqual([])
    const append = async () => false
    const late = { ...at(600), store: { ...bench.service.store, append } }
    await put({ client_name: 'Another' })
    expect(await refresh(undefined, { service: late })).toMatchObject({ drifted: false })
    await bench.change(subject.ref, { description: 'Ours' })
    await put({ client_name: 'Once more', description: 'Ours' })
    const raced = { ...bench.service, store: { ...bench.service.store, append } }
    expect(await refresh(undefined, { service: raced })).toMatchObject({ drifted: false })
  })

  it('waits for a change that is open', async () => {
    const { reads, by } = reading()
    await open()
    expect(await refresh(undefined, { by })).toBe('busy')
    expect(reads).toEqual([])
  })
})

/** Leaves a change open, as a process that died does. */
async function open(): Promise<void> {
  const crashed: Service = {
    ...bench.service,
    reached: async (point) => {
      if (point === 'intent recorded') throw new Error('crash')
    },
  }
  const request = requestFor(bench.service, subject.ref, { name: 'Half' })
  await expect(changeClient(crashed, request)).rejects.toThrow()
}

describe('looking at one client', () => {
  const look = (
    listed?: Parameters<typeof lookAt>[3],
    { by = provider, at = undefined as Mirror | undefined, service = bench.service } = {},
  ) => lookAt(service, { provider: by, mirror: at, call: call() }, subject.ref, listed)
  const shown = () => bench.service.fingerprints.withoutSecrets(provider.mapping, subject.stored())

  it('gives it without its secrets, with or without a mirror', async () => {
    const service = { ...bench.service, now: () => 500 }
    const expected = { ref: subject.ref, native: shown(), tag: tagOf(subject.stored()) }
    expect(await look(undefined, { service })).toEqual({ ...expected, verifiedAt: 500 })
    expect(await mirror.find(subject.ref)).toBeUndefined()
    const mirrored = await look(undefined, { service, at: mirror })
    expect(mirrored).toMatchObject({ ...expected, verifiedAt: 500 })
    expect(await mirror.find(subject.ref)).toBeDefined()
  })

  it('takes it as a list had it', async () => {
    const native = { ...subject.stored(), client_name: 'Listed' }
    const looked = await look({ native, at: 400 })
    expect(looked).toMatchObject({ verifiedAt: 400, native: { client_name: 'Listed' } })
  })

  it('gives it while a change is open too, and keeps nothing then', async () => {
    await open()
    expect(await look(undefined, { at: mirror })).toMatchObject({ native: shown() })
    const native = { ...subject.stored(), client_name: 'Listed' }
    const looked = await look({ native, at: 400 }, { at: mirror })
    expect(looked).toMatchObject({ verifiedAt: 400, native: { client_name: 'Listed' } })
    expect(await mirror.find(subject.ref)).toBeUndefined()
  })

  it('gives nothing of one that is gone', async () => {
    const by: Provider = {
      ...provider,
      read: async () => {
        throw new ClientError('not_found', 'No such client.')
      },
    }
    expect(await look(undefined, { by })).toBeUndefined()
    expect(await look(undefined, { by, at: mirror })).toBeUndefined()
  })
})
