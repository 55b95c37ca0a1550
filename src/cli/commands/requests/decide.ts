/** `clientry approve REQUEST` and `clientry reject REQUEST`. */

import type { Run } from '../../command.ts'
import { EXIT, UsageError } from '../../exit.ts'
import { showPlanned } from '../../jobs/follow-job.ts'
import { showRequest } from '../../show/requests.ts'
import { showWarnings } from '../../show/show.ts'

const deciding =
  (decision: 'approveRequest' | 'rejectRequest', verb: string): Run =>
  async ({ words, options, terminal, connect }) => {
    const [id = ''] = words
    const api = await connect()
    if (options.yes !== true) {
      if (!terminal.person) {
        throw new UsageError(`There is no terminal to ask on. Add --yes to ${verb} the request.`)
      }
      const { body: request } = await api.getRequest(id)
      showRequest(terminal, request)
      const { job } = request
      if (job !== undefined) await showPlanned(terminal, api, (await api.getJob(job.id)).body)
      else if (decision === 'approveRequest') {
        // One that could not be carried out any more is refused before anyone is asked.
        showWarnings(terminal, (await api.planRequest(id)).body.warnings, terminal.print)
      }
      const question = `${verb[0]?.toUpperCase()}${verb.slice(1)} this request?`
      if (!(await terminal.confirm(question))) {
        terminal.note('Nothing was decided.')
        return EXIT.differs.code
      }
    }
    const { comment } = options
    const { body } = await api[decision](id, comment === undefined ? {} : { comment })
    if (options.json === true) terminal.printJson(body)
    else showRequest(terminal, body)
    return EXIT.ok.code
  }

export const approve = deciding('approveRequest', 'approve')
export const reject = deciding('rejectRequest', 'reject')
