/**
 * A service that speaks as Cognito does and knows nothing of our tables or our emulator: an update replaces all but what
 * a record only shows, and each test says what is refused.
 */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { JsonObject } from '../../src/core/json/json.ts'
import { secret } from '../../src/core/secrecy/secret.ts'
import { createProviders } from '../../src/providers/configured.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { type Bench, openBench } from '../contract/service.ts'

export const POOL = 'us-east-1_AbCdEf123'
export const REF = { provider: 'cognito', userPoolId: POOL, id: 'first' }

/** Of UserPoolClientType, and not of UpdateUserPoolClientRequest (botocore 1.44.8). */
export const SHOWN = [
  'ClientSecret',
  'ClientSecretArn',
  'LastModifiedDate',
  'CreationDate',
  'ClientType',
]

/** Status and body of an answer. */
export type Reply = readonly [number, JsonObject]

export const refusal = (type: string, message: string): Reply => [400, { __type: type, message }]

/** Settings of the provider, and members that the service alone sets. */
type Settings = Readonly<Record<string, unknown>> & { readonly kept?: readonly string[] }

export interface CognitoService {
  readonly provider: Provider
  readonly bench: Bench
  /** By client id. */
  readonly clients: Map<string, JsonObject>
  readonly sent: (readonly [string, JsonObject])[]
  close(): Promise<void>
}

/** `answer` goes first; what it gives no reply to is answered as the service does. `kept`: members that it alone sets. */
export async function startCognito(
  answer: (operation: string, input: JsonObject) => Reply | undefined,
  { kept = [], ...settings }: Settings = {},
): Promise<CognitoService> {
  const clients = new Map<string, JsonObject>()
  const sent: (readonly [string, JsonObject])[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const operation = String(request.headers['x-amz-target']).split('.')[1] ?? ''
      const input = JSON.parse(Buffer.concat(chunks).toString()) as JsonObject
      sent.push([operation, input])
      const [status, body] = answer(operation, input) ?? usual(clients, operation, input, kept)
      response
        .writeHead(status, { 'content-type': 'application/x-amz-json-1.1' })
        .end(JSON.stringify(body))
    })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo
  const providers = await createProviders(
    {
      cognito: {
        type: 'cognito',
        pools: { [POOL]: { region: 'us-east-1', endpoint: `http://127.0.0.1:${port}` } },
        credentials: { accessKeyId: 'key', secretAccessKey: secret('secret') },
        pace: { perOperation: 10_000, perCategory: 10_000 },
        ...settings,
      },
    },
    { now: Date.now, environmentCredentials: () => undefined },
  )
  const bench = await openBench(providers)
  return {
    provider: providers.get('cognito') as Provider,
    bench,
    clients,
    sent,
    close: async () => {
      await bench.close()
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}

function usual(
  clients: Map<string, JsonObject>,
  operation: string,
  input: JsonObject,
  own: readonly string[],
): Reply {
  const id = String(input.ClientId)
  const before = clients.get(id)
  if (before === undefined) return refusal('ResourceNotFoundException', 'No such client.')
  if (operation === 'DescribeUserPoolClient') return [200, { UserPoolClient: before }]
  if (operation === 'ListUserPoolClientSecrets') return [200, { ClientSecrets: [] }]
  if (operation !== 'UpdateUserPoolClient') return refusal('AccessDeniedException', 'No.')
  const kept = Object.entries(before).filter(([name]) => [...SHOWN, ...own].includes(name))
  const after = { ...Object.fromEntries(kept), ...input, ClientId: id }
  clients.set(id, after)
  return [200, { UserPoolClient: after }]
}
