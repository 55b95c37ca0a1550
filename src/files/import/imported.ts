/** What a reader of another tool's files gives: clients in the spelling of their provider, and what it left out. */

import type { Json } from '../../core/json/json.ts'
import type { Native } from '../../core/mapping/row.ts'

/** A file that is imported. */
export interface Source {
  /** As the caller named it, for messages. */
  readonly path: string
  readonly text: string
}

/** One client, as the API of its provider spells it. Variables are placeholders in it. */
export interface ImportedClient {
  /** The file, and the client in it. */
  readonly about: string
  /** The type of its provider, as a configuration names it; absent: that of the provider that the caller names. */
  readonly type?: string
  readonly native: Native
  /** What it is called where its record has no name. */
  readonly name?: string
  readonly userPoolId?: string
}

/** Something of a source that is in no client file. */
export interface Loss {
  /** The file, and the client in it. */
  readonly about: string
  /** A member or a path; never a value. */
  readonly what: string
  /** A clause. */
  readonly why: string
}

/** A variable that is named in the clients. */
export interface ImportedVariable {
  /** Whether it stands for a list, or for another value that is no text. */
  readonly json: boolean
  /** Its value in the source, if that says one; never a secret. */
  readonly value?: Json
}

export interface Reading {
  readonly clients: readonly ImportedClient[]
  readonly losses: readonly Loss[]
  readonly variables: ReadonlyMap<string, ImportedVariable>
  /** Values by environment, where the source has several. */
  readonly environments?: ReadonlyMap<string, ReadonlyMap<string, Json>>
}
