/**
 * What Cognito's errors mean for a caller. They are distinguished by name, since the wire answers 400 for
 * almost everything, whatever the service model says (aws/aws-cdk#7625, aws/aws-sdk-java-v2#5528).
 */

import type { ErrorCode } from '../../../core/errors.ts'
import { ClientError } from '../../../core/errors.ts'
import { isRecord } from '../../../core/json/json.ts'
import { fieldOfPath } from '../../../core/mapping/mapping.ts'
import { providerWords } from '../../../core/secrecy/provider-words.ts'
import type { JsonAnswer } from '../../http.ts'
import { mapping } from '../mapping.ts'

/** Names by meaning; a name that is not here is a refusal of what was sent. */
const MEANINGS: Readonly<Record<string, ErrorCode>> = {
  ResourceNotFoundException: 'not_found',
  TooManyRequestsException: 'provider_throttled',
  ThrottlingException: 'provider_throttled',
  // A lock on simultaneous updates, not a version check (hashicorp/terraform-provider-aws#19794).
  ConcurrentModificationException: 'provider_throttled',
  NotAuthorizedException: 'provider_misconfigured',
  AccessDeniedException: 'provider_misconfigured',
  ExpiredTokenException: 'provider_misconfigured',
  UnrecognizedClientException: 'provider_misconfigured',
  InvalidSignatureException: 'provider_misconfigured',
  IncompleteSignatureException: 'provider_misconfigured',
  MissingAuthenticationTokenException: 'provider_misconfigured',
}

/** Members of a request that name the client, in the service's validation texts. */
const ADDRESS: readonly string[] = ['clientId', 'userPoolId']

/** The error that an answer stands for; `undefined` when it is a success. `secrets`: those of the call. */
export function errorOf(
  answer: JsonAnswer,
  secrets: () => readonly string[],
): ClientError | undefined {
  if (answer.status < 400) return undefined
  const name = nameOf(answer)
  const code = MEANINGS[name] ?? 'provider_refused'
  if (code !== 'provider_refused') return new ClientError(code, SENTENCES[code] ?? '')
  const field = fieldOf(name, answer)
  const where = field === undefined ? '' : ` Check ${field}.`
  const providerMessage = providerWords(wordsOf(answer), secrets())
  return new ClientError(
    code,
    `Cognito refused the change (${SAFE_NAME.test(name) ? name : 'unnamed error'}). Nothing was changed.${where}`,
    {
      ...(field === undefined ? {} : { field }),
      ...(providerMessage === undefined ? {} : { said: providerMessage }),
    },
  )
}

/** Older operations spell it with a capital. */
const wordsOf = ({ body }: JsonAnswer) =>
  isRecord(body) ? (body.message ?? body.Message) : undefined

/** Only a plain name stands in our own sentence. */
const SAFE_NAME = /^[A-Za-z]{1,64}$/

const SENTENCES: { readonly [C in ErrorCode]?: string } = {
  not_found: 'There is no such client.',
  provider_throttled:
    'Cognito asks this server to slow down. Nothing was changed. Try again later.',
  provider_misconfigured:
    "Cognito does not accept this server's own credentials or rights. The operator must check the configuration.",
}

/** The error's name: `__type` may carry a `prefix#`, the header a `:url` suffix. */
export function nameOf({ headers, body }: JsonAnswer): string {
  const header = headers['x-amzn-errortype']
  const type = isRecord(body) && typeof body.__type === 'string' ? body.__type : String(header)
  return type.split('#').at(-1)?.split(':')[0] ?? ''
}

function fieldOf(name: string, { body }: JsonAnswer): string | undefined {
  if (name === 'ScopeDoesNotExistException') return 'client.scopes'
  if (name === 'InvalidOAuthFlowException') return 'client.grantTypes'
  const text = isRecord(body) && typeof body.message === 'string' ? body.message : ''
  if (/^The provider .* does not exist for User Pool/.test(text)) return 'client.supportedIdp'
  const member = /' at '(\w+)/.exec(text)?.[1] ?? ''
  if (ADDRESS.includes(member)) return member
  // Validation texts begin the names of members with a small letter.
  const field = fieldOfPath(mapping, `${member.slice(0, 1).toUpperCase()}${member.slice(1)}`)
  return field === undefined ? undefined : `client.${field}`
}
