/** One client: `GET` and `PATCH /clients/{clientId}`. */

import type { ClientPatchRequest } from '../../contract/clients.ts'
import { FIELDS } from '../../core/client.ts'
import { ClientError } from '../../core/errors.ts'
import type { FieldKind } from '../../core/field.ts'
import type { Json } from '../../core/json/json.ts'
import { isRecord } from '../../core/json/json.ts'
import { type Patch, parseJsonPatch, parseMergePatch } from '../../core/patch/patch.ts'
import { checkWritable } from '../../core/plan/plan.ts'
import { neededByName } from '../../core/rights/rights.ts'
import { readClient } from '../../service/reading/read.ts'
import { ANSWER_MEMBERS, type Answer, clientBody } from '../answer.ts'
import { absent, answerChange, checkNeeds, reading } from '../change.ts'
import { etagOf } from '../etag.ts'
import type { Exchange } from '../exchange.ts'
import type { Handlers } from '../route.ts'
import { confirmStanding } from '../standing.ts'
import { checkReading, requireAlso, type Target, targetOf } from '../target.ts'
import { readBody } from '../wire/body.ts'
import type { FieldKind as FormKind } from '../wire/form-body.ts'
import { checkNames } from '../wire/members.ts'

export const CLIENT_HANDLERS: Handlers<'getClient' | 'updateClient'> = { getClient, updateClient }

/** Reads one client. */
async function getClient(exchange: Exchange): Promise<Answer> {
  const target = await targetOf(exchange, exchange.query)
  if (exchange.query.reveal === 'true') requireAlso(exchange, target, 'secrets:read')
  const { ref, provider } = target
  const { native, tag, warnings, standing } = await absent(
    readClient(exchange.settings.service, reading(exchange, target)),
  )
  const bodyOptions = { may: target.may, warnings, standing }
  const body = clientBody(ref, provider.mapping, native, bodyOptions)
  return { status: 200, headers: { etag: etagOf(exchange, tag, body) }, body }
}

/** Changes one client, or plans the change with `?dryRun=true`. */
async function updateClient(exchange: Exchange): Promise<Answer> {
  const input = await readBody(exchange.request, FORM_KINDS)
  const { client, ...named } = membersOf(exchange, input.value)
  const target = await targetOf(exchange, named)
  const patch =
    input.kind === 'json-patch' ? parseJsonPatch(client) : parseMergePatch(sentBack(target, client))
  checkReading(target, patch)
  // Whether a field differs from what is there is nothing that a refusal may reveal.
  if (!target.may('clients:read')) {
    const { mapping, ownApi } = target.provider
    checkWritable(mapping, patch)
    checkNeeds(exchange, target, neededByName(mapping, patch, ownApi !== undefined))
  }
  checkSecretPatch(exchange, target, patch)
  return answerChange(exchange, target, patch, confirmStanding(client, target.may))
}

/** Of the body; its schema is for the description, which not everyone loads who changes a client. */
const MEMBERS = Object.keys({
  provider: true,
  userPoolId: true,
  ownClient: true,
  client: true,
} satisfies { readonly [M in keyof Required<ClientPatchRequest>]: true })

interface Members {
  readonly provider?: Json | undefined
  readonly userPoolId?: Json | undefined
  readonly ownClient?: Json | undefined
  readonly client?: Json | undefined
}

/** A bare JSON Patch has no room for the address, which then stands in the query. */
function membersOf({ query }: Exchange, body: Json): Members {
  if (Array.isArray(body)) return { ...query, client: body }
  if (!isRecord(body)) {
    throw new ClientError('invalid_request', 'The body must be an object with a member "client".')
  }
  checkNames(MEMBERS, body)
  const { provider = query.provider, userPoolId = query.userPoolId, ownClient, client } = body
  return { provider, userPoolId, ownClient, client }
}

/** A client as it was answered can be sent back: what is ours in it is checked and taken out. */
function sentBack({ ref }: Target, client: Json | undefined): Json | undefined {
  if (!isRecord(client)) return client
  const { provider = ref.provider, userPoolId = ref.userPoolId } = client
  if (provider !== ref.provider || userPoolId !== ref.userPoolId) {
    throw new ClientError(
      'read_only_field',
      'client.provider and client.userPoolId must be absent or name the present place of the client, which cannot be moved.',
      { field: 'client.provider' },
    )
  }
  return Object.fromEntries(
    Object.entries(client).filter(([name]) => !ANSWER_MEMBERS.includes(name)),
  )
}

/**
 * Setting a secret takes more than the right to change clients. Who may neither see nor set it is
 * refused before it is compared with anything; who may see it can send it back as it is.
 */
function checkSecretPatch(exchange: Exchange, target: Target, patch: Patch): void {
  const sets =
    patch.kind === 'merge'
      ? patch.fields.secret !== undefined && patch.fields.secret !== null
      : patch.operations.some(({ path }) => path[0] === 'secret')
  if (!sets || target.may('secrets:read')) return
  checkNeeds(exchange, target, [{ permission: 'secrets:rotate', field: 'client.secret' }])
}

const FORM_KIND: { readonly [K in FieldKind]: FormKind } = {
  string: 'string',
  secret: 'string',
  boolean: 'boolean',
  integer: 'integer',
  list: 'list',
  map: 'map',
  object: { enabled: 'boolean', graceSeconds: 'integer' },
  raw: 'raw',
}

/** How a form spells each field. */
const FORM_KINDS = Object.fromEntries(
  Object.entries(FIELDS).map(([field, { kind }]) => [field, FORM_KIND[kind]]),
)
