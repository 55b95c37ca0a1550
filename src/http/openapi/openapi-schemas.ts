/** The schemas of the OpenAPI description; those of the fields are the ones that validate. */

import { FIELD_NAMES, FIELDS, type FieldName, LEASE_FIELDS } from '../../core/client.ts'
import { FATES } from '../../core/copy/fate.ts'
import { ERROR_CODES } from '../../core/errors.ts'
import type { Json, JsonObject } from '../../core/json/json.ts'
import { SEVERITIES } from '../../core/lint/rule.ts'
import { CLIENT_KINDS } from '../../providers/creation.ts'
import {
  MAX_LEASE_SECONDS,
  MAX_OWNER_LENGTH,
  MAX_VALUE_LENGTH,
} from '../../service/base/request.ts'
import { HISTORY_ACTIONS, HISTORY_OUTCOMES } from '../../service/reading/history.ts'
import { jobSchemas } from '../jobs/schemas.ts'
import { QUERY_PARAMETERS } from '../wire/query.ts'
import { fieldSchemas } from './field-schemas.ts'
import { secretSchemas } from './openapi-secrets.ts'
import { type ListSchema, type ObjectSchema, ref } from './schema-parts.ts'

/** All of them, by name. */
export function schemas(): JsonObject {
  const object = (properties: JsonObject, required: readonly string[]): JsonObject => ({
    type: 'object',
    properties,
    required,
  })
  const list = (items: JsonObject): JsonObject => ({ type: 'array', items })
  const open: JsonObject = { type: 'object', additionalProperties: true }
  const ownClient = { type: 'boolean', description: QUERY_PARAMETERS.ownClient.says }
  return {
    Client: {
      anyOf: [
        { ...object(fieldsBy(shownSchema), FIELD_NAMES), additionalProperties: true },
        ref('WithheldClient'),
      ],
    },
    WithheldClient: {
      ...object({ id: text, provider: text, userPoolId: text, withheld: { const: true } }, [
        'id',
        'provider',
        'withheld',
      ]),
      description: 'In answers to writes: the client, to a caller without clients:read.',
    },
    ClientPage: object(
      {
        clients: list({
          allOf: [
            ref('Client'),
            object({ lastVerifiedAt: { type: 'string', format: 'date-time' } }, ['lastVerifiedAt']),
          ],
        }),
        unreadable: list(
          object({ id: text, provider: text, userPoolId: text, error: text, code: text }, [
            'id',
            'provider',
            'error',
            'code',
          ]),
        ),
        next: text,
        mirror: list(ref('Knowledge')),
        unread: list(ref('Unread')),
      },
      ['clients', 'mirror'],
    ),
    ClientPatch: {
      type: 'object',
      properties: fieldsBy(patchSchema),
      description: 'A JSON Merge Patch (RFC 7396); lists also take { add, remove }.',
    },
    ClientPatchRequest: {
      ...object({ provider: text, userPoolId: text, ownClient, client: ref('ClientPatch') }, [
        'client',
      ]),
      additionalProperties: false,
    },
    JsonPatch: list(object({ op: text, path: text, from: text, value: {} }, ['op', 'path'])),
    Plan: object(
      {
        dryRun: { const: true },
        changes: list(ref('FieldChange')),
        requests: list(open),
        warnings: list(open),
        client: ref('Client'),
      },
      ['dryRun', 'changes', 'requests', 'warnings', 'client'],
    ),
    CreationRequest: {
      ...object(
        {
          provider: text,
          userPoolId: text,
          kind: { enum: [...CLIENT_KINDS], description: 'What the client is for.' },
          client: ref('ClientPatch'),
        },
        ['kind', 'client'],
      ),
      additionalProperties: false,
    },
    CopyRequest: {
      ...object(
        {
          provider: text,
          userPoolId: text,
          kind: { enum: [...CLIENT_KINDS], description: 'Absent: that of the client.' },
          client: ref('ClientPatch'),
          allowLoss: {
            type: 'boolean',
            description: 'Copies what can be copied, where something cannot.',
          },
        },
        ['provider'],
      ),
      additionalProperties: false,
    },
    Copy: { allOf: [ref('Client'), object({ report: ref('CopyReport') }, [])] },
    CopyPlan: { allOf: [ref('Plan'), object({ report: ref('CopyReport') }, ['report'])] },
    CopyReport: object(
      Object.fromEntries(FATES.map((fate) => [fate, list(ref('CopiedSetting'))])),
      [...FATES],
    ),
    CopiedSetting: object({ field: text, before: {}, after: {}, removed: list({}), why: text }, [
      'field',
    ]),
    Removal: object(
      {
        removed: { const: true },
        client: object({ id: text, provider: text, userPoolId: text }, ['id', 'provider']),
        lost: list(text),
      },
      ['removed', 'client', 'lost'],
    ),
    RemovalPlan: object(
      { dryRun: { const: true }, requests: list(open), lost: list(text), client: ref('Client') },
      ['dryRun', 'requests', 'lost', 'client'],
    ),
    ...secretSchemas(object, list),
    RollbackRequest: {
      ...object(
        {
          provider: text,
          userPoolId: text,
          ownClient,
          to: { type: 'integer', minimum: 0, description: 'A revision of the history, or 0.' },
          allowPartial: {
            type: 'boolean',
            description: 'Restores what can be restored, where something cannot.',
          },
        },
        ['to'],
      ),
      additionalProperties: false,
    },
    AdoptionRequest: {
      ...object(
        {
          provider: text,
          userPoolId: text,
          registrationAccessToken: { type: 'string', minLength: 1, maxLength: 4_096 },
          registrationClientUri: { type: 'string', format: 'uri', maxLength: 2_048 },
        },
        [],
      ),
      additionalProperties: false,
    },
    ProtectionRequest: {
      ...object({ provider: text, userPoolId: text, protected: { type: 'boolean' } }, [
        'protected',
      ]),
      additionalProperties: false,
    },
    ...jobSchemas(object, list),
    SuspensionRequest: {
      ...object({ provider: text, userPoolId: text, ownClient }, []),
      additionalProperties: false,
    },
    ResumptionRequest: {
      ...object(
        {
          provider: text,
          userPoolId: text,
          ownClient,
          allowPartial: {
            type: 'boolean',
            description: 'Gives back what can be given back, where something cannot.',
          },
        },
        [],
      ),
      additionalProperties: false,
    },
    LeaseRequest: {
      ...object(
        {
          provider: text,
          userPoolId: text,
          field: { enum: [...LEASE_FIELDS] },
          value: { type: 'string', minLength: 1, maxLength: MAX_VALUE_LENGTH },
          owner: { type: 'string', minLength: 1, maxLength: MAX_OWNER_LENGTH },
          ttlSeconds: { type: 'integer', minimum: 1, maximum: MAX_LEASE_SECONDS },
        },
        ['field', 'value', 'owner', 'ttlSeconds'],
      ),
      additionalProperties: false,
    },
    Leases: object(
      {
        id: text,
        provider: text,
        userPoolId: text,
        leases: list(ref('Lease')),
        warnings: list(open),
      },
      ['id', 'provider', 'leases'],
    ),
    Lease: object(
      {
        field: { enum: [...LEASE_FIELDS] },
        value: text,
        owner: text,
        expiresAt: { type: 'string', format: 'date-time' },
        kept: { const: true, description: 'The value stays when the lease ends.' },
      },
      ['field', 'value', 'owner', 'expiresAt'],
    ),
    HistoryPage: object({ items: list(ref('HistoryItem')), next: text }, ['items']),
    HistoryItem: historyItem(object, list),
    Findings: object({ findings: list(ref('Finding')) }, ['findings']),
    Unread: {
      ...object(
        {
          provider: text,
          userPoolId: text,
          code: text,
          clients: { type: 'integer', minimum: 1 },
          verifiedAt: { type: 'string', format: 'date-time' },
        },
        ['provider', 'code', 'clients', 'verifiedAt'],
      ),
      description:
        'With fresh=true: clients of this place on this page that could not be read and are shown as they were known, the oldest at verifiedAt.',
    },
    Knowledge: object(
      {
        provider: text,
        userPoolId: text,
        complete: { type: 'boolean', description: 'Every client there has been read.' },
        verifiedAt: {
          anyOf: [{ type: 'string', format: 'date-time' }, NULL],
          description: 'When the client was read that was read the longest ago.',
        },
      },
      ['provider', 'complete', 'verifiedAt'],
    ),
    LintPage: object(
      {
        items: list(
          object(
            {
              client: ref('ClientName'),
              lastVerifiedAt: { type: 'string', format: 'date-time' },
              findings: list(ref('Finding')),
            },
            ['client', 'lastVerifiedAt', 'findings'],
          ),
        ),
        shared: list({
          allOf: [
            ref('Finding'),
            object({ clients: list(ref('ClientName')), count: { type: 'integer' } }, [
              'clients',
              'count',
            ]),
          ],
        }),
        next: text,
        mirror: list(ref('Knowledge')),
      },
      ['items', 'shared', 'mirror'],
    ),
    ClientName: object({ id: text, provider: text, userPoolId: text }, ['id', 'provider']),
    Finding: object(
      {
        rule: text,
        severity: { enum: [...SEVERITIES] },
        field: text,
        message: text,
        source: text,
        mend: object({ client: ref('ClientPatch') }, ['client']),
      },
      ['rule', 'severity', 'field', 'message', 'source'],
    ),
    FieldChange: object(
      {
        field: text,
        before: {},
        after: {},
        added: list({}),
        removed: list({}),
        cut: { const: true, description: 'The values are large, and left out on this page.' },
      },
      ['field', 'before', 'after'],
    ),
    Provider: { ...object({ id: text, type: text, fields: open }, ['id', 'type', 'fields']) },
    ProviderList: object({ providers: list(object({ id: text, type: text }, ['id', 'type'])) }, [
      'providers',
    ]),
    Status: object({ status: text }, ['status']),
    Document: open,
    Error: object(
      {
        error: text,
        code: { enum: Object.keys(ERROR_CODES) },
        field: text,
        operationId: text,
        fields: {
          ...list(text),
          description: 'Fields that the provider left as they were, although it answered success.',
        },
        outcome: { enum: ['partly_applied', 'not_applied', 'conflict', 'unknown'] },
        mend: {
          ...ref('ClientPatchRequest'),
          description: 'A PATCH of the same client, after which the request can succeed.',
        },
        requestId: text,
      },
      ['error', 'code', 'requestId'],
    ),
  }
}

