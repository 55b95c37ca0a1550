/** A job does what its submitter may do today: no grant that has ended since counts, and no limit that has come is missed. */

import { beforeEach, describe, expect } from 'vitest'
import { ClientError } from '../../../src/core/errors.ts'
import type { Grant } from '../../../src/core/rights/limit.ts'
import type { Permission } from '../../../src/core/rights/permissions.ts'
import type { Provider } from '../../../src/providers/provider.ts'
import { callOf, type Service } from '../../../src/service/base/service.ts'
import {
  lookForJob,
  onBehalf,
  purposeOf,
  rightsToday,
} from '../../../src/service/jobs/run/job-access.ts'
import type { Job } from '../../../src/store/log/job-entry.ts'
import type { Bench } from '../../contract/service.ts'
import type { Subject } from '../../contract/subjects.ts'
import { onSubject } from '../../fixtures/bench.ts'
import { jobOf } from '../../fixtures/entries.ts'

const TOKEN = { scopes: ['clientry:write'], claims: { groups: ['a'] } }
const NAMED: Grant = { grants: ['clients:write'], only: { names: ['Ours'] } }
const WRITES: Grant = { grants: ['clients:write'] }

let subject: Subject
let bench: Bench
/** Of whom, and where, the grants were looked up. */
let asked: unknown[]

const it = onSubject('local', (opened) => {
  ;({ subject, bench } = opened)
})
beforeEach(() => {
  asked = []
})

const job = (more: Partial<Job> = {}): Job => ({ ...jobOf('job', 1), token: TOKEN, ...more })
const granting = (...grants: readonly Grant[]): Service => ({
  ...bench.service,
  grantsOf: (caller, provider) => {
    asked.push([caller, provider])
    return grants
  },
})
/** A job that is held against no one's grants: one of an earlier version. */
const earlier = (): Job => {
  const { token: _, ...rest } = job()
  return rest as Job
}
const REAP = { olderThanMs: 1, graceMs: 1, unknownUse: false, terms: [], ...TOKEN } as const

describe('a job works', () => {
  it('within the limits of its submitter, for whom they are looked up at each provider', () => {
    const service = onBehalf(granting(NAMED), job())
    expect(service.access?.({ provider: 'it', id: 'a' })).toBeDefined()
    const { actor } = job()
    expect(asked).toEqual([[{ ...actor, ...TOKEN }, 'it']])
    expect(onBehalf(granting(WRITES), job()).access?.({ provider: 'it' })).toBeUndefined()
  })

  it('by grants that are for jobs, or for undoing one', () => {
    const only = (operation: string): Grant => ({
      ...{ grants: ['clients:write'], only: { operations: [operation], names: ['Ours'] } },
    })
    const isLimited = (grant: Grant, more: Partial<Job> = {}) =>
      onBehalf(granting(grant), job(more)).access?.({ provider: 'it' }) !== undefined
    expect(isLimited(only('createJob'))).toBe(true)
    expect(isLimited(only('undoJob'))).toBe(false)
    expect(isLimited(only('undoJob'), { undoes: 'other' })).toBe(true)
    expect(isLimited(only('createJob'), { undoes: 'other' })).toBe(false)
  })

  it('as a change of clients is: other permissions do not limit it', () => {
    const service = onBehalf(granting({ ...NAMED, only: { teams: ['a'] } }), job())
    expect(service.access?.({ provider: 'it' })?.team()).toBe('a')
  })

  it('as a reaping where it reaps, which takes grants for that', () => {
    const limited = (grants: Grant['grants'], operations: readonly string[]) =>
      onBehalf(granting({ grants, only: { operations, teams: ['a'] } }), job({ reap: REAP }))
        .access?.({ provider: 'it' })
        ?.team()
    expect(limited(['clients:suspend'], ['reapClients'])).toBe('a')
    expect(limited(['clients:write'], ['reapClients'])).toBeUndefined()
    expect(limited(['clients:suspend'], ['createJob'])).toBeUndefined()
    expect(asked[0]).toEqual([{ ...job().actor, ...TOKEN }, 'it'])
  })

  it('as the server itself where no one can be asked for', () => {
    expect(onBehalf(granting(NAMED), earlier()).access).toBeUndefined()
    expect(onBehalf(bench.service, job())).toBe(bench.service)
    expect(asked).toEqual([])
  })
})

