/** The texts under which logs are kept; canonical, so that there is one text for one thing. */

/** What names a client, wherever it lives. */
export interface ClientName {
  /** The provider's name in the configuration. */
  readonly provider: string
  readonly userPoolId?: string
  readonly id: string
}

/** The log of a client. */
export function resourceOf({ provider, userPoolId, id }: ClientName): string {
  return JSON.stringify([provider, userPoolId ?? null, id])
}

/** The way back from `resourceOf`. */
export function refOf(resource: string): ClientName {
  const [provider, userPoolId, id] = JSON.parse(resource) as [string, string | null, string]
  return { provider, id, ...(userPoolId === null ? {} : { userPoolId }) }
}

/** The log of a creation: until the provider has answered, a client has no id. */
export const creationResource = (place: Omit<ClientName, 'id'>, operationId: string) =>
  resourceOf({ ...place, id: `+${operationId}` })

/** The log of an idempotency key. No provider can be called so: their names hold no dollar sign. */
export const keyResource = (digest: string) => JSON.stringify(['$key', null, digest])

/** The log of the first look for a client whose creation was not answered. */
export const lookResource = (operationId: string) => JSON.stringify(['$look', null, operationId])

/** The log of what opens a client at its provider. */
export const registrationResource = (provider: string, id: string) =>
  JSON.stringify(['$registration', provider, id])

/** The way back from `registrationResource`; `undefined` for any other log. */
export function registeredClientOf(resource: string): ClientName | undefined {
  const { provider, userPoolId, id } = refOf(resource)
  return provider === '$registration' && userPoolId !== undefined
    ? { provider: userPoolId, id }
    : undefined
}

/** The log that lists such clients of one provider. */
export const registeredResource = (provider: string) =>
  JSON.stringify(['$registered', provider, ''])

/** The log of the checkpoints. */
export const CHECKPOINTS = JSON.stringify(['$checkpoints', null, ''])

/** The log of what was done to the keyring. */
export const KEYS = JSON.stringify(['$keys', null, ''])

/** In place of a provider's name, what the logs of jobs are filed under. */
export const JOBS = '$job'

/** The log of a job. */
export const jobResource = (jobId: string) => JSON.stringify([JOBS, null, jobId])

/** The way back from `jobResource`; `undefined` for any other log. */
export function jobIdOf(resource: string): string | undefined {
  const { provider, id } = refOf(resource)
  return provider === JOBS ? id : undefined
}

/** In place of a provider's name, what the logs of requests for approval are filed under. */
export const REQUESTS = '$request'

/** The log of a request for approval. */
export const requestResource = (requestId: string) => JSON.stringify([REQUESTS, null, requestId])

/** The way back from `requestResource`; `undefined` for any other log. */
export function requestIdOf(resource: string): string | undefined {
  const { provider, id } = refOf(resource)
  return provider === REQUESTS ? id : undefined
}

/** The log of how far the events for a webhook have been delivered. */
export const deliveryResource = (name: string) => JSON.stringify(['$webhook', null, name])
