/** One caller and the rest: however much it asks of a client, others get their turn, and the client can be stopped. */

import { expect } from 'vitest'
import { ClientError, type ErrorCode } from '../../src/core/errors.ts'
import { parseMergePatch } from '../../src/core/patch/patch.ts'
import type { ChangeRequest } from '../../src/service/base/request.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { planAtOnce } from '../../src/service/jobs/run/plan-at-once.ts'
import { removeClient } from '../../src/service/life/remove.ts'
import { type Bench, requestFor } from '../contract/service.ts'
import type { Subject } from '../contract/subjects.ts'
import { onSubjectWith } from '../fixtures/bench.ts'

let subject: Subject
let bench: Bench

const it = onSubjectWith({ upstreamTimeoutMs: 5_000 }, 'auth0', (opened) => {
  ;({ subject, bench } = opened)
})

const CALLS = 150

/** 150 leases of one caller at once, then a request of another; gives the answers in their order. */
const afterLeases = (another: (request: ChangeRequest) => Promise<unknown>) =>
  afterMany((index) => lease(index), another)

const lease = (index: number) => (request: ChangeRequest) =>
  changeClient(bench.service, {
    ...request,
    patch: {
      kind: 'lease',
      field: 'callbacks',
      value: `https://pr-${index % 10}.preview.example/cb`,
      owner: 'pr',
      seconds: 3_600 + index,
    },
  })

/** The dry run of a job of one client, each in a request of its own. */
const jobPlan = (index: number) => async (request: ChangeRequest) => {
  const { actor, deadline } = request
  const patch = parseMergePatch({ name: `Name ${index}` })
  const options = { autoStart: false, maxFailures: 0 }
  const submission = { actor, options, rights: [], items: [{ ref: subject.ref }], patch }
  const asked = { requestId: `request ${index}`, deadline }
  const [result] = await planAtOnce(bench.service, submission, asked)
  if (result?.outcome === 'failed') throw new ClientError(result.code as ErrorCode, 'It failed.')
}

async function afterMany(
  one: (index: number) => (request: ChangeRequest) => Promise<unknown>,
  another: (request: ChangeRequest) => Promise<unknown>,
) {
  const answers: { readonly of: string; readonly code?: string }[] = []
  const send = async (subjectName: string, run: (request: ChangeRequest) => Promise<unknown>) => {
    const actor = { subject: subjectName, issuer: 'https://issuer.example' }
    const deadline = Date.now() + 60_000
    const request = { ...requestFor(bench.service, subject.ref, {}), actor, deadline }
    const code = await run(request).then(
      () => undefined,
      (error) => error.code as string,
    )
    answers.push({ of: subjectName, ...(code === undefined ? {} : { code }) })
  }
  const all = Array.from({ length: CALLS }, (_, index) => send('ci', one(index)))
  await Promise.all([...all, send('operator', another)])
  return answers
}

it.each([
  [
    'suspended',
    (request: ChangeRequest) =>
      changeClient(bench.service, {
        ...request,
        patch: { kind: 'suspension', suspended: true, allowPartial: false },
      }),
  ],
  ['removed', (request: ChangeRequest) => removeClient(bench.service, request)],
])(
  'a client that one caller leases 150 times at once is %s before the second of them',
  async (_, stop) => {
    const answers = await afterLeases(stop)
    // Those that are refused at once come first, with what they were refused for.
    const [first = 0] = answers.flatMap(({ code }, at) =>
      code === 'too_many_requests' ? [] : [at],
    )
    const refused = answers.filter(({ code }) => code === 'too_many_requests')
    expect(refused).toHaveLength(CALLS - 50)
    expect(refused.every(({ of }) => of === 'ci')).toBe(true)
    expect(answers.slice(first, first + 2)).toContainEqual({ of: 'operator' })
  },
)

it.each([
  ['a lease', lease],
  ['a job', jobPlan],
])('a change of another caller waits for one of 150, each for %s', async (_, one) => {
  const answers = await afterMany(one, (request) =>
    changeClient(bench.service, { ...request, patch: { kind: 'merge', fields: { name: 'New' } } }),
  )
  const refused = answers.filter(({ code }) => code === 'too_many_requests')
  expect(refused).toHaveLength(CALLS - 50)
  const served = answers.filter(({ code }) => code !== 'too_many_requests')
  expect(served.slice(0, 3)).toContainEqual({ of: 'operator' })
})
