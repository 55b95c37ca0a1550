/** The few requests to GitHub's API that the action makes: https://docs.github.com/en/rest (version 2022-11-28). */

import { isRecord, type Json, type JsonObject, memberOf } from '../core/json/json.ts'
import { httpFetch } from '../net/http-fetch.ts'
import { ClientryError } from '../sdk/error.ts'
import { isLoopbackUrl } from '../tokens/loopback-url.ts'

export interface Comment {
  readonly id: number
  readonly body: string
}

export interface GithubApi {
  /** The comments of a pull request that jobs have written, the oldest first. */
  commentsOfJobs(number: number): Promise<readonly Comment[]>
  writeComment(number: number, body: string): Promise<void>
  replaceComment(id: number, body: string): Promise<void>
  /** The numbers of the pull requests whose merge made a commit. */
  mergedBy(commit: string): Promise<readonly number[]>
}

const WAIT_MS = 20_000
const PAGE = 100
/** Whose name is on what a job does with its own token. */
const JOBS = 'github-actions[bot]'

/** @throws ClientryError from each of its members: `unauthenticated`, `unreachable`, `unexpected_answer` */
export function githubApi(apiUrl: string, repository: string, token: string): GithubApi {
  if (!apiUrl.startsWith('https://') && !isLoopbackUrl(apiUrl)) {
    throw new ClientryError('invalid_request', 'GITHUB_API_URL must be an https URL.')
  }
  const ask = (method: string, path: string, body?: JsonObject) =>
    exchange(`${apiUrl}/repos/${repository}${path}`, method, token, body)
  return {
    commentsOfJobs: async (number) => {
      const comments = await pages((page) =>
        ask('GET', `/issues/${number}/comments?per_page=${PAGE}&page=${page}`),
      )
      return comments.flatMap(commentOfJob)
    },
    writeComment: async (number, body) =>
      void (await ask('POST', `/issues/${number}/comments`, { body })),
    replaceComment: async (id, body) =>
      void (await ask('PATCH', `/issues/comments/${id}`, { body })),
    mergedBy: async (commit) => {
      const pulls = await pages((page) =>
        ask('GET', `/commits/${commit}/pulls?per_page=${PAGE}&page=${page}`),
      )
      return pulls.flatMap((one) => {
        const { number, merged_at: mergedAt, merge_commit_sha: made } = isRecord(one) ? one : {}
        const isIts = typeof number === 'number' && typeof mergedAt === 'string' && made === commit
        return isIts ? [number] : []
      })
    },
  }
}

function commentOfJob(value: Json): readonly Comment[] {
  const { id, body, user } = isRecord(value) ? value : {}
  if (typeof id !== 'number' || typeof body !== 'string' || !isRecord(user)) return []
  return memberOf(user, 'login') === JOBS ? [{ id, body }] : []
}

/** All items of a list; the last page is not full. */
async function pages(read: (page: number) => Promise<Json>): Promise<readonly Json[]> {
  const all: Json[] = []
  for (let page = 1; ; page += 1) {
    const items = await read(page)
    if (!Array.isArray(items)) throw unexpected('something else than a list')
    all.push(...items)
    if (items.length < PAGE) return all
  }
}

async function exchange(
  url: string,
  method: string,
  token: string,
  body: JsonObject | undefined,
): Promise<Json> {
  const answer = await httpFetch(url, {
    method,
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${token}`,
      // GitHub refuses requests without one.
      'user-agent': 'clientry',
      'x-github-api-version': '2022-11-28',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    signal: AbortSignal.timeout(WAIT_MS),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  }).catch((cause: unknown) => {
    throw new ClientryError('unreachable', 'GitHub did not answer in time.', { cause })
  })
  if (answer.ok) return parsed(await answer.text())
  if ([401, 403, 404].includes(answer.status)) {
    throw new ClientryError(
      'unauthenticated',
      `GitHub refused ${method} ${new URL(url).pathname} (status ${answer.status}): the job needs the permission pull-requests: write, or read to apply.`,
    )
  }
  throw unexpected(`status ${answer.status}`)
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    throw unexpected('something else than JSON')
  }
}

const unexpected = (what: string) =>
  new ClientryError('unexpected_answer', `GitHub answered with ${what}.`)
