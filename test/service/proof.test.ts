/** Trying the rules of a provider: on a client made for that alone, which is removed whatever came of it. */

import { beforeEach, describe, expect } from 'vitest'
import { ClientError } from '../../src/core/errors.ts'
import type { JsonObject } from '../../src/core/json/json.ts'
import { key, list, missing, shown } from '../../src/core/mapping/lenses.ts'
import type { Mapping } from '../../src/core/mapping/mapping.ts'
import { withChange } from '../../src/core/plan/plan.ts'
import type { Probe, SecretsFate } from '../../src/providers/proof/proof.ts'
import type { Provider } from '../../src/providers/provider.ts'
import type { LiveSecret } from '../../src/providers/secrets.ts'
import type { Service } from '../../src/service/base/service.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { tryRule } from '../../src/service/proof/probe.ts'
import { commonProbes, proofPatch } from '../../src/service/proof/proof-client.ts'
import {
  type ProofRequest,
  prove,
  type RuleResult,
  removeLeftovers,
} from '../../src/service/proof/prove.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { type Bench, requestFor } from '../contract/service.ts'
import type { Subject } from '../contract/subjects.ts'
import { mappingOf, pairsRow, secretRow } from '../core/mapping.ts'
import { onSubject } from '../fixtures/bench.ts'
import { ignoring } from '../fixtures/ignoring.ts'
import { dyingAt } from './dying.ts'

const PLACE = { provider: 'it' }

let subject: Subject
let bench: Bench
let provider: Provider

const it = onSubject('local', (opened) => {
  ;({ subject, bench } = opened)
})
beforeEach(() => {
  provider = subject.provider
})

describe('the client on which rules are tried', () => {
  const fieldsOf = (mapping: Mapping) => {
    const patch = proofPatch(mapping, 'abcd')
    return patch.kind === 'merge' ? patch.fields : undefined
  }

  it('has what its provider takes, by its name, callbacks and more', () => {
    const rows = { name: key<string>('title'), callbacks: list('urls', 'keep') }
    expect(fieldsOf(mappingOf(rows))).toEqual({
      name: 'clientry-check-abcd',
      callbacks: ['https://clientry.example/callback'],
    })
    const made = { ...shown<string>('text', 'it stays'), made: key<string>('text') }
    const more = mappingOf({
      ...rows,
      description: made,
      clientUri: shown('uri', 'it stays'),
      initiateLoginUri: key('login'),
      allowedLogoutUrls: list('exits', 'keep'),
      clientMetadata: pairsRow('labels'),
    })
    expect(fieldsOf(more)).toEqual({
      name: 'clientry-check-abcd',
      callbacks: ['https://clientry.example/callback'],
      allowedLogoutUrls: ['https://clientry.example/'],
      initiateLoginUri: 'https://clientry.example/login',
      description: 'Made by clientry check --prove, and removed by it.',
      clientMetadata: { first: '1' },
    })
  })
})

