/** Fields of every kind, for the tests of the form decoder. */

import type { FieldKinds } from '../../src/http/wire/form-body.ts'

export const KINDS: FieldKinds = {
  name: 'string',
  oidcConformant: 'boolean',
  idTokenLifetime: 'integer',
  callbacks: 'list',
  grantTypes: 'list',
  clientMetadata: 'map',
  refreshTokenRotation: { enabled: 'boolean', graceSeconds: 'integer' },
  providerSettings: 'raw',
}
