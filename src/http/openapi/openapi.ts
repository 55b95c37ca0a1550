/**
 * `GET /openapi.json`: OpenAPI 3.1, made of the list of operations and of the schemas of their bodies.
 * https://spec.openapis.org/oas/v3.1.0
 */

import { OPERATIONS, type Operation } from '../../contract/operations.ts'
import type { JsonObject } from '../../core/json/json.ts'
import { once } from '../../core/once.ts'
import { VERSION } from '../../core/version.ts'
import type { Answer } from '../answer.ts'
import type { Exchange } from '../exchange.ts'
import { componentSchemas } from './component-schemas.ts'
import { failures, HEADERS, REQUEST_ID } from './failures.ts'
import { describeOperation } from './operation.ts'
import { type DescribedPlaces, withPlaces } from './places.ts'
import { TAGS } from './tags.ts'

let document: Answer | undefined

/** The description of all operations; made at its first use, and sent as the same bytes from then on. */
export function getOpenapi({ settings }: Pick<Exchange, 'settings'>): Answer {
  const { describedPlaces } = settings
  if (describedPlaces !== undefined) return placedDocument(describedPlaces)
  document ??= documentOf(describeApi())
  return document
}

/** One for one server, since anyone may ask for it. */
const placedDocument = once((places: DescribedPlaces) =>
  documentOf(withPlaces(describeApi(), places)),
)

function documentOf(api: JsonObject): Answer {
  const body = JSON.stringify(api)
  return { status: 200, body, bytes: Buffer.from(body) }
}

/** The description as an object. */
export function describeApi(
  operations: Readonly<Record<string, Operation>> = OPERATIONS,
): JsonObject {
  const paths = pathsOf(operations)
  return {
    openapi: '3.1.0',
    info: {
      title: 'Clientry',
      version: VERSION,
      description: 'One safe API for OAuth client applications, wherever they live.',
      contact: { name: 'Clientry' },
      license: { name: 'Apache License 2.0', identifier: 'Apache-2.0' },
    },
    // Seen from this document, so it holds behind any prefix (section "Server Object").
    servers: [{ url: '.', description: 'The server that this description comes from.' }],
    tags: TAGS,
    security: [{ accessToken: [] }],
    paths,
    components: {
      securitySchemes: {
        accessToken: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description:
            'An access token of a configured issuer; `npm run -s token` prints one for `npm start`.',
        },
      },
      headers: HEADERS,
      parameters: { RequestId: REQUEST_ID },
      responses: failures(),
      schemas: usedOf(componentSchemas(), paths),
    },
  }
}

function pathsOf(operations: Readonly<Record<string, Operation>>): JsonObject {
  const paths: Record<string, Record<string, JsonObject>> = {}
  for (const [id, row] of Object.entries(operations)) {
    paths[row.path] = {
      ...paths[row.path],
      [row.method.toLowerCase()]: describeOperation(id, row),
    }
  }
  return paths
}

/**
 * Schemas that something refers to. Events of a stream have none: readers hold each event against the schema of the answer,
 * which OpenAPI 3.1 cannot describe.
 */
function usedOf(schemas: Readonly<Record<string, JsonObject>>, paths: JsonObject): JsonObject {
  const text = JSON.stringify([paths, failures(), schemas])
  return Object.fromEntries(
    Object.entries(schemas).filter(([name]) => text.includes(`"#/components/schemas/${name}"`)),
  )
}
