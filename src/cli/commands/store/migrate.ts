/** `clientry store migrate`: brings the layout of a store up to date, or shows what that would do. */

import { type OperatedStore, operateOn } from '../../../program/operate/operated-store.ts'
import type { MigrationPlan } from '../../../store/layout/migrate.ts'
import type { Run } from '../../command.ts'
import { storeConfiguration } from '../../connect/configuration.ts'
import { EXIT } from '../../exit.ts'
import { plain, type Terminal } from '../../terminal.ts'
import { checkAskable, confirmed } from './confirmed.ts'

export const run: Run = async (invocation) => {
  const { options, terminal } = invocation
  const { 'dry-run': dryRun = false, json = false } = options
  if (!dryRun) checkAskable(invocation)
  const { store } = await storeConfiguration(options.config)
  const progress = (records: number) => terminal.progress(`${records} records`)
  const say = json ? terminal.note : terminal.print
  const planned = await using(operateOn(store, { readOnly: true }), ({ plan }) => plan(progress))
  terminal.progress('')
  show(say, planned)
  if (!dryRun && planned.changes.length > 0) {
    if (!(await confirmed(invocation, 'Migrate it?'))) return EXIT.differs.code
    await using(operateOn(store), ({ migrate }) => migrate(progress))
    terminal.progress('')
    say(`It has layout ${planned.to} now.`)
  }
  if (json) terminal.printJson(planned)
  return EXIT.ok.code
}

async function using<T>(
  opening: Promise<OperatedStore>,
  work: (store: OperatedStore) => Promise<T>,
): Promise<T> {
  const store = await opening
  return work(store).finally(store.close)
}

function show(say: Terminal['print'], plan: MigrationPlan): void {
  const { place, from, to, changes, records, sideBySide } = plan
  if (changes.length === 0) {
    say(plain(`${place} has layout ${from}: nothing to do.`))
    return
  }
  say(plain(`${place}: from layout ${from} to ${to}`))
  for (const one of changes) say(`  ${plain(one)}`)
  if (records !== undefined) say(`  ${records} records, and every chain is right`)
  say(
    sideBySide
      ? '  Servers of the version before can go on beside it.'
      : '  Stop the servers of the version before: they cannot use it any more.',
  )
}
