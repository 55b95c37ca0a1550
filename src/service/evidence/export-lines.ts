/**
 * What an exported history is made of, a line of JSON each: a beginning, the entries as they are stored, what is taken of
 * each log, and a statement that is signed. With the file and the public key it can be checked without store and server.
 */

import { canonicalJson, type JsonObject } from '../../core/json/json.ts'
import type { ErasedName } from '../../store/erasing.ts'

/** 1: of versions whose entries have hashes over all of their texts (`store/erasing.ts`); it is read as well. */
export const FORMAT = 'clientry-history-2'
export const FORMATS: readonly unknown[] = ['clientry-history-1', FORMAT]

/** What is taken of one log: a part without gaps, and where the log ended when it was taken. */
export interface ExportedLog {
  readonly resource: string
  readonly first: number
  readonly last: number
  /** Of the last one. */
  readonly hash: string
  readonly end: { readonly seq: number; readonly hash: string }
  /** Entries from which sealed texts were removed and whose hash is over these, as checkpoints of the store name them. */
  readonly erased?: readonly Omit<ErasedName, 'resource'>[]
}

/** The first line. */
export interface Beginning {
  readonly export: 'begin'
  readonly format: typeof FORMAT
  /** The id of the store. */
  readonly store: string
  /** Epoch milliseconds; the first moment, and the first that no longer belongs to it; `null`: without a bound. */
  readonly from: number | null
  readonly to: number | null
  /** When it was made. */
  readonly at: number
}

/** After the entries. */
export interface LogsLine {
  readonly export: 'logs'
  readonly logs: readonly ExportedLog[]
}

/** The last line: a checkpoint over the file. */
export interface Statement extends Omit<Beginning, 'export'> {
  readonly export: 'checkpoint'
  readonly records: number
  readonly logs: number
  /** SHA-256 of all lines before, each with its end of line, in base64url. */
  readonly digest: string
  /** The newest checkpoint of the store, by which the export can be compared with a later one. */
  readonly checkpoint: { readonly seq: number; readonly hash: string } | null
  readonly keyId: string
  readonly publicKey: string
  /** Ed25519, in base64url, over `signedText`. */
  readonly signature: string
}

/** What is signed: the statement without the signature, its members in order. */
export function signedText({ signature: _, ...statement }: JsonObject): string {
  return canonicalJson(statement)
}