describe('what every provider is to do', () => {
  const rows = { callbacks: list('urls', 'keep') }
  const base = { urls: ['https://clientry.example/callback'], exits: ['x'], uri: 'x', key: 'old' }
  const probesOf = (fields: Partial<Mapping['fields']>, proof?: object) => {
    const mapping = mappingOf({ ...rows, ...fields })
    const steps = (_ref: object, before: JsonObject, next: JsonObject) => [[before, next]]
    const tried = { mapping, steps, ...(proof && { proof }) } as unknown as Provider
    return commonProbes(tried).map(({ attempt, ...said }) => {
      const { expected, steps: sent } = attempt(subject.ref, base)
      expect(sent).toEqual([[base, expected]])
      return { ...said, expected }
    })
  }
  const frame = {
    kind: 'frame',
    rule: 'A change of the callbacks leaves every other setting as it was.',
    expected: {
      ...base,
      urls: ['https://clientry.example/second', 'https://clientry.example/first'],
    },
  }

  it('is to keep what a change of callbacks does not name', () => {
    expect(probesOf({})).toEqual([frame])
    expect(probesOf({ secret: missing('there is none') })).toEqual([frame])
  })

  it('is to clear one setting, the first that it has, unless it says so itself', () => {
    const exits = list('exits', 'keep')
    const clears = (name: string, expected: JsonObject) => ({
      kind: 'clear',
      rule: `client.${name} can be cleared.`,
      expected,
    })
    const { uri: _, ...withoutUri } = base
    expect(probesOf({ clientUri: key('uri') })).toEqual([frame, clears('clientUri', withoutUri)])
    expect(probesOf({ clientUri: key('uri'), allowedLogoutUrls: exits })).toEqual([
      frame,
      clears('allowedLogoutUrls', { ...base, exits: [] }),
    ])
    const said = { probes: [{ kind: 'merge' }, { kind: 'clear' }] }
    expect(probesOf({ clientUri: key('uri') }, said)).toEqual([frame])
    const other = { probes: [{ kind: 'merge' }] }
    expect(probesOf({ clientUri: key('uri') }, other)).toHaveLength(2)
  })

  it('is to set a secret, a new one each time, where one can be set', () => {
    const [, one] = probesOf({ secret: secretRow('key') })
    const [, other] = probesOf({ secret: secretRow('key') })
    expect(one).toEqual({
      kind: 'secret',
      rule: 'client.secret can be set, and moves no other setting.',
      expected: { ...base, key: expect.stringMatching(/^\S{24,}$/) },
    })
    expect(other?.expected.key).not.toBe(one?.expected.key)
  })
})

/** A rule that sets native members, and says that this is the record then. */
const setting = (members: JsonObject, expected: JsonObject = members): Probe => ({
  kind: 'merge',
  rule: 'It is set.',
  attempt: (ref, base) => ({
    steps: provider.steps(ref, base, withChange(base, members)),
    expected: withChange(base, expected),
  }),
})
const tried = (probe: Probe, { service = bench.service, ...more }: TriedWith = {}) => {
  const { patch: _, ...request } = requestFor(bench.service, subject.ref, {})
  return tryRule(service, { ...request, probe, ...more })
}
type TriedWith = { readonly service?: Service } & Partial<Parameters<typeof tryRule>[1]>

