/**
 * G1, the frame: from any state of a client, any patch changes settings that it names and no other.
 * Random states (each native member there or not, with members that no program knows) and random
 * patches, against what is really stored behind the provider.
 */

import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FieldName } from '../../src/core/client.ts'
import { isClientError } from '../../src/core/errors.ts'
import type { Json, JsonObject } from '../../src/core/json.ts'
import type { Row } from '../../src/core/mapping.ts'
import { PEERS } from './peers.ts'
import { type Bench, openBench } from './service.ts'
import { differences, patienceOf, SUBJECTS, type Subject, type SubjectKind } from './subjects.ts'

/** Values that every provider takes for a field that it can hold. */
const VALUES: { readonly [F in FieldName]?: readonly Json[] } = {
  name: ['One', 'Another name'],
  callbacks: [
    ['https://one.example.com/cb'],
    { add: ['https://two.example.com/cb', 'https://three.example.com/cb'] },
    { remove: ['https://app.example.com/callback'], add: ['https://four.example.com/cb'] },
  ],
  allowedLogoutUrls: [
    [],
    ['https://one.example.com/out'],
    { add: ['https://two.example.com/out'] },
    null,
  ],
  description: ['A text', null],
  webOrigins: [['https://one.example.com'], []],
  allowedOrigins: [['https://two.example.com'], null],
  clientMetadata: [{ team: 'other' }, { team: null, added: 'x' }],
  idTokenLifetime: [600, 86_400],
  accessTokenLifetime: [900, 3_600],
  refreshTokenLifetime: [864_000],
  refreshTokenRotation: [{ enabled: true }, { enabled: false }],
  scopes: [['openid'], { add: ['profile'] }],
  oidcConformant: [true, false],
  disabled: [false],
}

/** Settings that move along with a field by the nature of the provider; named in its mapping's notes. */
const COUPLED: Readonly<Record<string, readonly string[]>> = {
  grantTypes: ['ExplicitAuthFlows'],
  refreshTokenRotation: ['ExplicitAuthFlows', 'refresh_token'],
  refreshTokenLifetime: ['refresh_token'],
}

/** Members without which a record is not a client, or a rule of the provider would be broken. */
const ESSENTIAL =
  /^(UserPoolId|ClientId|ClientName|CallbackURLs|CreationDate|LastModifiedDate|ClientSecret|client_id|client_name|name|tenant|global|redirect_uris|grant_types|response_types|token_endpoint_auth_method|refresh_token|jwt_configuration|client_secret|application_type|TokenValidityUnits|.*Validity|is_first_party|oidc_conformant|oidc_logout|oidc_backchannel_logout|cross_origin_auth|cross_origin_authentication|AllowedOAuthFlowsUserPoolClient|EnableTokenRevocation|EnablePropagateAdditionalUserContextData|AuthSessionValidity)$/

const RUNS = 60

describe.each<SubjectKind>([...SUBJECTS, ...PEERS])('$name', (kind) => {
  let subject: Subject
  let bench: Bench

  beforeAll(async () => {
    subject = await kind.start()
    bench = await openBench(new Map([['it', subject.provider]]), patienceOf(kind))
  })

  afterAll(async () => {
    await bench.close()
    await subject.close()
  })

  const optional = Object.keys(kind.full).filter((name) => !ESSENTIAL.test(name))
  const state = fc
    .subarray(optional)
    .map(
      (left) =>
        Object.fromEntries(
          Object.entries(kind.full).filter(([name]) => !left.includes(name)),
        ) as JsonObject,
    )
  const patch = fc
    .subarray(
      (Object.keys(VALUES) as FieldName[]).filter((field) => !kind.lacks?.includes(field)),
      { minLength: 1, maxLength: 4 },
    )
    .chain((fields) =>
      fc.record(
        Object.fromEntries(
          fields.map((field) => [field, fc.constantFrom(...(VALUES[field] ?? []))]),
        ),
      ),
    )

  it('changes what is named, and nothing else', async () => {
    let applied = 0
    await fc.assert(
      fc.asyncProperty(state, patch, async (record, client) => {
        subject.put(record)
        const before = subject.stored()
        const outcome = await bench.change(subject.ref, client).catch((error: unknown) => {
          // Fields that the provider cannot hold, or values that this state forbids: refused whole.
          if (isClientError(error) && error.status === 400) return undefined
          throw error
        })
        const named = outcome === undefined ? [] : membersOf(subject, Object.keys(client))
        const strayed = differences(kind, before, subject.stored())
        expect(strayed.filter((member) => !named.includes(member))).toEqual([])
        if (outcome?.outcome === 'applied') applied += 1
      }),
      { numRuns: RUNS },
    )
    // The property would hold of a program that refuses everything.
    expect(applied).toBeGreaterThan(RUNS / 10)
  })
})

/** Top-level members that the fields of a patch are made of. */
function membersOf({ provider }: Subject, fields: readonly string[]): readonly string[] {
  return fields.flatMap((field) => {
    const row = provider.mapping.fields[field as 'name'] as Row<unknown>
    const own = row.support === 'missing' ? [] : row.keys
    return [...own.map((path) => path.split('.')[0] ?? ''), ...(COUPLED[field] ?? [])]
  })
}
