/**
 * `clientry verify`: checks the log of a store offline, and names the first record that is wrong.
 */

import { statSync } from 'node:fs'
import { isClientError } from '../../../core/errors.ts'
import { createFingerprints } from '../../../core/secrecy/fingerprint.ts'
import { openStoreAndKeys } from '../../../program/keys/open-keys.ts'
import {
  type Verdict,
  type Verifiable,
  type Verification,
  verifyLog,
} from '../../../service/reading/verify.ts'
import type { Fault } from '../../../store/layout/chains.ts'
import { openToRead } from '../../../store/sqlite/database.ts'
import { recordsIn } from '../../../store/sqlite/layout/sqlite-records.ts'
import type { Run } from '../../command.ts'
import { storeConfiguration } from '../../connect/configuration.ts'
import { EXIT, UsageError } from '../../exit.ts'
import type { Values } from '../../options.ts'
import { plain, type Terminal } from '../../terminal.ts'
import { verifyExport } from './verify-export.ts'

export const run: Run = async ({ options, terminal }) => {
  if (options.export !== undefined) return verifyExport(options.export, options, terminal)
  if (options['public-key'] !== undefined) throw new UsageError('--public-key needs --export.')
  // Any failure to check: exit code 1 would say that the history was changed.
  const verdict = await verdictOf(options, terminal).catch(unchecked)
  terminal.progress('')
  if (options.json === true) terminal.printJson(verdict)
  else show(terminal, verdict)
  return verdict.faults.length === 0 ? EXIT.ok.code : EXIT.differs.code
}

/** `store`: the id that a configuration can pin. */
type Checked = Verdict & { readonly store?: string }

async function verdictOf(options: Values, terminal: Terminal): Promise<Checked> {
  const expected = expectedOf(options.checkpoint)
  const { store, id, close, ...checkOptions } = await openStoreOf(options)
  const progress = (records: number) => terminal.progress(`${records} records`)
  const verdict = await verifyLog(store, { ...checkOptions, progress, ...expected }).finally(close)
  return { ...(id === undefined ? {} : { store: id }), ...verdict }
}

function show(terminal: Terminal, { store, records, logs, checkpoint, faults }: Checked): void {
  if (store !== undefined) terminal.print(`store ${plain(store)}`)
  terminal.print(`${records} records in ${logs} logs`)
  terminal.print(
    checkpoint === undefined
      ? 'no checkpoint yet, so a log that was cut short would not be noticed'
      : `newest checkpoint: ${checkpoint.seq}:${checkpoint.hash}, ${new Date(checkpoint.at).toISOString()}`,
  )
  for (const fault of faults) terminal.print(sentenceOf(fault))
  if (faults.length === 0) terminal.print('everything is right')
}

const sentenceOf = ({ resource, seq, why }: Fault) => plain(`record ${seq} of ${resource}: ${why}`)

function unchecked(error: unknown): never {
  const cause = isClientError(error, 'store_unavailable') ? error.details.cause : undefined
  if (cause instanceof Error) {
    throw new UsageError(`The history cannot be read: ${cause.message}.`)
  }
  throw new UsageError(error instanceof Error ? error.message : 'unknown fault')
}

function expectedOf(text: string | undefined): Pick<Verification, 'expected'> {
  if (text === undefined) return {}
  const [, seq, hash] = /^(\d{1,15}):([\w-]{43})$/.exec(text) ?? []
  if (seq === undefined || hash === undefined) {
    throw new UsageError("--checkpoint must be SEQ:HASH, as the server's log shows it.")
  }
  return { expected: { seq: Number(seq), hash } }
}

/** What is opened to be verified. */
interface OpenedToVerify extends Pick<Verification, 'fingerprints' | 'mayBeErased'> {
  readonly store: Verifiable
  readonly id?: string
  close(): Promise<void>
}

async function openStoreOf({ database, config }: Values): Promise<OpenedToVerify> {
  if (database === undefined) {
    // A store that does not exist has no history to check, and none is created.
    const settings = await storeConfiguration(config, FILE_INSTEAD)
    const options = { readOnly: true, evenClosed: true }
    const { store, id, keys } = await openStoreAndKeys(settings, options)
    const { digestKey, mayBeErased } = keys
    const fingerprints = createFingerprints(digestKey)
    return { store, id, close: store.close, fingerprints, mayBeErased }
  }
  if (config !== undefined) throw new UsageError('Give either --database or --config.')
  if (!statSync(database, { throwIfNoEntry: false })?.isFile()) {
    throw new UsageError(`There is no file ${database}.`)
  }
  const opened = await openToRead(database)
  return {
    store: { records: (resource) => recordsIn(opened, resource) },
    close: async () => opened.close(),
  }
}

const FILE_INSTEAD = '--database FILE (with npm start: .clientry/clientry.db), '
