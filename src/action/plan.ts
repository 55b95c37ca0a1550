/** `command: plan`: what a pull request would change, as one comment on it that each push replaces. */

import { readFileSync } from 'node:fs'
import { run as planCommand } from '../cli/commands/files/plan.ts'
import { EXIT, UsageError } from '../cli/exit.ts'
import { type PlanFile, parsePlan } from '../files/plan-file.ts'
import { reviewDigest } from '../files/review/plan-digest.ts'
import { githubApi } from './github-api.ts'
import { markOf } from './plan-mark.ts'
import type { Ran, Step } from './step.ts'

export interface Planned extends Ran {
  /** The file of the plan; absent where something is at fault with the files. */
  readonly path?: string
  readonly plan?: PlanFile
  readonly digest?: string
}

/** Plans the folder of the step; the text is Markdown. */
export async function planned({ inputs, job, run }: Step): Promise<Planned> {
  const [folder, environment] = [inputs.text('folder') ?? 'clients', inputs.text('environment')]
  const path = job.fileNamed('clientry-plan.json')
  const ran = await run(planCommand, [folder], {
    out: path,
    format: 'markdown',
    ...(environment === undefined ? {} : { env: [environment] }),
    ...(inputs.isTrue('delete-unmanaged') ? { 'delete-unmanaged': true as const } : {}),
  })
  if (ran.code !== EXIT.ok.code) return ran
  const plan = parsePlan(path, readFileSync(path, 'utf8'))
  return { ...ran, path, plan, digest: reviewDigest(plan) }
}

/** Plans, and comments. */
export async function plan(step: Step): Promise<Ran> {
  const { inputs, job } = step
  const { pullRequest, apiUrl, repository } = job
  if (pullRequest === undefined) {
    throw new UsageError('The event is about no pull request, so there is none to comment on.')
  }
  const github = githubApi(apiUrl, repository, inputs.needed('github-token'))
  const result = await planned(step)
  const { code, text, digest, path = '' } = result
  job.output('changes', String(result.plan?.items.length ?? ''))
  job.output('digest', digest ?? '')
  job.output('plan', path)
  const mark = markOf(inputs)
  const body = `${mark.with(digest)}\n${text}`
  const comments = await github.commentsOfJobs(pullRequest.number)
  const before = comments.find((comment) => mark.isIn(comment.body))
  if (before === undefined) await github.writeComment(pullRequest.number, body)
  else await github.replaceComment(before.id, body)
  return { code, text }
}
