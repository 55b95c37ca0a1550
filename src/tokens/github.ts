/**
 * The token that GitHub gives to a job of a workflow, for an audience, without any secret:
 * https://docs.github.com/en/actions/reference/security/oidc. The job needs the permission `id-token: write`.
 */

import { isRecord } from '../core/json/json.ts'
import { httpFetch } from '../net/http-fetch.ts'
import { ClientryError } from '../sdk/error.ts'
import type { Tokens } from './kept.ts'
import { isLoopbackUrl } from './loopback-url.ts'

export interface GithubJob {
  /** One that the server accepts. Never one that a server asks for: it could hand the token on. */
  readonly audience: string
  /** The variables that the job has. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

const WAIT_MS = 10_000

/** Whether a program runs in a job that may ask for such a token. */
export const isInGithubJob = ({ environment }: Pick<GithubJob, 'environment'>): boolean =>
  Boolean(environment.ACTIONS_ID_TOKEN_REQUEST_URL && environment.ACTIONS_ID_TOKEN_REQUEST_TOKEN)

/**
 * A new token of this job.
 * @throws ClientryError `unauthenticated` where GitHub gives none, `unreachable`
 */
export async function byGithub({ audience, environment }: GithubJob): Promise<Tokens> {
  const {
    ACTIONS_ID_TOKEN_REQUEST_URL: address = '',
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: requestToken = '',
  } = environment
  if (!isInGithubJob({ environment })) {
    throw refusal(
      'There is no token of GitHub here: run this in a job of GitHub Actions with permissions: id-token: write.',
    )
  }
  if (!address.startsWith('https://') && !isLoopbackUrl(address)) {
    throw refusal('ACTIONS_ID_TOKEN_REQUEST_URL must be an https URL.')
  }
  const url = new URL(address)
  url.searchParams.set('audience', audience)
  const answer = await httpFetch(url.href, {
    method: 'GET',
    headers: { authorization: `Bearer ${requestToken}`, accept: 'application/json' },
    signal: AbortSignal.timeout(WAIT_MS),
  }).catch((cause: unknown) => {
    throw new ClientryError('unreachable', 'GitHub gave no token in time.', { cause })
  })
  const token = answer.ok ? tokenIn(await answer.text()) : undefined
  if (token === undefined) throw refusal(`GitHub gave no token (status ${answer.status}).`)
  return { accessToken: token, expiresAt: endOf(token) }
}

function tokenIn(text: string): string | undefined {
  const { value } = recordIn(text)
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** When a token ends, so that it is asked for again in time; it is for the server to judge it. */
function endOf(token: string): number {
  const [, claims = ''] = token.split('.')
  const { exp } = recordIn(Buffer.from(claims, 'base64url').toString())
  return typeof exp === 'number' ? exp * 1_000 : 0
}

function recordIn(text: string) {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : {}
  } catch {
    return {}
  }
}

const refusal = (says: string) => new ClientryError('unauthenticated', says)