const text: JsonObject = { type: 'string' }
const time: JsonObject = { type: 'string', format: 'date-time' }

function historyItem(object: ObjectSchema, list: ListSchema): JsonObject {
  const actor = object({ subject: text, issuer: text, clientId: text }, ['subject', 'issuer'])
  const callers = { submittedBy: actor, startedBy: actor, approvedBy: actor }
  return object(
    {
      kind: { enum: ['change', 'outside_change', 'overlap'] },
      client: object({ id: text, provider: text, userPoolId: text }, ['id', 'provider']),
      revision: { type: 'integer', minimum: 1 },
      at: time,
      endedAt: time,
      outcome: { enum: [...HISTORY_OUTCOMES] },
      changes: list(ref('FieldChange')),
      surprises: list(ref('FieldChange')),
      missed: {
        ...list(text),
        description: 'Fields that the provider left as they were, although it answered success.',
      },
      whole: {
        ...text,
        description: 'Path and query of the item with the values that are cut here.',
      },
      operationId: text,
      requestId: text,
      actor,
      job: object({ id: text, ...callers }, ['id', 'submittedBy']),
      rollbackTo: { type: 'integer', minimum: 0 },
      copiedFrom: object({ id: text, provider: text, userPoolId: text }, ['id', 'provider']),
      action: { enum: [...HISTORY_ACTIONS] },
      secretId: text,
      candidates: list(text),
      leases: object({ taken: list(ref('Lease')), ended: list(ref('Lease')) }, ['taken', 'ended']),
      settledBy: { enum: ['request', 'settlement'] },
    },
    ['kind', 'client', 'revision', 'at', 'outcome', 'changes'],
  )
}

function fieldsBy(schemaOf: (field: FieldName, schema: Json) => JsonObject): JsonObject {
  const made = fieldSchemas()
  return Object.fromEntries(
    FIELD_NAMES.map((field) => {
      const schema = schemaOf(field, made[field] ?? {})
      return [field, { ...schema, description: FIELDS[field].says }]
    }),
  )
}

const NULL: JsonObject = { type: 'null' }

function shownSchema(field: FieldName, schema: Json): JsonObject {
  const kind = FIELDS[field].kind
  // What a provider holds may lie outside what a patch may set, so only the kind is promised.
  const plain = kind === 'list' ? { type: 'array', items: { type: 'string' } } : kindOf(schema)
  return FIELDS[field].empty === null ? { anyOf: [plain, NULL] } : plain
}

function kindOf(schema: Json): JsonObject {
  const { type = 'object' } = schema as JsonObject
  return { type }
}

function patchSchema(field: FieldName, schema: Json): JsonObject {
  const change = {
    type: 'object',
    properties: { add: schema, remove: schema },
    additionalProperties: false,
  }
  const forms = FIELDS[field].kind === 'list' ? [schema, change] : [schema]
  return { anyOf: [...forms, NULL] }
}
