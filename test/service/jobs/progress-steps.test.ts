/** What each event makes of a job, member by member: the newest entry is all that others know of it. */

import { describe, expect, it } from 'vitest'
import {
  allowed,
  doneIn,
  isEnded,
  isHeldBy,
  isToAsk,
  type JobEvent,
  progressAfter,
  SUBMITTED,
} from '../../../src/service/jobs/progress.ts'
import type { JobOptions, JobProgress } from '../../../src/store/log/job-entry.ts'

const PLAIN: JobOptions = { autoStart: false, maxFailures: 0 }
const AUTO: JobOptions = { autoStart: true, maxFailures: 0 }
const ACTOR = { subject: 'tester', issuer: 'https://issuer.example/' }
const OTHER = { subject: 'other', issuer: 'https://issuer.example/' }
const CLAIM = { runner: 'one', until: 100 }
const NONE = { left: 0, planned: 0, applied: 0, unchanged: 0, failed: 0 }

const PLANNING: JobProgress = { ...SUBMITTED, state: 'planning', counts: { ...NONE, left: 4 } }
/** Of three clients one has a result. */
const RUNNING: JobProgress = {
  ...SUBMITTED,
  state: 'running',
  phase: 'run',
  counts: { ...NONE, left: 2, applied: 1 },
  run: { total: 3, done: 1 },
  claim: CLAIM,
}

const items = (count: number, last: boolean): JobEvent => ({ kind: 'job_items', count, last })
const claim = (runner: string, until: number): JobEvent => ({ kind: 'job_claim', runner, until })
const control = (name: 'start' | 'pause' | 'resume' | 'cancel'): JobEvent => ({
  kind: 'job_control',
  control: name,
  actor: ACTOR,
})
const results = (
  phase: 'plan' | 'run',
  outcomes: readonly ('planned' | 'applied' | 'unchanged' | 'failed')[],
  runner = 'one',
): JobEvent => ({
  kind: 'job_results',
  phase,
  runner,
  until: 900,
  results: outcomes.map((outcome) => ({ outcome })),
})
const comesTo = (before: JobProgress, event: JobEvent, options = PLAIN, at = 50) =>
  progressAfter(options, before, event, at)

describe('the clients of a job', () => {
  it('are counted part by part, and the last part sets it to work', () => {
    const first = comesTo(SUBMITTED, items(3, false))
    expect(first).toEqual({ ...SUBMITTED, counts: { ...NONE, left: 3 } })
    expect(first && comesTo(first, items(2, true))).toEqual({
      ...SUBMITTED,
      state: 'planning',
      counts: { ...NONE, left: 5 },
      since: { at: 50, done: 0 },
    })
    expect(first && comesTo(first, items(2, true), AUTO)).toEqual({
      ...SUBMITTED,
      state: 'running',
      phase: 'run',
      counts: { ...NONE, left: 5 },
      run: { total: 5, done: 0 },
      since: { at: 50, done: 0 },
    })
  })

  it('come to no job that is at work, and none is worked on before they are complete', () => {
    expect(comesTo(PLANNING, items(1, true))).toBeUndefined()
    expect(comesTo(SUBMITTED, claim('one', 100))).toBeUndefined()
    for (const name of ['start', 'pause', 'resume'] as const) {
      expect(comesTo(SUBMITTED, control(name))).toBeUndefined()
    }
    expect(comesTo(SUBMITTED, control('cancel'))).toEqual({ ...SUBMITTED, state: 'cancelled' })
  })
})

describe('a claim', () => {
  it('is taken, renewed and given back', () => {
    expect(comesTo(PLANNING, claim('one', 100))).toEqual({ ...PLANNING, claim: CLAIM })
    const held = { ...PLANNING, claim: CLAIM }
    expect(comesTo(held, claim('one', 300))).toEqual({
      ...PLANNING,
      claim: { runner: 'one', until: 300 },
    })
    expect(comesTo(held, claim('one', 0))).toEqual(PLANNING)
    expect(comesTo(held, claim('one', 0))).not.toHaveProperty('claim')
    expect(comesTo(held, claim('two', 0))).toBeUndefined()
    expect(comesTo(PLANNING, claim('two', 0))).toBeUndefined()
  })

  it('goes to another one from the very time at which it ends', () => {
    expect(comesTo(RUNNING, claim('two', 300), AUTO, 99)).toBeUndefined()
    expect(comesTo(RUNNING, claim('two', 300), AUTO, 100)).toEqual({
      ...RUNNING,
      claim: { runner: 'two', until: 300 },
      abandoned: 1,
    })
  })

  it('is kept by who has it while the job rests, and is taken by no one then', () => {
    const paused: JobProgress = { ...RUNNING, state: 'paused' }
    expect(comesTo(paused, claim('one', 300))?.claim).toEqual({ runner: 'one', until: 300 })
    expect(comesTo(paused, claim('two', 300), AUTO, 500)).toBeUndefined()
    const { claim: _, ...free } = paused
    expect(comesTo(free, claim('two', 300))).toBeUndefined()
  })

  it('knows who has it', () => {
    expect(isHeldBy(RUNNING, 'one')).toBe(true)
    expect(isHeldBy(RUNNING, 'two')).toBe(false)
    expect(isHeldBy(PLANNING, 'one')).toBe(false)
  })
})

