/** The schemas of rotations, live secrets and retirements. */

import type { JsonObject } from '../../core/json/json.ts'
import { MAX_RETIRE_SECONDS } from '../../service/secrets/retirements.ts'
import { QUERY_PARAMETERS } from '../wire/query.ts'
import { type ListSchema, type ObjectSchema, ref } from './schema-parts.ts'

const text: JsonObject = { type: 'string' }
const time: JsonObject = { type: 'string', format: 'date-time' }

/** Them by name, written with the two makers of all schemas. */
export function secretSchemas(object: ObjectSchema, list: ListSchema): JsonObject {
  const live = { id: text, createdAt: time, hint: text, retiresAt: time }
  return {
    RotationRequest: {
      ...object(
        {
          provider: text,
          userPoolId: text,
          ownClient: { type: 'boolean', description: QUERY_PARAMETERS.ownClient.says },
          cutOver: {
            type: 'boolean',
            description: 'The new secret takes the place of the old one, which ends at once.',
          },
          retireAfterSeconds: {
            type: 'integer',
            minimum: 1,
            maximum: MAX_RETIRE_SECONDS,
            description: 'The old ones end by themselves after so many seconds.',
          },
        },
        [],
      ),
      additionalProperties: false,
    },
    LiveSecret: object(live, ['id']),
    Rotation: object(
      {
        secret: object({ ...live, value: { type: ['string', 'null'] } }, ['value']),
        previous: list(ref('LiveSecret')),
        client: ref('Client'),
      },
      ['secret', 'previous', 'client'],
    ),
    SecretList: object(
      { secrets: list(ref('LiveSecret')), atOnce: { type: 'integer', minimum: 0 } },
      ['secrets', 'atOnce'],
    ),
    Retirement: object(
      { retired: text, retiresAt: time, secrets: list(ref('LiveSecret')), client: ref('Client') },
      ['retired', 'secrets', 'client'],
    ),
  }
}
