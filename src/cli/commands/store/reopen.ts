/** `clientry store reopen`: servers may write again to a store that was copied. */

import { operateOn } from '../../../program/operate/operated-store.ts'
import { closedSentence } from '../../../store/layout/layout.ts'
import type { Run } from '../../command.ts'
import { storeConfiguration } from '../../connect/configuration.ts'
import { EXIT, UsageError } from '../../exit.ts'
import { plain } from '../../terminal.ts'
import { confirmed } from './confirmed.ts'

export const run: Run = async (invocation) => {
  const { options, terminal } = invocation
  const { store: settings } = await storeConfiguration(options.config)
  const store = await operateOn(settings)
  try {
    const { closed } = await store.layout()
    const say = options.json === true ? terminal.note : terminal.print
    if (closed?.why === 'filling') throw new UsageError(closedSentence(store.place, closed))
    if (closed === undefined) say(plain(`${store.place} is open: nothing to do.`))
    else {
      const question = `Let servers write to it again? What they write is not in the store ${plain(closed.store)}.`
      if (!(await confirmed(invocation, question))) return EXIT.differs.code
      await store.setClosed(undefined)
      say(plain(`${store.place} is open again.`))
    }
    if (options.json === true) terminal.printJson({ place: store.place, closed: null })
    return EXIT.ok.code
  } finally {
    await store.close()
  }
}
