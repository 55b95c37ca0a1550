/** Calls the Cognito emulator as the AWS SDK does: signed by the SDK's own signer. */

import { Sha256 } from '@aws-crypto/sha256-js'
import { SignatureV4 } from '@smithy/signature-v4'

export type Members = Record<string, unknown>

export interface CognitoAnswer {
  readonly status: number
  readonly headers: Headers
  readonly body: Members
}

export interface CallerOptions {
  readonly accessKeyId?: string
  readonly secretAccessKey?: string
  readonly region?: string
  readonly service?: string
  readonly signingDate?: Date
  readonly sessionToken?: string
  readonly contentType?: string
  readonly path?: string
  /** `false` leaves the host out of the signature. */
  readonly signHost?: false
}

export type CognitoCaller = (operation: string, input: Members) => Promise<CognitoAnswer>

export const POOL = 'eu-central-1_Pool1'

/** Headers of a call, signed. */
export async function signedHeaders(
  url: string,
  operation: string,
  body: string,
  options: CallerOptions = {},
): Promise<Record<string, string>> {
  const { accessKeyId = 'emulator', secretAccessKey = 'emulator-secret', sessionToken } = options
  const { host, hostname } = new URL(url)
  const signer = new SignatureV4({
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) },
    region: options.region ?? 'eu-central-1',
    service: options.service ?? 'cognito-idp',
    sha256: Sha256,
  })
  const headers = {
    ...(options.signHost === false ? {} : { host }),
    'content-type': options.contentType ?? 'application/x-amz-json-1.1',
    'x-amz-target': `AWSCognitoIdentityProviderService.${operation}`,
  }
  const path = options.path ?? '/'
  const request = { method: 'POST', protocol: 'http:', hostname, path, headers, body }
  return (await signer.sign(request, { signingDate: options.signingDate ?? new Date() })).headers
}

export function cognitoCaller(url: string, options: CallerOptions = {}): CognitoCaller {
  return async (operation, input) => {
    const body = JSON.stringify(input)
    const headers = await signedHeaders(url, operation, body, options)
    const response = await fetch(`${url}${options.path ?? '/'}`, { method: 'POST', headers, body })
    return {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as Members,
    }
  }
}

/** What an answer says, for a comparison in one line. */
export function refusalOf({ status, body }: CognitoAnswer) {
  return { status, type: body.__type, message: body.message }
}

export function clientOf({ body }: CognitoAnswer): Members {
  return body.UserPoolClient as Members
}
