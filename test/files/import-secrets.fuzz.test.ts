/**
 * G10: secrets of a source reach no client file, no report and no message, wherever they stand: Terraform keeps them in its states,
 * and people put them into metadata. What is drawn is where; each sample has its own canaries.
 */

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isClientError } from '../../src/core/errors.ts'
import type { Json } from '../../src/core/json/json.ts'
import { clientText } from '../../src/files/import/client-text.ts'
import type { FormatName } from '../../src/files/import/format-names.ts'
import { FORMATS } from '../../src/files/import/formats.ts'
import { importReport } from '../../src/files/import/import-report.ts'
import type { Capabilities } from '../../src/files/render.ts'
import { capabilitiesOf } from '../../src/http/routes/providers.ts'
import { mappingOf } from '../../src/providers/configured.ts'
import { runs } from '../property.ts'

const MAPPINGS = {
  auth0: await mappingOf('auth0'),
  cognito: await mappingOf('cognito'),
  local: await mappingOf('local'),
}
const CANARY = 'canary'

/** Everything that an import writes or prints. */
function shown(format: FormatName, text: string, type: keyof typeof MAPPINGS): string {
  try {
    const reading = FORMATS[format].read([{ path: 'state.json', text }], () => undefined)
    const texts = reading.clients.map((client) => {
      const mapping = MAPPINGS[(client.type ?? type) as keyof typeof MAPPINGS]
      const capabilities = capabilitiesOf(mapping) as unknown as Capabilities
      const place = { provider: 'there', userPoolId: client.userPoolId ?? 'p_1' }
      return {
        about: client.about,
        ...clientText(client, { mapping, capabilities, place, isList: () => false }),
      }
    })
    const losses = [...reading.losses, ...texts.flatMap((one) => one.losses)]
    const files = texts.map(({ about, name }) => ({ about, path: name }))
    return [
      ...texts.map((one) => one.text),
      importReport(files, losses),
      JSON.stringify(losses),
    ].join('\n')
  } catch (error) {
    if (!isClientError(error)) throw error
    return error.message
  }
}

/** 40 hexadecimal digits; each sample has others. */
const secret = fc.stringMatching(/^[0-9a-f]{40}$/).map((digits) => `${CANARY}${digits}`)
const nested = (inner: fc.Arbitrary<unknown>) =>
  fc.oneof(inner, fc.array(inner, { maxLength: 2 }), fc.record({ value: inner }))

/** Attributes that hold a secret, by their names. */
const SECRETS = [
  'client_secret',
  'registration_access_token',
  'signing_keys',
  'secret',
  'password',
  'api_key',
  'private_key',
  'initial_access_token',
]
const attributes = fc.record(
  Object.fromEntries([
    ...SECRETS.map((name) => [name, nested(secret)]),
    ['id', fc.constant('an-id')],
    ['client_id', fc.constant('an-id')],
    ['name', fc.constant('A name')],
    ['client_name', fc.constant('A name')],
    ['user_pool_id', fc.constant('p_1')],
    ['callbacks', fc.constant(['https://a.example.com/'])],
    [
      'client_metadata',
      fc.record(
        { token: secret, access_key: secret, note: fc.constant('plain') },
        { requiredKeys: [] },
      ),
    ],
    ['addons', fc.constant([{ firebase: [{ secret: 'x' }] }]).map((addons) => addons as Json)],
    // No name and no shape gives it away; the state marks it.
    ['description', secret.map((one) => `see ${one} below`)],
  ]),
  { requiredKeys: ['id', 'client_id', 'name', 'client_name'] as never[] },
)
const resource = fc.record({
  mode: fc.constant('managed'),
  type: fc.constantFrom(
    'auth0_client',
    'auth0_client_credentials',
    'aws_cognito_user_pool_client',
    'aws_db_instance',
    'random_password',
  ),
  name: fc.constant('one'),
  instances: fc.array(
    attributes.map((one) => ({
      attributes: one,
      sensitive_attributes: [[{ type: 'get_attr', value: 'description' }]],
      private: 'x',
    })),
    { maxLength: 2 },
  ),
})

it('a Terraform state gives away no secret', () => {
  const state = fc.record({
    version: fc.constantFrom(4, 4, 4, 3),
    outputs: fc.record({ one: fc.record({ value: secret, sensitive: fc.boolean() }) }),
    resources: fc.array(resource, { maxLength: 3 }),
  })
  fc.assert(
    fc.property(state, fc.nat(), (one, cut) => {
      const text = JSON.stringify(one)
      expect(shown('terraform', text, 'auth0')).not.toContain(CANARY)
      // A file that was cut off is no JSON; what is said of it repeats none of it.
      expect(shown('terraform', text.slice(0, cut % text.length), 'auth0')).not.toContain(CANARY)
    }),
    { numRuns: runs(150) },
  )
})

it.each(['auth0', 'local'] as const)('a record of %s gives away no secret', (type) => {
  fc.assert(
    fc.property(attributes, (one) => {
      const { description: _, ...record } = one as Record<string, unknown>
      expect(shown('native', JSON.stringify(record), type)).not.toContain(CANARY)
    }),
    { numRuns: runs(150) },
  )
})

it('a tenant of auth0-deploy-cli gives away no secret', () => {
  fc.assert(
    fc.property(attributes, (one) => {
      const { description: _, ...record } = one as Record<string, unknown>
      const text = JSON.stringify({
        clients: [record],
        emailProvider: { credentials: { api_key: `${CANARY}1` } },
      })
      expect(shown('auth0-deploy-cli', text, 'auth0')).not.toContain(CANARY)
    }),
    { numRuns: runs(150) },
  )
})