describe('a rule that is tried', () => {
  const name = (after: string) => ({ field: 'name', before: 'Example', after })

  it('holds where the record is as it says', async () => {
    expect(await tried(setting({ client_name: 'New' }))).toEqual({
      holds: true,
      expected: [name('New')],
      seen: [name('New')],
    })
    const log = await bench.service.store.entries(resourceOf(subject.ref))
    expect(log).toMatchObject([{ kind: 'intent' }, { outcome: 'applied' }])
  })

  it('differs where the record is another, with what was expected and what was seen', async () => {
    const probe = setting({ client_name: 'Other' }, { client_name: 'New' })
    expect(await tried(probe)).toEqual({
      holds: false,
      expected: [name('New')],
      seen: [name('Other')],
    })
  })

  it('differs where the provider says that it was done, and it was not', async () => {
    const whole = provider
    for (const members of [['client_name'], ['client_name', 'default_max_age']]) {
      provider = ignoring(whole, { members: () => members })
      const probe = setting({ client_name: 'New', default_max_age: 60 })
      const result = await tried(probe, { provider })
      expect(result.holds).toBe(false)
      expect(result.expected.map(({ field }) => field)).toContain('name')
      expect(result.seen.map(({ field }) => field)).not.toContain('name')
      await tried(setting({ client_name: 'Example', default_max_age: 30 }), { provider: whole })
    }
  })

  it('is shown in a dry run as it says, and answered again by the same key', async () => {
    const probe = setting({ client_name: 'Other' }, { client_name: 'New' })
    expect(await tried(probe, { dryRun: true })).toMatchObject({ holds: true })
    expect(subject.stored()?.client_name).toBe('Example')
    const again = { log: 'key/one', fingerprint: 'same' }
    await tried(setting({ client_name: 'New' }), { key: again })
    expect(await tried(setting({ client_name: 'New' }), { key: again })).toMatchObject({
      seen: expect.any(Array),
    })
  })

  it('is not known where it was refused', async () => {
    const refused = setting({ client_name: 'New' })
    const attempt: Probe['attempt'] = (ref, base) => ({
      ...refused.attempt(ref, base),
      steps: [
        {
          request: { method: 'PUT', target: '/', body: {} },
          send: () => Promise.reject(new ClientError('provider_refused', 'It is not taken.')),
        },
      ],
    })
    await expect(tried({ ...refused, attempt })).rejects.toMatchObject({ code: 'provider_refused' })
  })

  it('says nothing of a secret that is not shown, nor of what no read shows', async () => {
    const { mapping } = provider
    const hidden = { ...mapping, fields: { ...mapping.fields, secret: missing('it is hidden') } }
    const unseen = { ...hidden, unseen: { keys: ['default_max_age'], stamp: 'at' } } as Mapping
    const probe = setting({ client_name: 'New', default_max_age: 60 }, { client_name: 'New' })
    const result = await tried(probe, { provider: { ...provider, mapping: unseen } })
    expect(result).toEqual({ holds: true, expected: [name('New')], seen: [name('New')] })
    expect((await tried(setting({ default_max_age: 90 }, {}))).holds).toBe(false)
  })

  it('says so where a secret moves that is shown, and nothing where none was', async () => {
    const client_secret = 'another-secret-another-secret-0123456789'
    expect(await tried(setting({ client_secret }, {}))).toMatchObject({
      holds: false,
      expected: [],
      seen: [{ field: 'secret' }],
    })
    const { client_secret: _, ...others } = { ...subject.stored() }
    await subject.put({ ...others, token_endpoint_auth_method: 'none' } as never)
    expect(await tried(setting({ client_secret }, {}))).toEqual({
      holds: true,
      expected: [],
      seen: [],
    })
  })

  it('is judged with what follows from it at the provider', async () => {
    const expected: NonNullable<Mapping['expected']> = ({ next }) => ({
      ...next,
      default_max_age: 60,
    })
    const mapping = { ...provider.mapping, expected } as Mapping
    const probe = setting({ client_name: 'New', default_max_age: 60 }, { client_name: 'New' })
    expect((await tried(probe, { provider: { ...provider, mapping } })).holds).toBe(true)
  })
})

