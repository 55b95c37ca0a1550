/** What a job of GitHub knows of itself, and where it leaves results: https://docs.github.com/en/actions/reference/workflows-and-actions/variables. */

import { appendFileSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UsageError } from '../cli/exit.ts'
import { isRecord, type Json, type JsonObject, memberOf } from '../core/json/json.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The pull request that an event is about. */
export interface PullRequest {
  readonly number: number
  /** What happened to it, such as `opened`. */
  readonly action: string
}

export interface Job {
  /** `owner/name`. */
  readonly repository: string
  /** The commit that the job runs for. */
  readonly commit: string
  /** `undefined` for an event that is about none. */
  readonly pullRequest: PullRequest | undefined
  /** The base of GitHub's API, which an own server has elsewhere. */
  readonly apiUrl: string
  /** A file of this job with that name, outside of the checkout. */
  fileNamed(name: string): string
  /** Hands a value on to later steps. */
  output(name: string, value: string): void
  /** Adds Markdown to the page of the run. */
  summary(markdown: string): void
}

/** @throws UsageError where this is no job of GitHub */
export function jobOf(environment: Environment): Job {
  const { GITHUB_REPOSITORY: repository, GITHUB_SHA: commit = '' } = environment
  if (!repository) throw new UsageError('This runs in a job of GitHub Actions only.')
  return {
    repository,
    commit,
    pullRequest: pullRequestIn(eventAt(environment.GITHUB_EVENT_PATH)),
    apiUrl: environment.GITHUB_API_URL || 'https://api.github.com',
    fileNamed: (name) => join(environment.RUNNER_TEMP || tmpdir(), name),
    output: (name, value) => {
      // A line that a value brought along would be an output of its own.
      append(environment.GITHUB_OUTPUT, `${name}=${value.replace(/[\r\n]+/g, ' ')}\n`)
    },
    summary: (markdown) => append(environment.GITHUB_STEP_SUMMARY, `${markdown}\n`),
  }
}

function append(path: string | undefined, text: string): void {
  if (path) appendFileSync(path, text)
}

function eventAt(path: string | undefined): JsonObject {
  try {
    const event: unknown = JSON.parse(readFileSync(path ?? '', 'utf8'))
    return isRecord(event) ? event : {}
  } catch {
    return {}
  }
}

function pullRequestIn(event: JsonObject): PullRequest | undefined {
  const about: Json | undefined = memberOf(event, 'pull_request')
  const number = isRecord(about) ? memberOf(about, 'number') : undefined
  const action = memberOf(event, 'action')
  if (typeof number !== 'number') return undefined
  return { number, action: typeof action === 'string' ? action : '' }
}
