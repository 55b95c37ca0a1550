/** How a job comes on, event by event: what holds whatever happens to it, in whatever order. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  allowed,
  doneIn,
  isEnded,
  type JobEvent,
  progressAfter,
  SUBMITTED,
} from '../../../src/service/jobs/progress.ts'
import {
  isAtWork,
  JOB_CONTROLS,
  type JobOptions,
  type JobOutcome,
  type JobProgress,
} from '../../../src/store/log/job-entry.ts'
import { runs } from '../../property.ts'

const PLAIN: JobOptions = { autoStart: false, maxFailures: 0 }
const RUNNER = 'one'
const LATE = 1_000_000

const totalOf = ({ counts }: JobProgress) => Object.values(counts).reduce((sum, n) => sum + n, 0)

/** A job with so many clients, right after it was submitted whole, with a runner. */
function begun(options: JobOptions, clients: number): JobProgress {
  return comesTo(options, SUBMITTED, [
    { kind: 'job_items', count: clients, last: true },
    { kind: 'job_claim', runner: RUNNER, until: LATE },
  ])
}

function comesTo(options: JobOptions, from: JobProgress, events: readonly JobEvent[]): JobProgress {
  return events.reduce((progress, event) => {
    const next = progressAfter(options, progress, event, 10)
    if (next === undefined)
      throw new Error(`${JSON.stringify(event)} in ${JSON.stringify(progress)}`)
    return next
  }, from)
}

const results = (phase: 'plan' | 'run', ...outcomes: readonly JobOutcome[]): JobEvent => ({
  kind: 'job_results',
  phase,
  runner: RUNNER,
  until: LATE,
  results: outcomes.map((outcome) => ({ outcome })),
})
const control = (name: (typeof JOB_CONTROLS)[number]): JobEvent => ({
  kind: 'job_control',
  actor: { subject: 'tester', issuer: 'https://issuer.example/' },
  control: name,
})
const claim = { kind: 'job_claim', runner: RUNNER, until: LATE } as const

describe('a job', () => {
  it('waits after its dry run, and is about those clients only that differ', () => {
    const planned = comesTo(PLAIN, begun(PLAIN, 3), [
      results('plan', 'planned', 'unchanged', 'failed'),
    ])
    expect(planned).toMatchObject({ state: 'planned' })
    expect(planned.claim).toBeUndefined()
    const running = comesTo(PLAIN, planned, [control('start'), claim])
    expect(running).toMatchObject({ state: 'running', run: { total: 1, done: 0 } })
    const done = comesTo(PLAIN, running, [results('run', 'applied')])
    expect(done).toMatchObject({ state: 'done', counts: { applied: 1, unchanged: 1, failed: 1 } })
  })

  it('is done with its dry run where nothing would change', () => {
    const done = comesTo(PLAIN, begun(PLAIN, 2), [results('plan', 'unchanged', 'unchanged')])
    expect(done.state).toBe('done')
  })

  it('stops at one failure more than it may have, counted anew when it is resumed', () => {
    const options = { autoStart: true, maxFailures: 1 }
    const once = comesTo(options, begun(options, 9), [results('run', 'failed')])
    expect(once.state).toBe('running')
    const stopped = comesTo(options, once, [results('run', 'failed')])
    expect(stopped.state).toBe('stopped')
    const resumed = comesTo(options, stopped, [control('resume'), results('run', 'failed')])
    expect(resumed.state).toBe('running')
  })

  it('never stops where it may have any number of failures', () => {
    const options = { autoStart: true, maxFailures: null }
    const progress = comesTo(options, begun(options, 9), [
      results('run', ...Array(8).fill('failed')),
    ])
    expect(progress.state).toBe('running')
  })

  it.each([
    [{ share: 0.2, thenPause: true }, 'applied', 'paused'],
    [{ share: 0.2, thenPause: false }, 'applied', 'running'],
    [{ share: 0.2, thenPause: false }, 'failed', 'stopped'],
  ] as const)('with the canary part %j that is %s is %s', (canary, outcome, state) => {
    const options: JobOptions = { autoStart: true, maxFailures: null, canary }
    const first = begun(options, 10)
    expect(allowed(options, first)).toBe(2)
    const half = comesTo(options, first, [results('run', outcome)])
    expect([half.state, allowed(options, half)]).toEqual(['running', 1])
    const whole = comesTo(options, half, [results('run', outcome)])
    expect([whole.state, allowed(options, whole)]).toEqual([state, 8])
  })

  it('has a canary part of one client at least', () => {
    const options: JobOptions = {
      ...PLAIN,
      autoStart: true,
      canary: { share: 0.01, thenPause: true },
    }
    expect(allowed(options, begun(options, 5))).toBe(1)
  })

  it('goes on with what it was at when it is resumed', () => {
    const planning = comesTo(PLAIN, begun(PLAIN, 3), [control('pause'), control('resume')])
    expect(planning.state).toBe('planning')
  })

  it('takes in what was under way when it was paused or cancelled', () => {
    const options = { autoStart: true, maxFailures: 0 }
    for (const name of ['pause', 'cancel'] as const) {
      const told = comesTo(options, begun(options, 3), [control(name), results('run', 'applied')])
      expect(told).toMatchObject({ state: `${name === 'pause' ? 'paused' : 'cancelled'}` })
      expect(told.counts).toMatchObject({ applied: 1, left: 2 })
    }
  })

  it('belongs to one runner at a time, until the claim is over', () => {
    const options = { autoStart: true, maxFailures: 0 }
    const held = begun(options, 3)
    const other = { kind: 'job_claim', runner: 'other', until: LATE + 1 } as const
    expect(progressAfter(options, held, other, LATE - 1)).toBeUndefined()
    const taken = progressAfter(options, held, other, LATE)
    expect(taken?.claim?.runner).toBe('other')
    expect(taken && progressAfter(options, taken, results('run', 'applied'), LATE)).toBeUndefined()
  })
})

