/** `npm run verify`: checks the log of a store offline, and names the first record that is not right. */

import { statSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { environment, loadConfig } from './config.ts'
import { ClientError, isClientError } from './core/errors.ts'
import { createFingerprints } from './core/fingerprint.ts'
import { openStore } from './open-store.ts'
import { type Fault, type Verification, verifyLog } from './service/verify.ts'
import { openToRead } from './store/database.ts'
import { createSqliteStore } from './store/sqlite.ts'
import type { Store } from './store/store.ts'

const HELP = `Checks the history: that no record was changed, removed or put in between.

usage: npm run -s verify -- [options]

  --database FILE         check this SQLite file; without it the store that CLIENTRY_CONFIG names
  --checkpoint SEQ:HASH   also ask for this checkpoint, as the server's log told it
  --json                  the verdict as JSON
  --help                  this text

With --database alone no key is known, so the codes of checkpoints are not checked. The server may go
on working meanwhile. Exit code: 0 all is right, 1 something is not, 2 it could not be checked.
`

const OPTIONS = {
  database: { type: 'string' },
  checkpoint: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const

async function main(): Promise<number> {
  const { values } = parseArgs({ options: OPTIONS, strict: true })
  if (values.help === true) {
    process.stdout.write(HELP)
    return 0
  }
  const expected = expectedOf(values.checkpoint)
  const { store, ...known } = await openStoreOf(values.database)
  const progress = (records: number) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${records} records`)
  }
  const verdict = await verifyLog(store, { ...known, progress, ...expected }).finally(store.close)
  if (process.stderr.isTTY) process.stderr.write('\r')
  if (values.json === true) {
    process.stdout.write(`${JSON.stringify(verdict, null, 2)}\n`)
  } else {
    const { records, logs, checkpoint } = verdict
    process.stdout.write(`${records} records in ${logs} logs\n`)
    process.stdout.write(
      checkpoint === undefined
        ? 'no checkpoint yet: a log that was cut short cannot be told\n'
        : `newest checkpoint: ${checkpoint.seq}:${checkpoint.hash}, ${new Date(checkpoint.at).toISOString()}\n`,
    )
    for (const fault of verdict.faults) process.stdout.write(`${sentenceOf(fault)}\n`)
    process.stdout.write(verdict.faults.length === 0 ? 'all is right\n' : '')
  }
  return verdict.faults.length === 0 ? 0 : 1
}

const sentenceOf = ({ resource, seq, why }: Fault) => plain(`record ${seq} of ${resource}: ${why}`)

/** Whoever has written to the store must not write to the terminal: control characters are spelled. */
const plain = (text: string) =>
  text.replace(/[\p{Cc}\p{Cf}]/gu, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)

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
    const config = await loadConfig(environment(), async (text) =>
      (await import('yaml')).parse(text),
    )
    return { store: await openStore(config), fingerprints: createFingerprints(config.key) }
  }
  if (!statSync(path, { throwIfNoEntry: false })?.isFile())
    throw new ClientError('invalid_request', `There is no file ${path}.`)
  return { store: createSqliteStore(await openToRead(path)) }
}

main().then(
  (code) => {
    process.exitCode = code
  },
  (error: unknown) => {
    // Whatever it is: 1 would say that the history was changed, and a stack tells nobody anything.
    const cause = isClientError(error, 'store_unavailable') ? error.details.cause : undefined
    const says =
      cause instanceof Error ? `The history cannot be read: ${cause.message}.` : messageOf(error)
    process.stderr.write(`${says}\n`)
    process.exitCode = 2
  },
)

const messageOf = (error: unknown) => (error instanceof Error ? error.message : 'unknown fault')
