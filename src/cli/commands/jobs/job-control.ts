/** `clientry jobs show`, `start`, `pause`, `resume` and `cancel JOB`. */

import type { Api } from '../../../sdk/api.ts'
import type { Run } from '../../command.ts'
import { EXIT } from '../../exit.ts'
import { finish, follow, report } from '../../jobs/follow-job.ts'

/** Shows how the job stands. */
export const show: Run = async (invocation) => {
  const { words, connect } = invocation
  const [id = ''] = words
  report(invocation, (await (await connect()).getJob(id)).body)
  return EXIT.ok.code
}

type Control = 'startJob' | 'pauseJob' | 'resumeJob' | 'cancelJob'

const controlling =
  (control: Control): Run =>
  async (invocation) => {
    const { words, connect } = invocation
    const [id = ''] = words
    report(invocation, (await (await connect())[control](id)).body)
    return EXIT.ok.code
  }

/** What goes on with the work, and follows it unless `--detach` is given. */
const settingToWork =
  (control: Control): Run =>
  async (invocation) => {
    const { words, options } = invocation
    const [id = ''] = words
    const api: Api = await invocation.connect()
    const { body } = await api[control](id)
    if (options.detach !== true) return finish(invocation, await follow(invocation, api, id))
    report(invocation, body)
    return EXIT.ok.code
  }

export const start = settingToWork('startJob')
export const resume = settingToWork('resumeJob')
export const pause = controlling('pauseJob')
export const cancel = controlling('cancelJob')
