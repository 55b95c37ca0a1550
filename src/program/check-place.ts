/**
 * Whether a provider, or a user pool of it, can be worked with: one line for each condition, with what to do where it
 * does not hold. Only reads are sent.
 */

import type { Config } from '../config/config-parse.ts'
import { ClientError, isClientError } from '../core/errors.ts'
import { exchange } from '../net/exchange.ts'
import type { Call, Place } from '../providers/call.ts'
import { addressOf, createProviders } from '../providers/configured.ts'
import type { Provider } from '../providers/provider.ts'
import type { Store } from '../store/store.ts'
import { awsCredentials } from './aws-credentials.ts'
import { keysOfStore } from './keys/open-keys.ts'
import { openStore } from './open-store.ts'

/** One condition. */
export interface Finding {
  readonly condition:
    | 'configuration'
    | 'store'
    | 'reachability'
    | 'clock'
    | 'credentials'
    | 'rights'
  readonly holds: boolean
  readonly says: string
  /** What to do where it does not hold. */
  readonly remedy?: string
}

/** How long one call may take (milliseconds). */
const PATIENCE_MS = 10_000
/** Requests to AWS are refused five minutes off; tokens sooner, where their issuer is strict (milliseconds). */
const CLOCK_MS = 60_000

/**
 * Checks one place of a configuration that was read.
 * @throws ClientError `invalid_field` for a place that it does not have
 */
export async function checkPlace(config: Config, place: Place): Promise<readonly Finding[]> {
  const settings = config.providers[place.provider]
  const address = settings && addressOf(settings, place)
  const names = Object.keys(config.providers).join(', ')
  if (settings === undefined) {
    throw new ClientError(
      'invalid_field',
      `There is no provider ${place.provider}, only: ${names}.`,
    )
  }
  const configuration = holds(
    'configuration',
    `${place.provider} is a provider of type ${settings.type}.`,
  )
  const opened = await openedStore(config)
  if (address === undefined) {
    await opened.store?.close()
    if ('pools' in settings) {
      const pools = Object.keys(settings.pools).join(', ')
      throw new ClientError('invalid_field', `Name a user pool of ${place.provider}: ${pools}.`)
    }
    const part = holds('reachability', 'The provider is a part of this program.')
    return [configuration, opened.finding, part]
  }
  try {
    const network = await reached(address)
    const isReachable = network[0]?.holds === true && opened.store !== undefined
    const rights = isReachable ? await asCaller(config, place, opened.store) : []
    return [configuration, opened.finding, ...network, ...rights]
  } finally {
    await opened.store?.close()
  }
}

const holds = (condition: Finding['condition'], says: string): Finding => ({
  condition,
  holds: true,
  says,
})

async function openedStore(
  config: Config,
): Promise<{ readonly finding: Finding; readonly store?: Store }> {
  try {
    const { store } = await openStore(config)
    await store.check()
    return { finding: holds('store', 'The history can be written and read.'), store }
  } catch (error) {
    if (!isClientError(error)) throw error
    const remedy = 'Correct store in the configuration, or create it with --create-store.'
    return { finding: { condition: 'store', holds: false, says: error.message, remedy } }
  }
}

/** Any answer shows that something is there, and what time it has. */
async function reached(address: string): Promise<readonly Finding[]> {
  const { origin } = new URL(address)
  const before = Date.now()
  const request = { method: 'GET', url: origin, headers: {} }
  const answer = await exchange(request, PATIENCE_MS, { sent: false }).catch(
    (error: Error) => error.message,
  )
  if (typeof answer === 'string') {
    const remedy =
      'Check the address in the configuration, the name server, the proxy and the firewall.'
    return [
      {
        condition: 'reachability',
        holds: false,
        says: `${origin} does not answer: ${answer}.`,
        remedy,
      },
    ]
  }
  const reachable = holds('reachability', `${origin} answers.`)
  const theirs = Date.parse(answer.headers.date ?? '')
  if (Number.isNaN(theirs)) return [reachable]
  const off = Math.round(Math.max(0, Math.abs(theirs - (before + Date.now()) / 2)))
  if (off <= CLOCK_MS)
    return [reachable, holds('clock', 'The clock agrees with that of the provider.')]
  const says = `The clock differs from that of the provider by ${Math.round(off / 1_000)} s.`
  const remedy = 'Set the clock of this machine by NTP.'
  return [reachable, { condition: 'clock', holds: false, says, remedy }]
}

/** What a read with the credentials of the configuration shows. */
async function asCaller(
  config: Config,
  { provider: id, userPoolId }: Place,
  store: Store | undefined,
): Promise<readonly Finding[]> {
  const settings = config.providers[id]
  if (settings === undefined || store === undefined) return []
  const { seal } = await keysOfStore(store, config, { readOnly: true })
  const surroundings = { now: Date.now, store, seal, environmentCredentials: awsCredentials }
  const provider = (await createProviders({ [id]: settings }, surroundings)).get(id)
  const call = { operationId: 'check', deadline: Date.now() + PATIENCE_MS, timeoutMs: PATIENCE_MS }
  try {
    if (provider === undefined) return []
    return [
      holds('credentials', 'The credentials are accepted.'),
      holds(
        'rights',
        await readsClients(provider, { provider: id, ...(userPoolId && { userPoolId }) }, call),
      ),
    ]
  } catch (error) {
    if (!isClientError(error)) throw error
    const remedy =
      error.code === 'provider_misconfigured'
        ? 'Correct the credentials in the configuration, or give them the rights of docs/providers.'
        : 'Try again; if it stays so, look at the page of the provider in docs/providers.'
    return [{ condition: 'credentials', holds: false, says: error.message, remedy }]
  }
}

/** Reads one client, where there is one. */
async function readsClients(provider: Provider, place: Place, call: Call): Promise<string> {
  const page = await provider.list?.(place.userPoolId, call)
  const [first] = page?.items ?? []
  if (first === undefined) {
    return 'Clients can be listed; there is none yet. Whether they can be changed is shown by the first change.'
  }
  await provider.read({ ...place, id: first.id }, call)
  return 'Clients can be listed and read. Whether they can be changed is shown by the first change.'
}
