/** `clientry history export`: the records of a time, in a file that proves itself. */

import { open } from 'node:fs/promises'
import { keysRequest } from '../../../program/keys/open-keys.ts'
import { openStore } from '../../../program/open-store.ts'
import { exportHistory } from '../../../service/evidence/export-history.ts'
import { openSigner } from '../../../store/keys/signing.ts'
import type { Run } from '../../command.ts'
import { storeConfiguration } from '../../connect/configuration.ts'
import { EXIT, UsageError } from '../../exit.ts'

const OWNER_ONLY = 0o600

export const run: Run = async ({ options, terminal }) => {
  const { out } = options
  if (out === undefined) throw new UsageError('Name a new file for the export with --out FILE.')
  const range = { ...timeOf(options.from, 'from'), ...timeOf(options.to, 'to') }
  const config = await storeConfiguration(options.config)
  const { store, id } = await openStore(config)
  try {
    const signer = await openSigner(keysRequest(store, config.keys, {}))
    const progress = (records: number) => terminal.progress(`${records} records`)
    const request = { store, id, signer, now: Date.now(), ...range, progress }
    const file = await open(out, 'wx', OWNER_ONLY).catch((cause: Error) => {
      throw new UsageError(`The file ${out} cannot be made: ${cause.message}.`)
    })
    let lines = 0
    try {
      for await (const line of exportHistory(request)) {
        await file.write(`${line}\n`)
        lines += 1
      }
      await file.sync()
    } finally {
      await file.close()
    }
    terminal.progress('')
    const { keyId, publicKey } = signer
    if (options.json === true) terminal.printJson({ file: out, store: id, lines, keyId, publicKey })
    else {
      terminal.print(`${lines} lines in ${out}`)
      terminal.print(`signed by the key ${keyId}, whose public part is ${publicKey}`)
      terminal.print('Hand the public part over apart from the file, to those who verify it.')
    }
    return EXIT.ok.code
  } finally {
    await store.close()
  }
}

/** RFC 3339, with an offset: the same moment everywhere. */
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/

function timeOf<N extends string>(text: string | undefined, name: N) {
  if (text === undefined) return {}
  const time = Date.parse(text)
  if (!MOMENT.test(text) || Number.isNaN(time)) {
    throw new UsageError(`--${name} must be a time as in RFC 3339, such as 2026-01-31T12:00:00Z.`)
  }
  return { [name]: time } as Record<N, number>
}
