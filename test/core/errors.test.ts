/** The error that callers get: what it carries, and how it is recognised. */

import { describe, expect, it } from 'vitest'
import {
  ClientError,
  currentCode,
  ERROR_CODES,
  isClientError,
  withOperation,
} from '../../src/core/errors.ts'

describe('an error of ours', () => {
  const cause = new TypeError('underneath')
  const gone = () => new ClientError('not_found', 'It is gone.', { field: 'client.id', cause })

  it('carries its code, its sentence, its field and its cause', () => {
    const error = gone()
    expect(error).toMatchObject({ code: 'not_found', message: 'It is gone.', field: 'client.id' })
    expect(error.cause).toBe(cause)
    expect(error.details.cause).toBe(cause)
    expect(new ClientError('internal', 'x').field).toBeUndefined()
  })

  it('has the status of its code, and says its name', () => {
    const error = gone()
    expect(error.status).toBe(404)
    expect(new ClientError('outcome_unknown', 'x').status).toBe(504)
    expect(String(error)).toBe('ClientError: It is gone.')
  })

  it('is the same with the operation that it ended, and with what became of that', () => {
    const ended = withOperation(gone(), 'operation-1', 'unknown')
    expect(ended).toMatchObject({ code: 'not_found', message: 'It is gone.', field: 'client.id' })
    const details = { field: 'client.id', cause, operationId: 'operation-1', outcome: 'unknown' }
    expect(ended.details).toEqual(details)
  })

  it('is one sentence, and a line for each of several faults', () => {
    const faults = ['client.name is too long.', 'client.callbacks is missing.']
    expect(new ClientError('invalid_request', 'It is wrong:', { faults }).message).toBe(
      'It is wrong:\n- client.name is too long.\n- client.callbacks is missing.',
    )
  })

  it('shows what cannot be seen by its number, so that nothing forges a line', () => {
    const [newline, override] = ['\n', '\u202e']
    const error = new ClientError('invalid_request', `a${newline}b`, {
      field: `client.${override}x`,
      faults: [`c${newline}- d`],
    })
    expect(error.message).toBe('a\\u000ab\n- c\\u000a- d')
    expect(error.field).toBe('client.\\u202ex')
  })

  it('is distinguished from others, and by its code', () => {
    const error = gone()
    expect(isClientError(error)).toBe(true)
    expect(isClientError(error, 'not_found')).toBe(true)
    expect(isClientError(error, 'internal')).toBe(false)
    for (const other of [cause, { code: 'not_found' }, undefined, 'not_found']) {
      expect(isClientError(other)).toBe(false)
      expect(isClientError(other, 'not_found')).toBe(false)
    }
  })
})

describe('the table of codes', () => {
  it('has a status of an error for each, and a retry only for what may pass', () => {
    for (const [code, { status, retry }] of Object.entries(ERROR_CODES)) {
      expect(status, code).toBeGreaterThanOrEqual(400)
      // The request that holds the key ends, and so do leases and what a caller has under way; other faults of the caller's own stay.
      if (retry && !['key_in_use', 'list_full', 'too_many_requests'].includes(code))
        expect(status, code).toBeGreaterThanOrEqual(500)
    }
    expect(ERROR_CODES.key_in_use).toEqual({ status: 409, retry: true })
  })
})

describe('a code that an older version wrote', () => {
  it('is read as the present one, and every other as it is', () => {
    expect(currentCode('unavailable')).toBe('client_busy')
    expect(currentCode('not_found')).toBe('not_found')
    // No member of the table, although every object has it.
    expect(currentCode('constructor')).toBe('constructor')
  })
})