describe('results', () => {
  it('of a dry run are counted, and keep the claim while there are more to come', () => {
    const held = { ...PLANNING, claim: CLAIM }
    const some = comesTo(held, results('plan', ['planned', 'unchanged', 'failed']))
    expect(some).toEqual({
      ...PLANNING,
      counts: { left: 1, planned: 1, applied: 0, unchanged: 1, failed: 1 },
      claim: { runner: 'one', until: 900 },
    })
    expect(some && comesTo(some, results('plan', ['unchanged']))).toEqual({
      ...PLANNING,
      state: 'planned',
      counts: { left: 0, planned: 1, applied: 0, unchanged: 2, failed: 1 },
    })
  })

  it('count only in their own phase and from who has the claim', () => {
    expect(comesTo(RUNNING, results('plan', ['unchanged']))).toBeUndefined()
    expect(comesTo(RUNNING, results('run', ['applied'], 'two'))).toBeUndefined()
  })

  it('of a dry run that was cancelled leave it cancelled, with no claim', () => {
    const before: JobProgress = { ...PLANNING, state: 'cancelled', claim: CLAIM }
    const { claim: _, ...free } = before
    const counts = { ...NONE, unchanged: 4 }
    const four = results('plan', ['unchanged', 'unchanged', 'unchanged', 'unchanged'])
    expect(comesTo(before, four)).toEqual({ ...free, counts })
  })

  it('of the changes leave those that were planned, or those that are left', () => {
    const planned = { ...RUNNING, counts: { ...NONE, planned: 2, unchanged: 7 } }
    expect(comesTo(planned, results('run', ['unchanged']))).toMatchObject({
      counts: { ...NONE, planned: 1, unchanged: 8 },
      run: { total: 3, done: 2 },
    })
    expect(comesTo(RUNNING, results('run', ['applied']), AUTO)).toEqual({
      ...RUNNING,
      counts: { ...NONE, left: 1, applied: 2 },
      run: { total: 3, done: 2 },
      claim: { runner: 'one', until: 900 },
      canaryDone: false,
    })
  })

  it('of the last client end the job and the claim, also where it was paused', () => {
    for (const state of ['running', 'paused'] as const) {
      const ended = comesTo({ ...RUNNING, state }, results('run', ['applied', 'failed']), AUTO)
      const { claim: _, ...free } = RUNNING
      expect(ended).toEqual({
        ...free,
        state: 'done',
        counts: { ...NONE, applied: 2, failed: 1 },
        run: { total: 3, done: 3 },
        failures: 1,
      })
    }
  })

  it('of a job that was cancelled leave it cancelled', () => {
    const cancelled: JobProgress = { ...RUNNING, state: 'cancelled' }
    expect(comesTo(cancelled, results('run', ['applied', 'applied']), AUTO)).toMatchObject({
      state: 'cancelled',
      run: { total: 3, done: 3 },
    })
  })

  it('stop the job that is running at one failure too many, and no other', () => {
    const options = { autoStart: true, maxFailures: 1 }
    const before = { ...RUNNING, run: { total: 9, done: 1 }, counts: { ...NONE, left: 8 } }
    expect(comesTo(before, results('run', ['failed']), options)?.state).toBe('running')
    expect(comesTo(before, results('run', ['failed', 'failed']), options)?.state).toBe('stopped')
    const paused: JobProgress = { ...before, state: 'paused' }
    expect(comesTo(paused, results('run', ['failed', 'failed']), options)).toMatchObject({
      state: 'paused',
      failures: 2,
    })
  })
})

