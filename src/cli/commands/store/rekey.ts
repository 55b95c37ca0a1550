/** `clientry store rekey`: wraps the keys of a store under the key of the configuration. */

import type { Config } from '../../../config/config-parse.ts'
import { rekeyStore } from '../../../program/keys/rekey-store.ts'
import { openStore } from '../../../program/open-store.ts'
import { operateOn } from '../../../program/operate/operated-store.ts'
import type { KeyUse, Rekeyed } from '../../../store/keys/rekey.ts'
import type { Run } from '../../command.ts'
import { storeConfiguration } from '../../connect/configuration.ts'
import { EXIT } from '../../exit.ts'
import { plain, type Terminal } from '../../terminal.ts'

export const run: Run = async ({ options, terminal }) => {
  const { abandon } = options
  const config = await storeConfiguration(options.config)
  const { store, id } = await openStore(config)
  // What earlier versions cannot open is in the store from now on.
  if (options['dry-run'] !== true) await requireCurrent(config)
  const rekeyed = await rekeyStore(store, config, {
    dryRun: options['dry-run'] === true,
    ...(abandon === undefined ? {} : { abandon }),
    progress: (done, of) => terminal.progress(`${done} of ${of} keys`),
  }).finally(store.close)
  terminal.progress('')
  if (options.json === true) terminal.printJson({ store: id, ...rekeyed })
  else show(terminal, id, rekeyed)
  return EXIT.ok.code
}

async function requireCurrent(config: Config): Promise<void> {
  const store = await operateOn(config.store)
  await store.requireCurrent().finally(store.close)
}

function show(terminal: Terminal, id: string, { keys, uses, ...counts }: Rekeyed): void {
  terminal.print(`store ${plain(id)}`)
  const { wrapped, made, abandoned } = counts
  terminal.print(`${wrapped} keys wrapped anew, ${made} made, ${abandoned} given up`)
  for (const { id: key, purpose, number, wrappedBy, isLost, usableFrom } of keys) {
    const name = number === undefined ? `${purpose} key ${key}` : `data key ${number} (${key})`
    const under = isLost ? 'given up' : `wrapped under ${wrappedBy}`
    const from =
      usableFrom === undefined ? '' : `, seals from ${new Date(usableFrom).toISOString()} on`
    terminal.print(plain(`${name}: ${under}${from}`))
  }
  for (const [index, use] of uses.entries()) terminal.print(plain(useSentence(use, index === 0)))
}

function useSentence({ key, at, wraps }: KeyUse, isInUse: boolean): string {
  const name = at === undefined ? `the key ${key}, which the configuration does not name,` : at
  const inBrackets = at === undefined ? '' : ` (${key})`
  if (wraps > 0) return `${name}${inBrackets} wraps ${wraps} of the keys`
  const next = isInUse ? '' : ': it is used by nothing and can be removed from the configuration'
  return `${name}${inBrackets} wraps nothing${next}`
}
