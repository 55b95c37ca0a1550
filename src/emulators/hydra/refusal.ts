/** How the admin API says no: `{error, error_description}`, thrown and turned into the answer in one place. */

import { refuse } from '../refusal.ts'
import type { EmulatorAnswer } from '../wire.ts'

/** A failure with its body. */
export const failure = (status: number, error: string, description = ''): EmulatorAnswer => ({
  status,
  body: { error, error_description: description },
})

export const NOT_FOUND = failure(404, 'Unable to locate the resource')

/** What a PATCH that cannot be carried out is answered with. */
export const UNRECOGNIZABLE = failure(500, 'error', 'The error is unrecognizable')

const SENTENCES: Readonly<Record<string, string>> = {
  invalid_client_metadata:
    "The value of one of the Client Metadata fields is invalid and the server has rejected this request. Note that an Authorization Server MAY choose to substitute a valid value for any requested parameter of a Client's Metadata.",
  invalid_redirect_uri: 'The value of one or more redirect_uris is invalid.',
}

/** Ends the call with a failure of the metadata; the reason follows a standard sentence. */
export const refuseMetadata = (error: keyof typeof SENTENCES & string, reason: string): never =>
  refuse(failure(400, error, `${SENTENCES[error]} ${reason}`))

export const malformed = (reason: string): EmulatorAnswer =>
  failure(
    400,
    'The request was malformed or contained invalid parameters',
    `Unable to decode the request body: ${reason}`,
  )