describe('the canary part', () => {
  const options: JobOptions = {
    autoStart: true,
    maxFailures: null,
    canary: { share: 0.5, thenPause: true },
  }
  const before: JobProgress = {
    ...RUNNING,
    counts: { ...NONE, left: 4 },
    run: { total: 4, done: 0 },
  }

  it('is over once it is done, although someone paused the job meanwhile', () => {
    expect(comesTo(before, results('run', ['applied']), options)).toMatchObject({
      state: 'running',
      canaryDone: false,
    })
    const paused: JobProgress = { ...before, state: 'paused' }
    expect(comesTo(paused, results('run', ['applied', 'applied']), options)).toMatchObject({
      state: 'paused',
      canaryDone: true,
    })
  })

  it('goes by without a rest where none was asked for', () => {
    const running: JobProgress = { ...RUNNING, canaryDone: false }
    expect(comesTo(running, results('run', ['applied']))).toMatchObject({ state: 'running' })
  })

  it('pauses or stops the job once: later failures and results go by', () => {
    const over = { ...before, canaryDone: true, failures: 1, run: { total: 4, done: 2 } }
    expect(comesTo(over, results('run', ['failed']), options)).toMatchObject({
      state: 'running',
      canaryDone: true,
      failures: 2,
    })
  })

  it('is of all clients at most, and of none that the dry run has taken out', () => {
    const all: JobOptions = { ...options, canary: { share: 1, thenPause: false } }
    expect(allowed(all, before)).toBe(4)
    expect(allowed(options, { ...before, run: { total: 0, done: 0 } })).toBe(0)
    expect(allowed(options, { ...before, canaryDone: true })).toBe(4)
    expect(allowed(AUTO, { ...before, run: { total: 4, done: 3 } })).toBe(1)
    expect(allowed(options, PLANNING)).toBe(4)
  })
})

describe('a control', () => {
  const planned: JobProgress = {
    ...SUBMITTED,
    state: 'planned',
    counts: { ...NONE, planned: 2, unchanged: 3, failed: 1 },
  }

  it('starts what is planned, by name of who did', () => {
    expect(comesTo(planned, control('start'))).toEqual({
      ...planned,
      state: 'running',
      phase: 'run',
      run: { total: 2, done: 0 },
      startedBy: ACTOR,
      approvedBy: ACTOR,
      since: { at: 50, done: 0 },
    })
    for (const state of ['planning', 'running', 'paused', 'stopped', 'done'] as const) {
      expect(comesTo({ ...planned, state }, control('start'))).toBeUndefined()
    }
  })

  it('pauses what is at work, and nothing else', () => {
    for (const before of [PLANNING, RUNNING]) {
      expect(comesTo(before, control('pause'))).toEqual({ ...before, state: 'paused' })
    }
    for (const state of ['planned', 'paused', 'stopped', 'done', 'cancelled'] as const) {
      expect(comesTo({ ...RUNNING, state }, control('pause'))).toBeUndefined()
    }
  })

  it('resumes changes by name of who did, with failures counted anew', () => {
    for (const state of ['paused', 'stopped'] as const) {
      const before = { ...RUNNING, state, failures: 3, abandoned: 2, startedBy: OTHER }
      expect(comesTo({ ...before, approvedBy: OTHER }, control('resume'))).toEqual({
        ...RUNNING,
        failures: 0,
        startedBy: ACTOR,
        approvedBy: OTHER,
        since: { at: 50, done: 1 },
      })
    }
    for (const state of ['planning', 'planned', 'running', 'done', 'cancelled'] as const) {
      expect(comesTo({ ...RUNNING, state }, control('resume'))).toBeUndefined()
    }
  })

  it('resumes a dry run, which no one has started', () => {
    const counts = { left: 1, planned: 1, applied: 0, unchanged: 1, failed: 1 }
    const paused: JobProgress = { ...PLANNING, state: 'paused', counts }
    expect(comesTo(paused, control('resume'))).toEqual({
      ...PLANNING,
      counts,
      since: { at: 50, done: 3 },
    })
  })

  it('cancels what has not ended', () => {
    expect(comesTo(planned, control('cancel'))).toEqual({ ...planned, state: 'cancelled' })
    for (const state of ['done', 'cancelled'] as const) {
      expect(isEnded({ ...planned, state })).toBe(true)
      expect(comesTo({ ...planned, state }, control('cancel'))).toBeUndefined()
    }
    for (const state of ['planned', 'paused', 'stopped', 'running'] as const) {
      expect(isEnded({ ...planned, state })).toBe(false)
    }
  })
})

it('counts as done what has a result in the present phase', () => {
  const counts = { left: 1, planned: 2, applied: 3, unchanged: 5, failed: 7 }
  expect(doneIn({ ...PLANNING, counts })).toBe(14)
  expect(doneIn({ ...RUNNING, counts })).toBe(1)
})

