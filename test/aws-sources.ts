/**
 * Where AWS credentials come from, by what AWS documents of each: the metadata of an instance (version 2, with its session
 * token), the endpoint of a container, the Security Token Service; and KMS as far as it is asked.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
 * https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
 */

import { once } from 'node:events'
import http, { type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What every source gives. */
export const TEMPORARY = {
  accessKeyId: 'ASIATEMPORARY',
  secretAccessKey: 'temporary-secret',
  sessionToken: 'temporary-token',
}

export const ROLE = 'arn:aws:iam::123456789012:role/clientry'
export const WEB_TOKEN = 'header.claims.signature'
export const CONTAINER_TOKEN = 'Bearer of-the-container'
const SESSION = 'of-the-instance'

export interface AwsSources {
  readonly url: string
  /** What was asked for, in its order. */
  readonly asked: string[]
  /** When the next credentials end (epoch milliseconds). */
  expiration: number
  close(): void
}

interface Answer {
  readonly status?: number
  readonly body: string
}

const json = (value: unknown): Answer => ({ body: JSON.stringify(value) })
const refused: Answer = { status: 401, body: '' }

/** Starts all of them at one address. */
export async function startAwsSources(): Promise<AwsSources> {
  const sources = { asked: [] as string[], expiration: Date.now() + 3_600_000 }
  const server = http.createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { status = 200, body } = answerOf(request, Buffer.concat(chunks).toString())
    response.writeHead(status).end(body)
  })
  const credentials = (names: { readonly token: string }) => ({
    Code: 'Success',
    AccessKeyId: TEMPORARY.accessKeyId,
    SecretAccessKey: TEMPORARY.secretAccessKey,
    [names.token]: TEMPORARY.sessionToken,
    Expiration: new Date(sources.expiration).toISOString(),
  })

  function answerOf(request: IncomingMessage, body: string): Answer {
    const { method, url = '', headers } = request
    const target = headers['x-amz-target']
    const form = new URLSearchParams(body)
    sources.asked.push(String(target ?? form.get('Action') ?? `${method} ${url}`))
    if (typeof target === 'string') return kms(target, headers, JSON.parse(body))
    if (form.has('Action')) return sts(form)
    if (url === '/container') {
      const isRight = headers.authorization === CONTAINER_TOKEN
      return isRight ? json(credentials({ token: 'Token' })) : refused
    }
    if (method === 'PUT' && url === '/latest/api/token') {
      return headers['x-aws-ec2-metadata-token-ttl-seconds'] === undefined
        ? { status: 400, body: '' }
        : { body: SESSION }
    }
    if (headers['x-aws-ec2-metadata-token'] !== SESSION) return refused
    if (url === '/latest/meta-data/iam/security-credentials/') return { body: 'clientry' }
    const isOfRole = url === '/latest/meta-data/iam/security-credentials/clientry'
    return isOfRole ? json(credentials({ token: 'Token' })) : { status: 404, body: '' }
  }

  function sts(form: URLSearchParams): Answer {
    const action = form.get('Action') ?? ''
    const isRight =
      form.get('RoleArn') === ROLE &&
      (action === 'AssumeRole' || form.get('WebIdentityToken') === WEB_TOKEN)
    if (!isRight) return fault('AccessDenied')
    const members = Object.entries(credentials({ token: 'SessionToken' }))
      .filter(([name]) => name !== 'Code')
      .map(([name, value]) => `<${name}>${value}</${name}>`)
    return {
      body: `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result><Credentials>${members.join('')}</Credentials></${action}Result></${action}Response>`,
    }
  }

  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return Object.assign(sources, {
    url: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  })
}

const fault = (code: string): Answer => ({
  status: 403,
  body: `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error></ErrorResponse>`,
})

/** Wraps nothing; what is signed is the matter of test/store/kms.test.ts. */
function kms(
  target: string,
  headers: IncomingMessage['headers'],
  body: { readonly Plaintext?: string; readonly CiphertextBlob?: string },
): Answer {
  const isOurs =
    headers['x-amz-security-token'] === TEMPORARY.sessionToken &&
    headers.authorization?.includes(`Credential=${TEMPORARY.accessKeyId}/`) === true
  if (!isOurs) return { status: 400, body: '{"__type":"UnrecognizedClientException"}' }
  return target.endsWith('Encrypt')
    ? json({ CiphertextBlob: body.Plaintext })
    : json({ Plaintext: body.CiphertextBlob })
}