describe('the rights of a job', () => {
  const RIGHTS = ['access:grant', 'clients:suspend'] as const
  const today = (grants: readonly Grant[], one = job()) =>
    rightsToday(granting(...grants), one, 'it', RIGHTS)
  const granted = (...grants: readonly Permission[]): Grant => ({ grants })

  it('are those that its submitter still has', () => {
    expect(today([granted('clients:write', 'clients:suspend')])).toEqual(['clients:suspend'])
    expect(today([WRITES, granted('access:grant', 'secrets:rotate')])).toEqual(['access:grant'])
    expect(today([WRITES])).toEqual([])
    expect(asked[0]).toEqual([{ ...job().actor, ...TOKEN }, 'it'])
  })

  it('are none where it may change no clients any more', () => {
    const refusal = expect.objectContaining({
      code: 'insufficient_scope',
      message: 'The caller who submitted the job no longer has the permission clients:write at it.',
    })
    expect(() => today([granted('clients:suspend')])).toThrow(refusal)
    expect(() => today([])).toThrow(refusal)
    const reading: Grant = { ...WRITES, only: { operations: ['getClient'] } }
    expect(() => today([reading])).toThrow(refusal)
  })

  it('follow from grants for jobs, or for undoing one', () => {
    const undoing: Grant = {
      grants: ['clients:write', ...RIGHTS],
      only: { operations: ['undoJob'] },
    }
    expect(() => today([undoing])).toThrow('no longer has the permission')
    expect(today([undoing], job({ undoes: 'other' }))).toEqual(RIGHTS)
    const making: Grant = { ...undoing, only: { operations: ['createJob'] } }
    expect(today([making])).toEqual(RIGHTS)
    expect(() => today([making], job({ undoes: 'other' }))).toThrow('no longer has the permission')
  })

  it('are those of its submission where no one can be asked for', () => {
    // What a reaping takes is judged by itself.
    for (const one of [earlier(), job({ reap: REAP })]) expect(today([], one)).toBe(RIGHTS)
    expect(rightsToday(bench.service, job(), 'it', RIGHTS)).toBe(RIGHTS)
  })
})

describe('a client of a job', () => {
  const look = (service: Service, provider: Provider = subject.provider) =>
    lookForJob(
      service,
      { ref: subject.ref, provider },
      purposeOf({}),
      callOf(service, { operationId: 'o', deadline: Date.now() + 5_000 }),
    )
  const named = (grants: readonly Permission[], name = String(subject.stored().client_name)) =>
    onBehalf(granting({ grants, only: { names: [name] } }), job())

  it('is looked at where grants of the submitter are limited', async () => {
    await expect(look(named(['clients:write']))).resolves.toBeUndefined()
    await expect(look(named(['clients:write'], 'other'))).rejects.toMatchObject({
      code: 'not_found',
    })
  })

  it('is left alone where the submitter may only see it', async () => {
    await expect(look(named(['clients:read']))).rejects.toMatchObject({
      code: 'insufficient_scope',
      message: 'No grant of the caller who submitted the job covers a change of this client.',
    })
  })

  it('is not read where nothing is limited, and is none where it was removed', async () => {
    const read = async () => {
      throw new TypeError('it is read')
    }
    const unread = { ...subject.provider, read }
    await expect(look(bench.service, unread)).resolves.toBeUndefined()
    await expect(look(onBehalf(granting(WRITES), job()), unread)).resolves.toBeUndefined()
    await bench.change(subject.ref, { description: 'New' })
    const gone: Provider['read'] = async () => {
      throw new ClientError('not_found', 'gone')
    }
    const left = look(named(['clients:write']), { ...subject.provider, read: gone })
    await expect(left).rejects.toMatchObject({ code: 'not_found' })
  })
})
