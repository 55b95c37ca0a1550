/** `clientry store create`: makes the table of a store on DynamoDB, and the store in it. */

import { type CreateReport, createStore } from '../../../program/operate/create-store.ts'
import type { Run } from '../../command.ts'
import { storeConfiguration } from '../../connect/configuration.ts'
import { EXIT } from '../../exit.ts'
import { plain, type Terminal } from '../../terminal.ts'

export const run: Run = async ({ options, terminal }) => {
  const { 'dry-run': dryRun = false, json = false } = options
  const config = await storeConfiguration(options.config)
  const report = await createStore(config, { dryRun })
  if (json) terminal.printJson(report)
  else show(terminal.print, report, dryRun)
  return EXIT.ok.code
}

function show(
  say: Terminal['print'],
  { place, table, store, isNew }: CreateReport,
  dryRun: boolean,
) {
  if (table.length === 0) say(plain(`${place} is as it should be`))
  for (const one of table) say(plain(`${place}: ${one} ${dryRun ? 'would be made' : 'was made'}`))
  if (store === undefined) say('a new store would be made in it')
  else if (isNew) say(plain(`store ${store}: new; put it into the configuration as store.id`))
  else say(plain(`store ${store}: there already, nothing was changed in it`))
}