describe('a rule about live secrets', () => {
  const one: LiveSecret = { id: '1', hint: 'abc' }
  const other: LiveSecret = { id: '2', hint: 'xyz' }
  const changes = (after: SecretsFate, name = 'New') => [
    { field: 'name', before: 'Example', after: name },
    { field: 'secret', before: 'live', after },
  ]
  const withFate = (secrets: SecretsFate | undefined, rule = setting({ client_name: 'New' })) => ({
    ...rule,
    attempt: (...asked: Parameters<Probe['attempt']>) => ({
      ...rule.attempt(...asked),
      ...(secrets && { secrets }),
    }),
  })
  /** The provider, whose client has these secrets when they are first listed, and those then. */
  const listing = (...lists: readonly (readonly LiveSecret[])[]) => {
    const { secrets } = provider
    if (secrets === undefined) throw new TypeError('no secrets')
    const lookups: Parameters<typeof secrets.list>[] = []
    const list: typeof secrets.list = async (...asked) => lists[lookups.push(asked) - 1] ?? []
    return { provider: { ...provider, secrets: { ...secrets, list } }, lookups }
  }

  it.each<readonly [SecretsFate, readonly LiveSecret[], readonly LiveSecret[]]>([
    ['kept', [one, other], [other, one]],
    ['ended', [one], []],
    ['ended', [], []],
    ['replaced', [one], [other]],
    ['replaced', [one], [one, other]],
    ['replaced', [one, other], [one]],
    ['replaced', [one, other], [one, { id: '3', hint: 'new' }]],
    ['replaced', [one], [{ ...one, hint: 'xyz' }]],
    ['replaced', [one], [{ ...one, id: '2' }]],
  ])('says that they were %s: %j, then %j', async (seen, before, after) => {
    for (const fate of ['kept', 'ended', 'replaced'] as const) {
      const { provider } = listing(before, after)
      expect(await tried(withFate(fate), { provider })).toEqual({
        holds: fate === seen,
        expected: changes(fate),
        seen: changes(seen),
      })
      await tried(setting({ client_name: 'Example' }))
    }
  })

  it('does not hold either where another setting is not as it says', async () => {
    const wrong = setting({ client_name: 'Other' }, { client_name: 'New' })
    const { provider } = listing([one], [one])
    expect(await tried(withFate('kept', wrong), { provider })).toEqual({
      holds: false,
      expected: changes('kept'),
      seen: changes('kept', 'Other'),
    })
  })

  it('looks at them before and after, for the same caller and in the same time', async () => {
    const { provider, lookups } = listing([one], [one])
    const deadline = Date.now() + 9_000
    await tried(withFate('kept'), { provider, deadline, requestId: 'one' })
    const call = { deadline, requestId: 'one', caller: expect.any(String) }
    expect(lookups).toMatchObject([
      [subject.ref, { client_name: 'Example' }, call],
      [subject.ref, { client_name: 'New' }, call],
    ])
    const [first, second] = lookups.map(([, , { caller, operationId }]) => ({
      caller,
      operationId,
    }))
    expect(second?.caller).toBe(first?.caller)
    expect(second?.operationId).not.toBe(first?.operationId)
  })

  it('says nothing of them in a dry run, and looks at none where it is about none', async () => {
    const planned = listing([one])
    const result = await tried(withFate('kept'), { provider: planned.provider, dryRun: true })
    expect(result).toMatchObject({ holds: true, seen: [{ field: 'name' }] })
    expect(planned.lookups).toHaveLength(1)
    const { provider, lookups } = listing()
    await tried(withFate(undefined), { provider })
    expect(lookups).toEqual([])
  })

  it('finds none at a provider that has no calls for them', async () => {
    const { secrets: _, ...without } = provider
    expect(await tried(withFate('ended'), { provider: without })).toMatchObject({ holds: true })
  })
})

const run = async (more: Partial<ProofRequest> = {}, service = bench.service) => {
  const reported: RuleResult[] = []
  const results = await prove(service, {
    provider,
    place: PLACE,
    actor: { subject: 'tester', issuer: 'https://issuer.example' },
    sent: () => 0,
    onResult: (result) => reported.push(result),
    ...more,
  })
  expect(reported).toEqual(results)
  return results
}

