/**
 * Creates a client. A new client has no id until the provider answers, so
 * its intent is in a log of its own; the client's log then begins with what was made.
 */

import { diffClients } from '../../core/diff.ts'
import { ClientError } from '../../core/errors.ts'
import { makingMapping } from '../../core/mapping/making.ts'
import type { Mapping } from '../../core/mapping/mapping.ts'
import type { Native, Warning } from '../../core/mapping/row.ts'
import { checkPatch, planChange } from '../../core/plan/plan.ts'
import { neededToMake, neededToSet } from '../../core/rights/rights.ts'
import type { Secret } from '../../core/secrecy/secret.ts'
import type { Creation } from '../../providers/creation.ts'
import type { Provider } from '../../providers/provider.ts'
import type { Service } from '../base/service.ts'
import { operate } from '../operation/operate.ts'
import type { Begun, Plan } from '../operation/operation.ts'
import type { Begin, Beginning, CreationRequest, CreationResult, Origin } from './creation.ts'
import { replayCreation } from './creation-replay.ts'

/**
 * Creates a client, or plans it in a dry run.
 * @throws ClientError `unsupported_operation`, and as `operate` does
 */
export async function createClient(
  service: Service,
  request: CreationRequest,
): Promise<CreationResult> {
  const { kind } = request
  return makeClient(service, request, async ({ blank }) => ({
    blank: blank(kind),
    start: blank(kind),
  }))
}

/**
 * Creates a client from any beginning, or plans it in a dry run.
 * @throws ClientError as `createClient` does, and as `begin` does
 */
export async function makeClient(
  service: Service,
  request: Omit<CreationRequest, 'kind'>,
  begin: Begin,
): Promise<CreationResult> {
  const { provider, place, patch } = request
  const { creation, mapping } = provider
  if (creation === undefined) throw cannotCreate()
  checkPatch(makingMapping(mapping), patch)
  return operate<Beginning, CreationResult>(service, {
    request,
    subject: { kind: 'new', place },
    first: false,
    settling: 'waiting',
    open: async () => undefined,
    prepare: ({ call }) => begin(creation, call),
    read: async (_, { blank }) => blank,
    check: () => {},
    plan: (begun) => planFor(service, request, begun, creation),
    replay: ({ earlierUse, call }) => replayCreation(service, provider, earlierUse, call),
  })
}

function planFor(
  service: Service,
  { provider, place, patch, authorize, team, removeAt }: Omit<CreationRequest, 'kind'>,
  { prepared: { start, origin }, base: blank }: Begun<Beginning>,
  creation: Creation,
): Plan<CreationResult> {
  const { mapping } = provider
  const { ofSecret, ofState } = service.fingerprints
  const plan = planChange(makingMapping(mapping), start, patch)
  const { next } = plan
  const chosen = origin === undefined ? (creation.chosen?.(next, patch) ?? []) : []
  const warnings = [...plan.warnings, ...chosen]
  const api = provider.ownApi?.(place)
  const needs = neededToMake(mapping, { ...plan, base: blank, api })
  authorize?.([...neededToSet(plan.hidden), ...needs])
  const copy = copyOf(origin, next)
  if (copy !== undefined) origin?.check(next, copy.report)
  checkWhole(mapping, next)
  const step = creation.step(place, next)
  const changes = diffClients(mapping, blank, next, ofSecret)
  const planned = { changes, steps: [step], warnings }
  return {
    aim: {
      next,
      changes,
      action: 'create',
      copiedFrom: origin?.log,
      removeAt,
      becomes: team === undefined ? undefined : { team },
    },
    steps: [step],
    after: 'answered',
    planned: () => ({
      ...planned,
      outcome: 'planned',
      native: next,
      tag: ofState(mapping, next),
      ...(copy && { copy }),
    }),
    unchanged: undefined,
    done: ({ native, tag, warnings: met, operationId }) => {
      const secret = step.reveal()
      const copyResult = copyOf(origin, native)
      return {
        ...planned,
        outcome: 'applied',
        ref: { ...place, id: creation.idOf(native) },
        native,
        tag,
        ...(secret && { secret }),
        ...(copyResult && { copy: copyResult }),
        warnings: [...warnings, ...met, ...lostSecret(provider, next, secret)],
        operationId,
      }
    },
  }
}

/** Where only the answer to a call has the value of a secret, and that answer was lost; `next`: what was to be made. */
function lostSecret(
  { secrets, keys }: Provider,
  next: Native,
  secret: Secret | undefined,
): readonly Warning[] {
  const isKept = secret !== undefined || secrets?.showsOnce !== true
  if (isKept || secrets.unusable(next) !== undefined || keys?.authenticates(next)) return []
  const message =
    'The answer that had the secret of the new client was lost, so that no one has one. POST /clients/{clientId}/rotate-secret makes one.'
  return [{ code: 'secret_lost', field: 'client.secret', message }]
}

function copyOf(origin: Origin | undefined, next: Native) {
  if (origin === undefined) return undefined
  return { report: origin.report(next), sourceTag: origin.tag }
}

/**
 * A blank client has no name and may break rules, such as the one about a missing callback; a new
 * client must have a name and break no rule.
 */
function checkWhole(mapping: Mapping, next: Native): void {
  const { name } = mapping.fields
  if ('needed' in name && (name.get(next) ?? null) === null) {
    throw new ClientError('invalid_field', 'client.name must be given: a client needs a name.', {
      field: 'client.name',
    })
  }
  const broken = mapping.rules.find((rule) => !rule.holds(next))
  if (broken === undefined) return
  throw new ClientError('rule_violated', broken.says, { field: broken.field })
}

const cannotCreate = () =>
  new ClientError('unsupported_operation', 'This provider has no way to make a client.')