describe('a job whose changes take an approval', () => {
  const ASKING: JobOptions = { ...AUTO, asks: true }
  const LAST: JobProgress = { ...PLANNING, counts: { ...NONE, left: 1 }, claim: CLAIM }
  const planned = (print?: string): JobEvent => ({
    ...{ kind: 'job_results', phase: 'plan', runner: 'one', until: 900 },
    results: [{ outcome: 'planned', ...(print === undefined ? {} : { print }) }],
  })
  const ask = (request?: string): JobEvent => ({
    ...{ kind: 'job_control', control: 'ask', actor: ACTOR },
    ...(request === undefined ? {} : { request }),
  })

  it('is known by its dry run, once any of them does', () => {
    expect(comesTo(LAST, planned('print'))).toMatchObject({ state: 'planned', held: true })
    expect(comesTo(LAST, planned())).not.toHaveProperty('held')
  })

  it('is planned before it runs by itself, and runs then where none takes one', () => {
    const submitted = comesTo(SUBMITTED, items(1, true), ASKING)
    expect(submitted).toMatchObject({ state: 'planning', phase: 'plan' })
    const running = comesTo(LAST, planned(), ASKING)
    expect(running).toMatchObject({ state: 'running', run: { total: 1, done: 0 } })
    expect(running).not.toHaveProperty('claim')
    const done = comesTo(
      { ...(running as JobProgress), claim: CLAIM },
      results('run', ['applied']),
      ASKING,
    )
    expect(done).toMatchObject({ state: 'done', counts: { planned: 0, applied: 1, left: 0 } })
  })

  it('stays at work until it has asked, so that another runner does so after a crash', () => {
    const toAsk = comesTo(LAST, planned('print'), ASKING)
    expect(toAsk).toMatchObject({ state: 'planning', claim: { runner: 'one' } })
    expect(toAsk && isToAsk(ASKING, toAsk)).toBe(true)
    expect(toAsk && isToAsk(AUTO, toAsk)).toBe(false)
    const asked = toAsk && comesTo(toAsk, ask('request'), ASKING)
    expect(asked).toMatchObject({ state: 'planned', request: 'request' })
    expect(asked).not.toHaveProperty('claim')
    expect(asked && isToAsk(ASKING, asked)).toBe(false)
    expect(asked && comesTo(asked, ask(), ASKING)).toBeUndefined()
    expect(comesTo(RUNNING, ask('request'), ASKING)).toBeUndefined()
  })

  it('is known by any of its clients, and by its dry run alone', () => {
    const both: JobEvent = {
      ...{ kind: 'job_results', phase: 'plan', runner: 'one', until: 900 },
      results: [{ outcome: 'planned' }, { outcome: 'planned', print: 'print' }],
    }
    expect(comesTo({ ...PLANNING, claim: CLAIM }, both)).toMatchObject({ held: true })
    const run: JobEvent = {
      ...{ kind: 'job_results', phase: 'run', runner: 'one', until: 900 },
      results: [{ outcome: 'applied', print: 'print' }],
    }
    expect(comesTo(RUNNING, run)).not.toHaveProperty('held')
  })

  it('has only to ask once its dry run is over, something would change, and it goes on by itself', () => {
    const toAsk: JobProgress = { ...PLANNING, held: true, counts: { ...NONE, planned: 1 } }
    expect(isToAsk(ASKING, toAsk)).toBe(true)
    const others: readonly Partial<JobProgress>[] = [
      { state: 'paused' },
      { phase: 'run' },
      { counts: { ...NONE, planned: 1, left: 1 } },
      { counts: { ...NONE, unchanged: 1 } },
    ]
    for (const other of others) expect(isToAsk(ASKING, { ...toAsk, ...other })).toBe(false)
    const { held: _, ...free } = toAsk
    expect(isToAsk(ASKING, free)).toBe(false)
  })

  it('rests after a dry run that was paused, also where no change takes an approval', () => {
    const paused: JobProgress = { ...LAST, state: 'paused' }
    expect(comesTo(paused, planned(), ASKING)).toMatchObject({ state: 'planned', phase: 'plan' })
  })

  it('waits as a request wherever it rests, and nowhere else', () => {
    for (const state of ['planned', 'paused', 'stopped'] as const) {
      const resting: JobProgress = { ...RUNNING, state }
      expect(comesTo(resting, ask('request'))).toEqual({ ...resting, request: 'request' })
    }
    for (const state of ['submitted', 'running', 'done', 'cancelled'] as const) {
      expect(comesTo({ ...RUNNING, state }, ask('request'))).toBeUndefined()
    }
  })

  it('names who approved it as such, and not who submitted it', () => {
    const waiting: JobProgress = { ...PLANNING, state: 'planned', counts: { ...NONE, planned: 1 } }
    const start: JobEvent = {
      ...{ kind: 'job_control', control: 'start', actor: ACTOR },
      approval: { approvedBy: OTHER },
    }
    expect(comesTo(waiting, start)).toMatchObject({ startedBy: ACTOR, approvedBy: OTHER })
  })
})