describe('a proof', () => {
  const outcomes = (results: readonly RuleResult[]) =>
    results.map(({ kind, outcome }) => `${kind} ${outcome}`)

  it('tries what every provider does and what this one adds, on a client that is gone afterwards', async () => {
    const own = setting({ default_max_age: 60 })
    const results = await run({
      provider: { ...provider, proof: { probes: [own], ofAccount: [], unrecorded: [] } },
    })
    expect(outcomes(results)).toEqual([
      'default holds',
      'frame holds',
      'clear holds',
      'secret holds',
      'merge holds',
    ])
    expect(results.at(-1)).toMatchObject({ rule: 'It is set.', seen: [{ after: 60 }] })
    const [intent] = await bench.service.store.openIntents()
    expect(intent).toBeUndefined()
    expect(await bench.service.store.due(Number.MAX_SAFE_INTEGER)).toEqual([])
  })

  it('says which rule does not hold, to who hears of it or not', async () => {
    const other = setting({ default_max_age: 61 }, { default_max_age: 60 })
    const proof = { probes: [other], ofAccount: [], unrecorded: [] }
    const actor = { subject: 'tester', issuer: 'https://issuer.example' }
    const asked = { provider: { ...provider, proof }, place: PLACE, actor, sent: () => 0 }
    const results = await prove(bench.service, asked)
    expect(results.at(-1)).toMatchObject({
      kind: 'merge',
      outcome: 'differs',
      expected: [{ after: 60 }],
      seen: [{ after: 61 }],
    })
  })

  it('says what a new client has beside what was asked for', async () => {
    const [, ...others] = await run()
    expect(others.length).toBeGreaterThan(0)
    const { creation } = provider
    if (creation === undefined) throw new TypeError('makes no clients')
    const step: typeof creation.step = (place, next) =>
      creation.step(place, { ...next, client_uri: 'https://other.example/' })
    const [made] = await run({ provider: { ...provider, creation: { ...creation, step } } })
    expect(made).toMatchObject({
      kind: 'default',
      rule: 'A new client has what was asked for, and the defaults that are known.',
      outcome: 'differs',
    })
    const other = { field: 'clientUri', before: null }
    expect(made?.expected.at(-1)).toEqual({ ...other, after: 'https://clientry.example/' })
    expect(made?.seen.at(-1)).toEqual({ ...other, after: 'https://other.example/' })
    expect(made?.expected.map((one) => one.field)).toContain('name')
  })

  it('leaves out what it has no calls for, and removes the client', async () => {
    let removed = 0
    const { removal } = provider
    if (removal === undefined) throw new TypeError('removes no clients')
    const counted: typeof removal = (...asked) => {
      removed += 1
      return removal(...asked)
    }
    const counting = { provider: { ...provider, removal: counted } }
    expect(outcomes(await run({ ...counting, sent: () => 48 }))).not.toContain('frame untried')
    const none = await run({ ...counting, sent: () => 49 })
    expect(outcomes(none)).toEqual([
      'default holds',
      'frame untried',
      'clear untried',
      'secret untried',
    ])
    expect(none[1]).toMatchObject({
      expected: [],
      seen: [],
      why: 'A proof sends at most 60 calls.',
    })
    expect(removed).toBeGreaterThanOrEqual(2)
  })

  it('shows why a rule could not be tried, and that the client is still there', async () => {
    const { removal } = provider
    if (removal === undefined) throw new TypeError('removes no clients')
    const refused = new ClientError('provider_refused', 'It is refused.', {
      providerMessage: 'Not now.',
    })
    const send = () => Promise.reject(refused)
    const failing: Provider = {
      ...provider,
      removal: (...asked) => ({ ...removal(...asked), send }),
      steps: (...asked) => provider.steps(...asked).map((step) => ({ ...step, send })),
    }
    const results = await run({ provider: failing })
    expect(outcomes(results)).toEqual([
      'default holds',
      'frame untried',
      'clear untried',
      'secret untried',
      'removal untried',
    ])
    expect(results[1]?.why).toMatch(/It is refused\..* Not now\.$/)
    expect(results.at(-1)?.why).not.toContain('undefined')
    expect(results.at(-1)).toMatchObject({
      rule: 'The client is removed; a sweep of a server on this store, or the next proof, tries it again.',
    })
    const due = await bench.service.store.due(Number.MAX_SAFE_INTEGER)
    expect(due).toHaveLength(1)
    const soon = Date.now() + 540_000
    expect(await bench.service.store.due(soon)).toEqual([])
    expect(await bench.service.store.due(Date.now() + 600_000)).toEqual(due)
  })

  it('does not hide a fault of this program', async () => {
    const faulty: Provider = {
      ...provider,
      proof: {
        ofAccount: [],
        unrecorded: [],
        probes: [
          {
            ...setting({}),
            attempt: () => {
              throw new TypeError('a fault')
            },
          },
        ],
      },
    }
    await expect(run({ provider: faulty })).rejects.toThrow('a fault')
    expect(await bench.service.store.due(Number.MAX_SAFE_INTEGER)).toEqual([])
  })
})

