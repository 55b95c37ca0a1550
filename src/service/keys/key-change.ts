/**
 * Adds a public key to a client, or removes one. Where a setting of the record holds the keys it is a change of that
 * setting; where the provider keeps them beside the record it is an operation of its own.
 */

import type { PublicKey } from '../../core/keys/public-key.ts'
import type { Native, Warning } from '../../core/mapping/row.ts'
import type { FieldPatches, Patch } from '../../core/patch/patch.ts'
import { type Need, neededToRotate } from '../../core/rights/rights.ts'
import type { Step } from '../../providers/call.ts'
import type { ClientKey, RecordKeys, ResourceKeys } from '../../providers/provider.ts'
import { resourceOf } from '../../store/resource.ts'
import type { Authorize, ChangeResult, ClientRequest } from '../base/request.ts'
import type { Service } from '../base/service.ts'
import { changeClient } from '../change/change.ts'
import { checkReliance } from '../change/own-client.ts'
import { standingOf } from '../operation/head.ts'
import { operate } from '../operation/operate.ts'
import { type Begun, onClient, type Plan, type Repeated } from '../operation/operation.ts'
import { checkNew, heldKeys, keysOf, removableKey } from './keys.ts'

/** The key to add, or the `kid` of the one to remove. */
type Wanted =
  | { readonly added: PublicKey; readonly removed?: never }
  | { readonly removed: string; readonly added?: never }

export type KeyRequest = ClientRequest & {
  readonly wanted: Wanted
  readonly authorize?: Authorize | undefined
}

export interface KeyResult extends ChangeResult {
  /** Those that the client has afterwards. */
  readonly keys: readonly ClientKey[]
}

/**
 * Adds or removes a key, or plans that in a dry run.
 * @throws ClientError `unsupported_operation`, `invalid_field`, `not_found` with the field `kid`, `rule_violated`,
 *   `own_client`, and as `operate` and `changeClient` do
 */
export async function changeKeys(service: Service, request: KeyRequest): Promise<KeyResult> {
  const keys = keysOf(request.provider)
  if (keys.kind === 'record') return changeSetting(service, request, keys)
  const { added } = request.wanted
  if (added !== undefined) keys.check(added)
  return operate<void, KeyResult>(service, {
    ...onClient(request),
    request,
    plan: (begun) => planFor(service, request, begun, keys),
    replay: (again) => replay(service, request, again),
  })
}

async function changeSetting(
  service: Service,
  request: KeyRequest,
  keys: RecordKeys,
): Promise<KeyResult> {
  const { ref, provider, key, dryRun, ifMatch, checkFound, ownClient, authorize } = request
  const { actor, caller, requestId, deadline, onUpstream, maySeeClient, wanted } = request
  const over = (base: Native): Patch => {
    const present = keys.keysOf(base)
    const { added, removed = '' } = wanted
    if (added !== undefined) checkNew(provider, present, added.kid)
    else removableKey(service, provider, base, present, removed)
    const providerSettings =
      added === undefined ? keys.removed(base, removed) : keys.added(base, added)
    return { kind: 'merge', fields: { providerSettings } as FieldPatches }
  }
  // Changing that setting is what this was permitted for.
  const ofKeys = `client.providerSettings.${keys.member}`
  const isOther = ({ permission, field }: Need) =>
    permission !== 'secrets:rotate' || !(field === ofKeys || field.startsWith(`${ofKeys}.`))
  const result = await changeClient(service, {
    ...{ ref, provider, key, dryRun, ifMatch, checkFound, ownClient, actor, caller, requestId },
    ...{ deadline, onUpstream, maySeeClient, patch: { kind: 'key', over } },
    authorize: (needs) => authorize?.(needs.filter(isOther)),
  })
  return { ...result, keys: keys.keysOf(result.native) }
}

async function planFor(
  service: Service,
  request: KeyRequest,
  { call, base, baseTag, before }: Begun<void>,
  keys: ResourceKeys,
): Promise<Plan<KeyResult>> {
  const { provider, ref, authorize, wanted } = request
  authorize?.(neededToRotate(provider.mapping, base, provider.ownApi?.(ref)))
  const present = await keys.list(ref, base, call)
  const { steps, after, keyId, action } = aimOf(service, request, base, present, keys)
  if (wanted.removed !== undefined) checkReliance(request, base, 'left without one of its keys')
  const standing = before?.standing
  const planned = { standing, keys: after, changes: [], steps, native: base, tag: baseTag }
  const warnings: readonly Warning[] = []
  return {
    aim: { next: base, changes: [], action, keyId },
    steps,
    after: 'answered',
    planned: () => ({ ...planned, warnings, outcome: 'planned' }),
    unchanged: undefined,
    done: ({ native, tag, warnings: met, operationId }) => ({
      ...planned,
      outcome: 'applied',
      native,
      tag,
      warnings: met,
      operationId,
    }),
  }
}

interface KeyAim {
  readonly action: 'add_key' | 'remove_key'
  readonly keyId: string
  readonly steps: readonly Step[]
  /** The keys that are there then. */
  readonly after: readonly ClientKey[]
}

function aimOf(
  service: Service,
  { provider, ref, wanted: { added, removed = '' } }: KeyRequest,
  base: Native,
  present: readonly ClientKey[],
  keys: ResourceKeys,
): KeyAim {
  if (added === undefined) {
    const key = removableKey(service, provider, base, present, removed)
    const after = present.filter((one) => one !== key)
    return { action: 'remove_key', keyId: removed, steps: keys.remove(ref, base, key), after }
  }
  const { kid, kty, alg } = added
  checkNew(provider, present, kid)
  const isText = typeof alg === 'string'
  const newKey = { kid, kty, ...(isText ? { alg } : {}), inUse: keys.authenticates(base) }
  const steps = keys.add(ref, base, added)
  return { action: 'add_key', keyId: kid, steps, after: [...present, newKey] }
}

/** Returns the keys as they are now, since the request was already carried out. */
async function replay(
  service: Service,
  { provider, ref }: KeyRequest,
  { earlierUse: { intent }, call }: Repeated,
): Promise<KeyResult> {
  const native = await provider.read(ref, call)
  return {
    outcome: 'applied',
    native,
    tag: service.fingerprints.ofState(provider.mapping, native),
    standing: await standingOf(service, resourceOf(ref)),
    keys: await heldKeys(provider, ref, native, call),
    changes: [],
    warnings: [],
    steps: [],
    ...(intent && { operationId: intent.operationId }),
    replayed: true,
  }
}
