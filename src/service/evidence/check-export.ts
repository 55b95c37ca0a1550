/** Checks an exported history by itself: every entry, the chains, that nothing is missing, and who has signed it. */

import { createHash } from 'node:crypto'
import { isRecord, type JsonObject } from '../../core/json/json.ts'
import { parseJson } from '../../core/json/json-text.ts'
import type { ErasedName } from '../../store/erasing.ts'
import { isSignedBy } from '../../store/keys/signing.ts'
import { checkRecord } from '../../store/layout/chains.ts'
import { type ExportedLog, FORMAT, FORMATS, type Statement, signedText } from './export-lines.ts'

export interface ExportVerdict {
  readonly records: number
  readonly logs: number
  /** What is signed; absent: the file has no such end. */
  readonly statement?: Statement
  /** One sentence each. */
  readonly faults: readonly string[]
}

/** A part of a log, as far as it was read. */
interface Part {
  readonly first: number
  readonly last: number
  readonly hash: string
}

/**
 * Checks the lines of an export, without their ends. Without `publicKey` it is shown only that the key in the file
 * has signed it.
 */
export async function checkExport(
  lines: AsyncIterable<string>,
  publicKey?: string,
): Promise<ExportVerdict> {
  const digest = createHash('sha256')
  const faults: string[] = []
  const parts = new Map<string, Part>()
  const named = new Map<string, ExportedLog>()
  const broken = new Set<string>()
  // What says that they were removed comes after them.
  const unnamed: ErasedName[] = []
  let statement: Statement | undefined
  let [number, records] = [0, 0]
  for await (const line of lines) {
    number += 1
    if (statement !== undefined) {
      faults.push(`line ${number}: it comes after the signed checkpoint`)
      break
    }
    const read = lineOf(line)
    if (read === undefined) faults.push(`line ${number}: it is not a JSON object`)
    else if (number === 1 && (read.export !== 'begin' || !FORMATS.includes(read.format))) {
      return {
        records,
        logs: 0,
        faults: [`line 1: it is not the beginning of an export (${FORMAT})`],
      }
    } else if (read.export === 'checkpoint') {
      if (!isStatement(read)) faults.push(`line ${number}: it is not a signed checkpoint`)
      else statement = read
      continue
    } else if (read.export === 'logs') {
      for (const log of logsIn(read)) named.set(log.resource, log)
    } else if (number > 1) {
      records += 1
      const resource = String(read.resource)
      const why = broken.has(resource)
        ? undefined
        : whyNot(read, line, parts.get(resource), unnamed)
      if (why !== undefined) {
        faults.push(`line ${number}, record ${String(read.seq)} of ${resource}: ${why}`)
        broken.add(resource)
      }
      const first = parts.get(resource)?.first ?? Number(read.seq)
      parts.set(resource, { first, last: Number(read.seq), hash: String(read.hash) })
    }
    digest.update(`${line}\n`)
  }
  faults.push(...unnamed.flatMap((name) => erasedFault(name, named.get(name.resource))))
  faults.push(...missing(parts, named, broken))
  faults.push(...statementFaults(statement, digest.digest('base64url'), records, publicKey))
  return { records, logs: parts.size, ...(statement && { statement }), faults }
}

function isStatement(read: JsonObject): read is JsonObject & Statement {
  const { at, store, keyId, publicKey, signature } = read
  const isText = [store, keyId, publicKey, signature].every((one) => typeof one === 'string')
  return isText && typeof at === 'number' && Math.abs(at) <= LAST_TIME
}

/** The last time that a `Date` can represent (epoch milliseconds). */
const LAST_TIME = 8.64e15

function lineOf(line: string): JsonObject | undefined {
  try {
    const read: unknown = parseJson(line)
    return isRecord(read) ? read : undefined
  } catch {
    return undefined
  }
}

const logsIn = ({ logs }: JsonObject) =>
  (Array.isArray(logs) ? logs : []).filter(isRecord) as unknown as readonly ExportedLog[]

/** A part of a log may begin anywhere: its first record says itself what it follows. */
function whyNot(
  entry: JsonObject,
  line: string,
  before: Part | undefined,
  unnamed: ErasedName[],
): string | undefined {
  const [resource, seq] = [String(entry.resource), Number(entry.seq)]
  const tail = before && { seq: before.last, hash: before.hash }
  const record = { resource, seq, text: line }
  const isErased = (name: ErasedName) => unnamed.push(name) > 0
  const first = { seq: seq - 1, hash: String(entry.previous) }
  return checkRecord(record, tail ?? first, { isErased }).why
}

/** An entry without a sealed text is what was written if the file says so, which is signed. */
function erasedFault(
  { resource, seq, hash, left }: ErasedName,
  log: ExportedLog | undefined,
): readonly string[] {
  const isNamed = (log?.erased ?? []).some(
    (one) => one.seq === seq && one.hash === hash && one.left === left,
  )
  if (isNamed) return []
  return [`record ${seq} of ${resource}: its hash does not match its content`]
}

/** What the file says of its logs, beside what is in it. */
function missing(
  parts: ReadonlyMap<string, Part>,
  named: ReadonlyMap<string, ExportedLog>,
  broken: ReadonlySet<string>,
): readonly string[] {
  const resources = new Set([...parts.keys(), ...named.keys()])
  return [...resources].flatMap((resource) => {
    const [part, log] = [parts.get(resource), named.get(resource)]
    if (log === undefined) return [`the log ${resource} is not one of those that were exported`]
    const isWhole = part?.first === log.first && part.last === log.last && part.hash === log.hash
    if (isWhole || broken.has(resource)) return []
    const found = part === undefined ? 'none' : `${part.first} to ${part.last}`
    return [
      `of the log ${resource} records ${log.first} to ${log.last} were exported, here are ${found}`,
    ]
  })
}

function statementFaults(
  statement: Statement | undefined,
  digest: string,
  records: number,
  publicKey: string | undefined,
): readonly string[] {
  if (statement === undefined) return ['the signed checkpoint at the end is missing']
  const faults: string[] = []
  if (statement.digest !== digest || statement.records !== records)
    faults.push('the signed checkpoint is about other lines')
  const text = signedText({ ...statement } as unknown as JsonObject)
  if (!isSignedBy(statement.publicKey, text, statement.signature))
    faults.push('the signature of the checkpoint is wrong')
  if (publicKey !== undefined && publicKey !== statement.publicKey)
    faults.push(`it was signed with another key: ${statement.publicKey}`)
  return faults
}
