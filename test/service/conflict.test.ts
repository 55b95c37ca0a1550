/** What is answered to a change that ended otherwise than it was to, in its fields and sentences. */

import { describe, expect, it } from 'vitest'
import { ClientError, type ErrorCode } from '../../src/core/errors.ts'
import { notApplied, whenConflict, whenUnknown } from '../../src/service/base/next-step.ts'
import { changeConflict, ignored } from '../../src/service/operation/conflict.ts'
import { intentOf } from '../fixtures/entries.ts'

const intent = intentOf('log', 1, { operationId: 'operation-1' })
const changed = (...fields: readonly string[]) => ({
  ...intent,
  changes: fields.map((field) => ({ field, before: 'a', after: 'b' })),
})

describe('a change that is neither in force nor undone', () => {
  it('names the fields that someone has to look at, and its operation', () => {
    const error = changeConflict(changed('name', 'callbacks'))
    expect(error).toMatchObject({
      code: 'change_unresolved',
      message: expect.stringMatching(/client\.name, client\.callbacks\b.*operation-1/),
      details: { operationId: 'operation-1', outcome: 'conflict' },
    })
  })

  it('names the client where it changed no field', () => {
    expect(changeConflict(changed()).message).toMatch(/[Cc]heck the client\b/)
  })
})

describe('a change that the provider has ignored', () => {
  it('as a whole is said to be so, with its fields', () => {
    const error = ignored(intent, 'not_applied', ['name', 'logoUri'])
    expect(error).toMatchObject({
      code: 'not_applied',
      message: expect.stringMatching(
        /nothing of it is in force: client\.name, client\.logoUri .*operation-1/,
      ),
      details: {
        field: 'client.name',
        fields: ['client.name', 'client.logoUri'],
        operationId: 'operation-1',
        outcome: 'not_applied',
      },
    })
  })

  it('in part is said to be so, with what is missing and the way back', () => {
    expect(ignored(intent, 'partly_applied', ['name'])).toMatchObject({
      code: 'partly_applied',
      message: expect.stringMatching(
        /only a part of it is in force: client\.name .*\/rollback.*operation-1/,
      ),
      details: { field: 'client.name', fields: ['client.name'], outcome: 'partly_applied' },
    })
  })

  it('names no field where none was recorded', () => {
    const { details } = ignored(intent, 'not_applied')
    expect(details).toMatchObject({ fields: [] })
    expect(details).not.toHaveProperty('field')
  })
})

describe('a failure of a change of which nothing is in force', () => {
  const failure = (code: ErrorCode) =>
    notApplied(new ClientError(code, 'It failed.', { status: 400 }), 'operation-1')

  it.each<[ErrorCode, string]>([
    ['provider_unavailable', 'send it again.'],
    ['provider_refused', 'correct what is named before you send it again.'],
  ])('says what to do next: %s', (code, step) => {
    const error = failure(code)
    expect(error.code).toBe(code)
    expect(error.message).toContain(step)
    expect(error.message).toMatch(/^It failed\. The change was not applied/)
    expect(error.message).toMatch(
      /GET \/operations\/operation-1 \(clientry operation operation-1\)/,
    )
    expect(error.details).toMatchObject({
      status: 400,
      operationId: 'operation-1',
      outcome: 'not_applied',
    })
  })

  it('is distinguished from one whose outcome is not known, which is to be looked up', () => {
    expect(whenUnknown('operation-1')).toMatch(/^GET \/operations\/operation-1 .*not_applied\.$/)
    expect(whenConflict('operation-1')).toMatch(/^GET \/operations\/operation-1 .*PATCH /)
  })
})
