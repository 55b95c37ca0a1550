/** Takes the entries of a time out of a store, with the proof of their chains and a signed checkpoint. */

import { createHash } from 'node:crypto'
import { ClientError } from '../../core/errors.ts'
import type { JsonObject } from '../../core/json/json.ts'
import type { ErasedName } from '../../store/erasing.ts'
import type { Signer } from '../../store/keys/signing.ts'
import { checkRecord, erasedNames, type Fault, type Tail } from '../../store/layout/chains.ts'
import { CHECKPOINTS } from '../../store/resource.ts'
import type { Store } from '../../store/store.ts'
import {
  type Beginning,
  type ExportedLog,
  FORMAT,
  type LogsLine,
  signedText,
} from './export-lines.ts'

export interface ExportRequest {
  readonly store: Pick<Store, 'records' | 'last'>
  /** The id of the store. */
  readonly id: string
  readonly signer: Signer
  /** Epoch milliseconds; the first moment, and the first that no longer belongs to it. */
  readonly from?: number
  readonly to?: number
  readonly now: number
  /** Called from time to time with the number of entries. */
  progress?(records: number): void
}

/** Logs that one line names. */
const LOGS_A_LINE = 500
const PROGRESS_EVERY = 10_000

/**
 * The lines of an export, without their ends. Of each log everything is in it from the first entry of that time to the last one.
 * @throws ClientError `internal` where the chain of a log is broken
 */
export async function* exportHistory(request: ExportRequest): AsyncIterable<string> {
  const { store, id, signer, from, to, now, progress } = request
  const digest = createHash('sha256')
  const spelled = (line: string) => {
    digest.update(`${line}\n`)
    return line
  }
  const about = { format: FORMAT, store: id, from: from ?? null, to: to ?? null, at: now } as const
  yield spelled(JSON.stringify({ export: 'begin', ...about } satisfies Beginning))
  const logs = await logsOf(request)
  let records = 0
  for await (const { resource, seq, text } of store.records()) {
    const log = logs.get(resource)
    if (log === undefined || seq < log.first || seq > log.last) continue
    records += 1
    if (records % PROGRESS_EVERY === 0) progress?.(records)
    yield spelled(text)
  }
  const all = [...logs.values()]
  for (let at = 0; at < all.length; at += LOGS_A_LINE) {
    const part = all.slice(at, at + LOGS_A_LINE)
    yield spelled(JSON.stringify({ export: 'logs', logs: part } satisfies LogsLine))
  }
  const newest = await store.last(CHECKPOINTS)
  const { keyId, publicKey, sign } = signer
  const statement: JsonObject = {
    export: 'checkpoint',
    ...about,
    records,
    logs: all.length,
    digest: digest.digest('base64url'),
    checkpoint: newest === undefined ? null : { seq: newest.seq, hash: newest.hash },
    keyId,
    publicKey,
  }
  yield JSON.stringify({ ...statement, signature: sign(signedText(statement)) })
}

/** What is taken of each log, whose chain is followed from its beginning. */
async function logsOf({
  store,
  from = Number.NEGATIVE_INFINITY,
  to = Number.POSITIVE_INFINITY,
}: ExportRequest): Promise<ReadonlyMap<string, ExportedLog>> {
  const ends = new Map<string, Tail>()
  const taken = new Map<string, Omit<ExportedLog, 'end' | 'resource'>>()
  const { isErased } = await erasedNames(store.records(CHECKPOINTS))
  for await (const record of store.records()) {
    const { resource, seq } = record
    const named: ErasedName[] = []
    const { entry, hash, why } = checkRecord(record, ends.get(resource), {
      isErased: (one) => {
        named.push(one)
        return isErased(one)
      },
    })
    if (why !== undefined) throw broken({ resource, seq, why })
    ends.set(resource, { seq, hash })
    const at = Number(entry.at)
    if (at < from || at >= to) continue
    const { first = seq, erased = [] } = taken.get(resource) ?? {}
    const names = [...erased, ...named.map(({ left }) => ({ seq, hash, left }))]
    const more = names.length === 0 ? {} : { erased: names }
    taken.set(resource, { first, last: seq, hash, ...more })
  }
  return new Map(
    [...taken].map(([resource, log]) => {
      const end = ends.get(resource) ?? { seq: log.last, hash: log.hash }
      return [resource, { resource, ...log, end }]
    }),
  )
}

const broken = ({ resource, seq, why }: Fault) =>
  new ClientError(
    'internal',
    `Record ${seq} of ${resource} is not what was written (${why}), so nothing is signed. Run clientry verify.`,
  )
