/**
 * `command: apply`: after the merge, the plan of the merged files is made again, and applied where it does exactly what the
 * comment on the pull request showed. So neither a stored plan nor a comment that someone has edited decides what is done.
 */

import { run as applyCommand } from '../cli/commands/files/apply.ts'
import { EXIT, UsageError } from '../cli/exit.ts'
import { githubApi } from './github-api.ts'
import { planned } from './plan.ts'
import { markOf } from './plan-mark.ts'
import type { Ran, Step } from './step.ts'

export async function apply(step: Step): Promise<Ran> {
  const { job, run } = step
  const { code, text, plan, digest, path = '' } = await planned(step)
  if (plan === undefined) return { code, text }
  job.output('digest', digest ?? '')
  job.output('changes', String(plan.items.length))
  // What someone has brought about already needs no one who agrees to it.
  if (plan.items.length === 0) return { code, text }
  const reviewed = await reviewedDigest(step)
  if (reviewed !== digest) {
    job.summary(text)
    throw new UsageError(
      `The merged files give the plan ${digest}, and ${reviewed} was reviewed: something has changed since. Nothing was sent. See the plan on the page of this run, and agree to it with the input digest.`,
      'conflict',
    )
  }
  const done = await run(applyCommand, [path], { yes: true, digest: reviewed })
  const isDone = done.code === EXIT.ok.code
  return {
    code: done.code,
    text: isDone ? `${text}\nApplied:\n\n\`\`\`\n${done.text}\`\`\`` : text,
  }
}

/**
 * What people have agreed to: the input, or the comment on the pull request whose merge made this commit.
 * @throws UsageError where there is none
 */
async function reviewedDigest({ inputs, job }: Step): Promise<string> {
  const digest = inputs.text('digest')
  if (digest !== undefined) return digest.toLowerCase()
  const { apiUrl, repository, commit } = job
  const github = githubApi(apiUrl, repository, inputs.needed('github-token'))
  const [number, other] = await github.mergedBy(commit)
  if (number === undefined || other !== undefined) {
    throw new UsageError(
      `${commit} was made by the merge of ${number === undefined ? 'no pull request' : 'several pull requests'}, so no one has agreed to its plan. Nothing was sent. Agree to it with the input digest.`,
      'conflict',
    )
  }
  const mark = markOf(inputs)
  const comments = await github.commentsOfJobs(number)
  const reviewed = comments
    .filter(({ body }) => mark.isIn(body))
    .map(({ body }) => mark.digestIn(body))
  const [only, more] = reviewed
  if (only === undefined || more !== undefined) {
    throw new UsageError(
      `Pull request ${number} has no comment with one plan of these files. Nothing was sent. Agree to the plan with the input digest.`,
      'conflict',
    )
  }
  return only
}
