/** `clientry requests`: the requests for approval, newest first; `clientry requests REQUEST`: one of them. */

import type { ApprovalRequest, RequestState } from '../../../sdk/types.ts'
import type { Run } from '../../command.ts'
import { EXIT } from '../../exit.ts'
import { noteMore, type PageOf, rangeOf, walk } from '../../show/paging.ts'
import { showRequest } from '../../show/requests.ts'

/** The rest is counted up to this number. */
const COUNTED = 1_000

export const run: Run = async (invocation) => {
  const { options, terminal, words, connect } = invocation
  const { listRequests, getRequest } = await connect()
  const [id] = words
  if (id !== undefined) {
    const { body } = await getRequest(id)
    if (options.json === true) terminal.printJson(body)
    else showRequest(terminal, body)
    return EXIT.ok.code
  }
  // The server knows which states there are.
  const state = (options.state ?? 'pending') as RequestState
  const pageOf: PageOf<ApprovalRequest> = async (page) =>
    (await listRequests({ state, ...page })).body
  const items: ApprovalRequest[] = []
  let count = 0
  const next = await walk(pageOf, rangeOf(options, terminal), (page) => {
    count += page.length
    if (options.json === true) items.push(...page)
    else for (const one of page) showRequest(terminal, one)
  })
  if (options.json === true) {
    terminal.printJson({ items, ...(next === undefined ? {} : { next }) })
  } else if (count === 0) terminal.note('There are no such requests.')
  else await noteMore(terminal, pageOf, { most: COUNTED, cursor: next })
  return EXIT.ok.code
}
