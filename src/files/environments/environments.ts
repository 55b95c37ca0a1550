/**
 * `environments.yaml` beside the client files: what is different about the same clients in each environment.
 *
 * ```yaml
 * environments:
 *   staging:
 *     places:                            # what files call a place, and where that is here
 *       customers: auth0-staging
 *       members: cognito/eu-central-1_staging
 *     variables:
 *       host: app.staging.example.com
 *       origins: [https://app.staging.example.com, http://localhost:3000]
 *       webhook: { env: WEBHOOK_TOKEN }  # of the process environment; written to no file
 *     overrides:
 *       customers/portal.yaml:           # by the path of the file in this folder
 *         id: stagingClientId
 *         client: { accessTokenLifetime: 300 }
 * ```
 */

import { isMap } from 'yaml'
import * as z from 'zod/mini'
import { ClientError } from '../../core/errors.ts'
import type { Json } from '../../core/json/json.ts'
import type { FieldPatches } from '../../core/patch/patch.ts'
import { parseYaml, type YamlFile } from '../yaml/yaml-document.ts'
import { putIn, readYaml, textOfYaml } from '../yaml/yaml-text.ts'
import { escaped, VARIABLE_NAME, type ValuePath } from './template.ts'

/** The name of the file, directly in the folder of the client files. */
export const ENVIRONMENTS_FILE = 'environments.yaml'

const text = z.string().check(z.minLength(1), z.maxLength(2_048))
const scalar = z.union([z.string(), z.number(), z.boolean()])

/** A value of the process environment; `json`: a value that is written there as JSON, such as a list. */
const reference = z.strictObject({ env: text, json: z.optional(z.boolean()) })

const environment = z.strictObject({
  places: z.optional(z.record(z.string(), z.string().check(z.regex(/^[^/]+(\/[^/]+)?$/)))),
  variables: z.optional(
    z.record(
      z.string().check(z.regex(VARIABLE_NAME)),
      z.union([scalar, z.array(scalar), reference]),
    ),
  ),
  exclude: z.optional(z.array(text)),
  overrides: z.optional(
    z.record(
      z.string(),
      z.strictObject({
        id: z.optional(text),
        kind: z.optional(text),
        client: z.optional(z.record(z.string(), z.unknown())),
      }),
    ),
  ),
})

const schema = z.strictObject({ environments: z.record(text, environment) })

/** One environment as it is written; its variables are not replaced yet. */
export type WrittenEnvironment = z.output<typeof environment>
export type WrittenVariable = NonNullable<WrittenEnvironment['variables']>[string]
export type WrittenOverride = NonNullable<WrittenEnvironment['overrides']>[string]

export interface EnvironmentsFile {
  readonly path: string
  readonly environments: Readonly<Record<string, WrittenEnvironment>>
  lineOf(at: ValuePath): number
}

/**
 * Reads the file.
 * @throws ClientError `invalid_field`, whose sentences name the file, the lines and the places
 */
export function parseEnvironments(path: string, content: string): EnvironmentsFile {
  const { value, lineOf } = parseYaml(path, content)
  const parsed = schema.safeParse(value)
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => faultOf(path, issue, lineOf))
    throw new ClientError('invalid_field', faults.join(' '))
  }
  const { environments } = parsed.data
  checkVariables(path, environments, lineOf)
  return { path, environments, lineOf }
}

/** What each part must be, by its place below an environment. */
const EXPECTED: Readonly<Record<string, string>> = {
  places:
    'places must give each PROVIDER or PROVIDER/POOL of the files as PROVIDER or PROVIDER/POOL',
  variables:
    'a variable must have a name of letters, digits, "_", "-" and ".", and be a text, a number, true, false, a list of these, or { env: NAME } with json: true for a value that is JSON',
  exclude:
    'exclude must be a list of terms such as name:TEXT, kind:KIND, firstParty:false and id:ID',
  overrides: 'an override may have id, kind and client, under the path of its file in this folder',
}

function faultOf(path: string, { path: at }: z.core.$ZodIssue, lineOf: YamlFile['lineOf']): string {
  const place = at.map((part) => (typeof part === 'number' ? part : String(part)))
  const part = String(at[2] ?? '')
  const says =
    EXPECTED[part] ??
    'the file must be { environments: { NAME: { places, variables, exclude, overrides } } }, with nothing else'
  return `${path} (line ${lineOf(place)}${place.length === 0 ? '' : `, ${place.join('.')}`}): ${says}.`
}

/** Variables do not refer to each other, and a reader may think that they do. */
function checkVariables(
  path: string,
  environments: EnvironmentsFile['environments'],
  lineOf: YamlFile['lineOf'],
): void {
  for (const [name, { variables = {} }] of Object.entries(environments)) {
    for (const [variable, value] of Object.entries(variables)) {
      const texts = (Array.isArray(value) ? value : [value]) as readonly Json[]
      if (!texts.some((one) => typeof one === 'string' && one.includes('${'))) continue
      const line = lineOf(['environments', name, 'variables', variable])
      throw new ClientError(
        'invalid_field',
        `${path} (line ${line}): the variable ${variable} holds \${, but a variable cannot refer to another one.`,
      )
    }
  }
}

/** The text of the file with the id that a client has in one environment, and what it has there alone; comments and order stay. */
export function withEnvironmentId(
  content: string,
  {
    environment,
    file,
    id,
    given = {},
  }: { environment: string; file: string; id: string; given?: FieldPatches },
): string {
  const document = readYaml(content)
  if (!isMap(document.contents)) return content
  const at = ['environments', environment, 'overrides', file]
  document.setIn([...at, 'id'], id)
  if (Object.keys(given).length > 0) putIn(document, [...at, 'client'], escaped(given as Json))
  return textOfYaml(document)
}
