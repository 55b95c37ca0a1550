/**
 * What each provider shows and does not take back, written out once more, since the tables of the
 * mappings are what is tested: a rule that is dropped from them fails here.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBench } from './service.ts'
import { SUBJECTS, type Subject } from './subjects.ts'

/**
 * Auth0: Management API v2 (OpenAPI), PATCH /api/v2/clients/{id}; Cognito: service model 2016-04-18,
 * UpdateUserPoolClientRequest against UserPoolClientType.
 */
const SHOWN_ONLY: Readonly<Record<string, readonly string[]>> = {
  auth0:
    'client_id tenant global is_first_party resource_server_identifier external_metadata_type external_metadata_created_by external_client_id jwks_uri third_party_security_mode cross_origin_auth callback_url_template owners encrypted oidc_backchannel_logout created_at updated_at'.split(
      ' ',
    ),
  cognito: ['ClientSecret', 'ClientSecretArn', 'CreationDate', 'LastModifiedDate', 'ClientType'],
  local: ['client_id', 'client_id_issued_at', 'updated_at'],
}

describe.each(SUBJECTS)('what is only shown ($name)', (kind) => {
  let subject: Subject

  beforeAll(async () => {
    subject = await kind.start()
  })
  afterAll(() => subject.close())

  it.each(SHOWN_ONLY[kind.name] ?? [])('%s is refused before anything is sent', async (member) => {
    subject.put({ ...kind.full, [member]: kind.full[member] ?? 'held' })
    const before = subject.stored()
    const bench = await openBench(new Map([['it', subject.provider]]))
    const attempt = bench.change(subject.ref, { providerSettings: { [member]: 'other' } })
    await expect(attempt).rejects.toMatchObject({
      code: 'read_only_field',
      field: `client.providerSettings.${member}`,
    })
    await bench.close()
    expect(subject.stored()).toEqual(before)
  })

  it('is all that the mapping has for read-only, with what it hides', () => {
    const { readOnlyKeys, hiddenKeys } = subject.provider.mapping
    const shown = readOnlyKeys.filter((member) => !hiddenKeys.includes(member))
    // Connections are read beside the client, and are no member of it.
    const own = shown.filter((member) => !member.startsWith('$'))
    expect([...own].sort()).toEqual([...(SHOWN_ONLY[kind.name] ?? [])].sort())
  })
})