describe('what a proof has left', () => {
  const HOUR_MS = 3_600_000
  const serviceIn = (milliseconds: number): Service => ({
    ...bench.service,
    sleep: async () => {},
    now: () => Date.now() + milliseconds,
  })
  const dueThen = () => bench.service.store.due(Number.MAX_SAFE_INTEGER)

  /** A client that its proof could not remove. */
  async function leaveClient(): Promise<void> {
    const { removal } = provider
    if (removal === undefined) throw new TypeError('removes no clients')
    const send = () => Promise.reject(new ClientError('provider_refused', 'It is refused.'))
    const failing = {
      ...provider,
      removal: (...asked: Parameters<typeof removal>) => ({ ...removal(...asked), send }),
    }
    const results = await run({ provider: failing, sent: () => 99 })
    expect(results.at(-1)?.why).toMatch(/^It is refused\./)
    expect(results.at(-1)?.why).not.toContain('undefined')
  }

  it('is removed once its time is over, at its own place only', async () => {
    await leaveClient()
    const left = await dueThen()
    expect(left).toHaveLength(1)
    await removeLeftovers(serviceIn(0), PLACE)
    await removeLeftovers(serviceIn(HOUR_MS), { ...PLACE, userPoolId: 'pool' })
    await removeLeftovers(serviceIn(HOUR_MS), { provider: 'other' })
    const other = new Map([...bench.service.providers, ['other', provider] as const])
    await removeLeftovers({ ...serviceIn(HOUR_MS), providers: other }, { provider: 'other' })
    expect(await dueThen()).toEqual(left)
    await removeLeftovers(serviceIn(HOUR_MS), PLACE)
    expect(await dueThen()).toEqual([])
    const [resource = ''] = left
    const log = await bench.service.store.entries(resource)
    expect(log.slice(-2)).toMatchObject([{ action: 'remove' }, { outcome: 'applied' }])
  })

  it('leaves what was not made for a proof', async () => {
    const lease = {
      kind: 'lease',
      field: 'callbacks',
      value: 'https://pr-1.example.com/cb',
      owner: 'pr-1',
      seconds: 60,
    } as const
    await bench.change(subject.ref, {}, { patch: lease })
    const left = await dueThen()
    await removeLeftovers(serviceIn(HOUR_MS), PLACE)
    expect(await dueThen()).toEqual(left)
    expect(subject.stored()).toBeDefined()
  })

  it('is settled where the proof died while it was made, once that is overdue', async () => {
    await dyingAt(bench.service, 'step sent', (dying) =>
      prove(dying, {
        provider,
        place: PLACE,
        actor: { subject: 'tester', issuer: 'https://issuer.example' },
        sent: () => 0,
      }),
    )
    await dyingAt(bench.service, 'intent recorded', (dying) => changeLater(dying, { name: 'Lost' }))
    const [, change] = await open()
    const [making] = await open()
    const end = making?.deadline ?? 0
    const at = (now: number): Service => ({ ...serviceIn(0), now: () => now })
    await removeLeftovers(at(end - 1), PLACE)
    expect(await open()).toHaveLength(2)
    await removeLeftovers(at(end), { ...PLACE, userPoolId: 'pool' })
    expect(await open()).toHaveLength(2)
    await removeLeftovers(at(end), PLACE)
    expect(await open()).toEqual([change])
    await removeLeftovers(serviceIn(HOUR_MS), PLACE)
    expect(await dueThen()).toEqual([])
  })
  const open = () => bench.service.store.openIntents()
  const changeLater = (service: Service, client: object) =>
    changeClient(service, requestFor(service, subject.ref, client))
})
