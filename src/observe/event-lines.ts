/**
 * Events as lines of the log. Each member is named explicitly, as in the line of a request: no body,
 * header, message of a cause, or URL other than a published one of an issuer gets in.
 */

import type { LogLine } from '../http/exchange.ts'
import { refOf } from '../store/resource.ts'
import type { ProgramEvent } from './observe.ts'

/** The line of a warning about the configuration, as `clientry check` prints it. */
export const configurationLine = (warning: string, now: number): LogLine => ({
  time: new Date(now).toISOString(),
  level: 'warn',
  message: 'configuration',
  warning,
})

/** The line of an event; `undefined` for those that only count. `now` in epoch milliseconds. */
export function eventLine(event: ProgramEvent, now: number): LogLine | undefined {
  const time = new Date(now).toISOString()
  switch (event.kind) {
    case 'request':
      return event.line
    case 'upstream': {
      const { operation, status, durationMs } = event.ended
      const { requestId, operationId } = event.call
      return {
        time,
        level: 'debug',
        message: 'upstream',
        requestId,
        operationId,
        provider: event.provider,
        operation,
        status,
        durationMs,
      }
    }
    case 'entry': {
      const { entry } = event
      if (entry.kind !== 'outcome' || entry.settledBy === 'request') return undefined
      const { provider, userPoolId, id: client } = refOf(entry.resource)
      const { operationId, outcome } = entry
      const about = { provider, userPoolId, client, operationId, outcome }
      return { time, level: 'debug', message: 'change settled', ...about }
    }
    case 'keys_failed': {
      const { issuer, fault } = event
      const { url, status, cause } = fault
      return { time, level: 'warn', message: 'keys not fetched', issuer, url, status, cause }
    }
    case 'mirror': {
      const { place, verified, drifted, removed, failed } = event
      if (drifted + removed + failed === 0) return undefined
      const level = failed > 0 ? 'warn' : 'info'
      const counts = { verified, drifted, removed, failed }
      return { time, level, message: 'mirror refreshed', ...place, ...counts }
    }
    case 'sweep': {
      const { settled, left } = event
      if (settled + left === 0) return undefined
      return { time, level: left > 0 ? 'warn' : 'info', message: 'settled', settled, left }
    }
    case 'job_failed': {
      const { job, code } = event
      return { time, level: 'error', message: 'job failed', job, code }
    }
    case 'due_failed': {
      const { provider, userPoolId, id: client } = refOf(event.resource)
      const about = { provider, userPoolId, client, code: event.code }
      return { time, level: 'warn', message: 'due work failed', ...about }
    }
    case 'notice': {
      const { ref, code, at } = event
      const { provider, userPoolId, id: client } = ref
      const ends = at === undefined ? {} : { secretExpiresAt: new Date(at).toISOString() }
      return {
        time,
        level: 'warn',
        message: 'look at client',
        provider,
        userPoolId,
        client,
        code,
        ...ends,
      }
    }
    case 'webhook': {
      const { webhook, delivered, failure } = event
      if (failure === undefined)
        return { time, level: 'debug', message: 'webhook', webhook, delivered }
      const { why: cause, event: id } = failure
      return {
        time,
        level: 'warn',
        message: 'webhook failed',
        webhook,
        delivered,
        cause,
        event: id,
      }
    }
    case 'due':
    case 'store_failed':
    case 'jobs_running':
      return undefined
  }
}
