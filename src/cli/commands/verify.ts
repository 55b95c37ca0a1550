/** `clientry verify`: checks the log of a store offline, and names the first record that is not right. */

import { statSync } from 'node:fs'
import { environment, loadConfig } from '../../config.ts'
import { ClientError, isClientError } from '../../core/errors.ts'
import { createFingerprints } from '../../core/fingerprint.ts'
import { openStore } from '../../open-store.ts'
import { type Fault, type Verdict, type Verification, verifyLog } from '../../service/verify.ts'
import { openToRead } from '../../store/database.ts'
import { createSqliteStore } from '../../store/sqlite.ts'
import type { Store } from '../../store/store.ts'
import type { Run } from '../command.ts'
import { EXIT, UsageError } from '../exit.ts'
import { plain, type Terminal } from '../terminal.ts'

export const run: Run = async ({ options, terminal }) => {
  // Whatever prevents it: 1 would say that the history was changed.
  const verdict = await verdictOf(options, terminal).catch(unchecked)
  terminal.progress('')
  if (options.json === true) terminal.printJson(verdict)
  else show(terminal, verdict)
  return verdict.faults.length === 0 ? EXIT.ok.code : EXIT.differs.code
}

async function verdictOf(
  { database, checkpoint }: { readonly database?: string; readonly checkpoint?: string },
  terminal: Terminal,
): Promise<Verdict> {
  const expected = expectedOf(checkpoint)
  const { store, ...known } = await openStoreOf(database)
  const progress = (records: number) => terminal.progress(`${records} records`)
  return verifyLog(store, { ...known, progress, ...expected }).finally(store.close)
}

function show(terminal: Terminal, { records, logs, checkpoint, faults }: Verdict): void {
  terminal.print(`${records} records in ${logs} logs`)
  terminal.print(
    checkpoint === undefined
      ? 'no checkpoint yet: a log that was cut short cannot be told'
      : `newest checkpoint: ${checkpoint.seq}:${checkpoint.hash}, ${new Date(checkpoint.at).toISOString()}`,
  )
  for (const fault of faults) terminal.print(sentenceOf(fault))
  if (faults.length === 0) terminal.print('all is right')
}

const sentenceOf = ({ resource, seq, why }: Fault) => plain(`record ${seq} of ${resource}: ${why}`)

function unchecked(error: unknown): never {
  const cause = isClientError(error, 'store_unavailable') ? error.details.cause : error
  if (isClientError(cause) || cause instanceof UsageError) throw new UsageError(cause.message)
  const says = cause instanceof Error ? cause.message : 'unknown fault'
  throw new UsageError(`The history cannot be read: ${says}.`)
}

function expectedOf(text: string | undefined): Pick<Verification, 'expected'> {
  if (text === undefined) return {}
  const [, seq, hash] = /^(\d{1,15}):([\w-]{43})$/.exec(text) ?? []
  if (seq === undefined || hash === undefined) {
    throw new ClientError('invalid_request', '--checkpoint must be SEQ:HASH, as the log tells it.')
  }
  return { expected: { seq: Number(seq), hash } }
}

async function openStoreOf(
  path: string | undefined,
): Promise<{ readonly store: Store } & Pick<Verification, 'fingerprints'>> {
  if (path === undefined) {
    const { CLIENTRY_CONFIG, CLIENTRY_CONFIG_JSON } = environment()
    if (CLIENTRY_CONFIG === undefined && CLIENTRY_CONFIG_JSON === undefined) {
      const says =
        'Name the store: --database FILE (of npm start: .clientry/clientry.db), or CLIENTRY_CONFIG.'
      throw new ClientError('invalid_request', says)
    }
    const config = await loadConfig(environment(), async (text) =>
      (await import('yaml')).parse(text),
    )
    return { store: await openStore(config), fingerprints: createFingerprints(config.key) }
  }
  if (!statSync(path, { throwIfNoEntry: false })?.isFile())
    throw new ClientError('invalid_request', `There is no file ${path}.`)
  return { store: createSqliteStore(await openToRead(path)) }
}
