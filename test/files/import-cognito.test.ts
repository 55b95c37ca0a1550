/**
 * App clients of Cognito in a Terraform state, in the forms of states that others have published (terraform-provider-aws before
 * and after its Plugin Framework): what was not set is an empty list, an empty text, zero or null.
 */

import { expect, it } from 'vitest'
import { showClient } from '../../src/core/mapping/mapping.ts'
import { readTerraform } from '../../src/files/import/terraform/terraform.ts'
import { mapping } from '../../src/providers/cognito/mapping.ts'

const SET = {
  allowed_oauth_flows: ['code'],
  allowed_oauth_flows_user_pool_client: true,
  allowed_oauth_scopes: ['email', 'openid'],
  callback_urls: ['https://app.example.com/'],
  enable_token_revocation: true,
  id: 'exampleClientId',
  name: 'app',
  refresh_token_validity: 30,
  supported_identity_providers: ['COGNITO'],
  user_pool_id: 'eu-central-1_Pool12345',
}

/** By provider version: 4 with null, 5 with empty lists. */
it.each([
  [
    'null',
    {
      ...{ access_token_validity: 0, id_token_validity: 0, default_redirect_uri: '' },
      ...{ analytics_configuration: [], token_validity_units: [], explicit_auth_flows: null },
      ...{ read_attributes: null, write_attributes: null, prevent_user_existence_errors: '' },
    },
  ],
  [
    'empty',
    {
      ...{ access_token_validity: 0, id_token_validity: 0, refresh_token_rotation: [] },
      ...{ analytics_configuration: [], token_validity_units: [], explicit_auth_flows: [] },
      ...{ read_attributes: [], write_attributes: [], prevent_user_existence_errors: '' },
    },
  ],
])('what was not set is not in the file: %s', (_, unset) => {
  const attributes = { ...SET, ...unset, client_secret: '', generate_secret: false }
  const text = JSON.stringify({
    version: 4,
    resources: [
      {
        mode: 'managed',
        type: 'aws_cognito_user_pool_client',
        name: 'a',
        instances: [{ attributes }],
      },
    ],
  })
  const { clients, losses } = readTerraform([{ path: 'a.json', text }])
  expect(losses).toEqual([])
  const { native = {}, userPoolId } = clients[0] ?? {}
  expect(userPoolId).toBe('eu-central-1_Pool12345')
  expect(Object.keys(native).sort()).toEqual(
    [
      ...['AllowedOAuthFlows', 'AllowedOAuthFlowsUserPoolClient', 'AllowedOAuthScopes'],
      ...['CallbackURLs', 'ClientId', 'ClientName', 'ClientSecrets', 'EnableTokenRevocation'],
      ...['RefreshTokenRotation', 'RefreshTokenValidity', 'SupportedIdentityProviders'],
    ].sort(),
  )
  // A new public client would rotate, which a state without a word of it does not mean.
  expect(showClient(mapping, native).refreshTokenRotation).toMatchObject({ enabled: false })
})