describe('a runner that dies', () => {
  const options = { autoStart: true, maxFailures: 0 }
  const claimAt = (progress: JobProgress, runner: string, at: number) =>
    progressAfter(options, progress, { kind: 'job_claim', runner, until: at + 10 }, at)

  it('is followed by another once, and stops the job at the second time', () => {
    const once = claimAt(begun(options, 3), 'two', LATE)
    expect(once).toMatchObject({ state: 'running', abandoned: 1, claim: { runner: 'two' } })
    const twice = once && claimAt(once, 'three', LATE + 10)
    expect(twice).toMatchObject({ state: 'stopped', abandoned: 2 })
    expect(twice?.claim).toBeUndefined()
    expect(twice && claimAt(twice, 'four', LATE + 30)).toBeUndefined()
  })

  it('counts anew once the job is resumed, and never where the job was given up in order', () => {
    const first = claimAt(begun(options, 3), 'two', LATE)
    const given = first && progressAfter(options, first, { ...claim, runner: 'two', until: 0 }, 20)
    expect(given && claimAt(given, 'three', LATE + 30)).toMatchObject({ abandoned: 1 })
    const stopped = first && claimAt(first, 'three', LATE + 10)
    const resumed = stopped && comesTo(options, stopped, [control('resume')])
    expect(resumed).toMatchObject({ state: 'running' })
    expect(resumed).not.toHaveProperty('abandoned')
  })

  it('keeps its own claim however late it renews it', () => {
    const renewed = claimAt(begun(options, 3), RUNNER, LATE + 50)
    expect(renewed).toMatchObject({ state: 'running', claim: { until: LATE + 60 } })
    expect(renewed).not.toHaveProperty('abandoned')
  })
})

const optionsArbitrary: fc.Arbitrary<JobOptions> = fc.record({
  autoStart: fc.boolean(),
  maxFailures: fc.option(fc.nat(3)),
  canary: fc.record({
    share: fc.double({ min: 0.01, max: 1, noNaN: true }),
    thenPause: fc.boolean(),
  }),
})

/** What a runner, a second runner and people may do; outcomes are cut to what is allowed. */
const stepArbitrary = fc.oneof(
  fc.record({
    kind: fc.constant('work' as const),
    runner: fc.constantFrom('one', 'two'),
    outcomes: fc.array(fc.constantFrom('applied', 'unchanged', 'failed'), {
      minLength: 1,
      maxLength: 4,
    }),
  }),
  fc.record({
    kind: fc.constant('claim' as const),
    runner: fc.constantFrom('one', 'two'),
    until: fc.constantFrom(0, 30),
  }),
  fc.record({ kind: fc.constant('control' as const), control: fc.constantFrom(...JOB_CONTROLS) }),
)

describe('whatever happens', () => {
  it('counts each client once, never passes the canary part by itself, and stays ended', () => {
    fc.assert(
      fc.property(
        optionsArbitrary,
        fc.integer({ min: 1, max: 12 }),
        fc.array(stepArbitrary, { maxLength: 60 }),
        (options, clients, steps) => {
          let progress = begun(options, clients)
          let now = 10
          for (const step of steps) {
            now += 10
            const event = eventOf(options, progress, step, now)
            const next = event && progressAfter(options, progress, event, now)
            if (next === undefined) continue
            expect(totalOf(next)).toBe(clients)
            expect(
              Math.min(...Object.values(next.counts), next.run.total - next.run.done),
            ).toBeGreaterThanOrEqual(0)
            expect(allowed(options, next)).toBeGreaterThanOrEqual(0)
            expect(doneIn(next)).toBeLessThanOrEqual(
              next.phase === 'run' ? next.run.total : clients,
            )
            if (isEnded(progress)) expect(next.state).toBe(progress.state)
            if (next.state === 'done') expect(next.counts.left + next.counts.planned).toBe(0)
            if (next.state === 'planned') expect(next.counts).toMatchObject({ left: 0 })
            // It never gets stuck: at work there is something that may be begun.
            if (isAtWork(next)) expect(allowed(options, next)).toBeGreaterThan(0)
            if (next.claim !== undefined && isAtWork(next) && event?.kind === 'job_results') {
              expect(next.claim.runner).toBe(event.runner)
            }
            progress = next
          }
        },
      ),
      { numRuns: runs() },
    )
  })
})

function eventOf(
  options: JobOptions,
  progress: JobProgress,
  step: typeof stepArbitrary extends fc.Arbitrary<infer S> ? S : never,
  now: number,
): JobEvent | undefined {
  if (step.kind === 'control') return control(step.control)
  if (step.kind === 'claim') {
    return { kind: 'job_claim', runner: step.runner, until: step.until && now + step.until }
  }
  // A runner has under way at most what may be begun.
  const some = step.outcomes.slice(0, allowed(options, progress)) as JobOutcome[]
  const outcomes = some.map((one) =>
    progress.phase === 'plan' && one === 'applied' ? 'planned' : one,
  )
  if (outcomes.length === 0) return undefined
  return { ...(results(progress.phase, ...outcomes) as object), runner: step.runner } as JobEvent
}
