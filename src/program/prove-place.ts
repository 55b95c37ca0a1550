/** Tries the rules of a provider at a place of a configuration, and keeps a recording of the calls. */

import type { Config } from '../config/config-parse.ts'
import { ClientError } from '../core/errors.ts'
import { providerWithCalls } from '../observe/observed-provider.ts'
import type { Exchange, Place } from '../providers/call.ts'
import { addressOf } from '../providers/configured.ts'
import type { ProofRequest, RuleResult } from '../service/proof/prove.ts'
import { prove, removeLeftovers } from '../service/proof/prove.ts'
import { awsCredentials } from './aws-credentials.ts'
import { createClientry } from './clientry.ts'
import { openStoreAndKeys } from './keys/open-keys.ts'
import { type RecordedCall, recordingOf } from './recording.ts'

export interface PlaceProof {
  readonly rules: readonly RuleResult[]
  /** The calls that were sent, those for tokens included. */
  readonly calls: number
  readonly recording: readonly RecordedCall[]
}

/**
 * Makes a client, tries the rules on it and removes it. What an earlier run has left is removed first.
 * @throws ClientError if no client can be made
 */
export async function provePlace(
  config: Config,
  place: Place,
  { actor, onResult }: Pick<ProofRequest, 'actor' | 'onResult'>,
): Promise<PlaceProof> {
  const settings = config.providers[place.provider]
  if (settings !== undefined && addressOf(settings, place) === undefined) {
    throw new ClientError(
      'unsupported_operation',
      'The provider is a part of this program: there are no rules of another service to try.',
    )
  }
  const { store, keys } = await openStoreAndKeys(config)
  const clientry = await createClientry(config, {
    store,
    keys,
    environmentCredentials: awsCredentials,
    background: false,
    log: () => {},
  })
  try {
    const { service } = clientry
    const plain = service.providers.get(place.provider)
    if (plain === undefined) {
      throw new ClientError('invalid_field', `There is no provider ${place.provider}.`)
    }
    await removeLeftovers(service, place)
    let calls = 0
    const exchanges: Exchange[] = []
    const provider = providerWithCalls(plain, (call) => ({
      ...call,
      onUpstream: (ended) => {
        calls += 1
        call.onUpstream?.(ended)
      },
      onExchange: (exchange) => exchanges.push(exchange),
    }))
    const providers = new Map([...service.providers, [place.provider, provider]])
    const request = { provider, place, actor, sent: () => calls, ...(onResult && { onResult }) }
    const rules = await prove({ ...service, providers }, request)
    const file = `clientry-check-${provider.type}-${service.newId().slice(0, 8)}`
    return { rules, calls, recording: recordingOf(provider, place, exchanges, file) }
  } finally {
    await clientry.close()
  }
}
