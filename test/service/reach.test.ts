/** On which clients a caller has a permission, as far as that follows from the grants and from our own log. */

import { describe, expect } from 'vitest'
import { accessTo } from '../../src/core/rights/access.ts'
import type { Grant, Limit } from '../../src/core/rights/limit.ts'
import { isWithinReach, reachAt } from '../../src/service/access/reach.ts'
import type { Service } from '../../src/service/base/service.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { type Bench, requestFor } from '../contract/service.ts'
import type { Subject } from '../contract/subjects.ts'
import { onSubject } from '../fixtures/bench.ts'

const AT = { provider: 'it' }
const READS = 'history:read'

let subject: Subject
let bench: Bench

const it = onSubject('local', (opened) => {
  ;({ subject, bench } = opened)
})

/** For a caller with the limit; `namesTeam`: the provider says whose its clients are. */
function service(only?: Limit, namesTeam = false, grants: Grant['grants'] = [READS]): Service {
  const { provider } = subject
  const mapping = { ...provider.mapping, ...(namesTeam && { namesTeam: true as const }) }
  const access = accessTo((id) => (id === 'it' ? [{ grants, ...(only && { only }) }] : []), {
    operation: 'getOverview',
    permission: READS,
  })
  return { ...bench.service, access, providers: new Map([['it', { ...provider, mapping }]]) }
}
const reach = (only?: Limit, namesTeam = false) => reachAt(service(only, namesTeam), AT, READS)
const within = (only: Limit | undefined, id = subject.ref.id, namesTeam = false) =>
  isWithinReach(service(only, namesTeam), { ...AT, id }, READS)

describe('a caller has a permission', () => {
  it('on each client of a place, without a limit or with one of the whole place', () => {
    expect(reach()).toBe('every')
    expect(reachAt({ providers: new Map() }, AT, READS)).toBe('every')
    const pools = service({ pools: ['pool'] })
    expect(reachAt(pools, { ...AT, userPoolId: 'pool' }, READS)).toBe('every')
    expect(reachAt(pools, { ...AT, userPoolId: 'another' }, READS)).toBe('some')
  })

  it('on those whose ids or teams are known here', () => {
    expect(reach({ clients: ['a'] })).toBe('some')
    expect(reach({ teams: ['a'] })).toBe('some')
  })

  it('on none that are known, where it goes by names, or by teams that the provider says', () => {
    expect(reach({ names: ['a'] })).toBe('unknown')
    expect(reach({ teams: ['a'] }, true)).toBe('unknown')
    // Ids are no matter of the provider.
    expect(reach({ clients: ['a'] }, true)).toBe('some')
    const gone = { ...service({ teams: ['a'] }), providers: new Map() }
    expect(reachAt(gone, AT, READS)).toBe('some')
  })
})

describe('a client is within reach', () => {
  it('by its id', async () => {
    expect(await within(undefined)).toBe(true)
    expect(await within({ clients: [subject.ref.id] })).toBe(true)
    expect(await within({ clients: ['another'] })).toBe(false)
  })

  it('by the team that its log has last', async () => {
    const team = { teams: ['a'] }
    // Nothing was ever done to it, and then nothing that gives it a team.
    expect(await within(team)).toBe(false)
    await changeClient(bench.service, requestFor(bench.service, subject.ref, { description: 'x' }))
    expect(await within(team)).toBe(false)
    await bench.change(subject.ref, {}, { patch: { kind: 'assignment', team: 'a' } })
    expect(await within(team)).toBe(true)
    expect(await within({ teams: ['b'] })).toBe(false)
  })

  it('only where that is known without its record', async () => {
    await bench.change(subject.ref, {}, { patch: { kind: 'assignment', team: 'a' } })
    expect(await within({ teams: ['a'] }, subject.ref.id, true)).toBe(false)
    expect(await within({ names: ['a'], teams: ['a'] })).toBe(false)
  })

  it('by a grant of the very permission', async () => {
    const only = { clients: [subject.ref.id] }
    const other = service(only, false, ['clients:read'])
    expect(await isWithinReach(other, { ...AT, id: subject.ref.id }, READS)).toBe(false)
  })
})
