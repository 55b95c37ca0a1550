/** Applications of Entra ID in a Terraform state (terraform-provider-azuread, docs/resources/application.md). */

import { expect, it } from 'vitest'
import { showClient } from '../../src/core/mapping/mapping.ts'
import { readTerraform } from '../../src/files/import/terraform/terraform.ts'
import { mapping } from '../../src/providers/entra/mapping.ts'

const attributes = {
  id: '/applications/765eb0e3-acb3-475d-9a98-ee6892f081c8',
  object_id: '765eb0e3-acb3-475d-9a98-ee6892f081c8',
  client_id: 'afb85a07-e312-4d49-b75b-9db4e2d683cd',
  display_name: 'Portal',
  description: '',
  sign_in_audience: 'AzureADMyOrg',
  group_membership_claims: ['SecurityGroup'],
  fallback_public_client_enabled: false,
  owners: ['9a460aa1-ac83-e02f-1972-1f207c7cef9d'],
  marketing_url: '',
  privacy_statement_url: 'https://app.example.com/policy',
  optional_claims: [{ id_token: [{ name: 'email' }] }],
  password: [],
  web: [
    {
      homepage_url: 'https://app.example.com',
      logout_url: '',
      redirect_uris: ['https://app.example.com/cb'],
      implicit_grant: [{ access_token_issuance_enabled: false, id_token_issuance_enabled: true }],
    },
  ],
  single_page_application: [{ redirect_uris: ['https://app.example.com/spa'] }],
  public_client: [],
  required_resource_access: [
    {
      resource_app_id: '00000003-0000-0000-c000-000000000000',
      resource_access: [{ id: 'e1fe6dd8-ba31-4d61-89e7-88639da4683d', type: 'Scope' }],
    },
  ],
}
const resource = { mode: 'managed', type: 'azuread_application', name: 'portal' }

it('become clients with their redirect URIs in their platforms, and what is left out is named', () => {
  const text = JSON.stringify({
    version: 4,
    resources: [{ ...resource, instances: [{ attributes }] }],
  })
  const { clients, losses } = readTerraform([{ path: 'a.json', text }])
  expect(clients).toMatchObject([{ about: 'a.json: azuread_application.portal', type: 'entra' }])
  const native = clients[0]?.native ?? {}
  expect(native).toMatchObject({
    groupMembershipClaims: 'SecurityGroup',
    requiredResourceAccess: [{ resourceAppId: '00000003-0000-0000-c000-000000000000' }],
    spa: { redirectUris: ['https://app.example.com/spa'] },
  })
  expect(showClient(mapping, native)).toMatchObject({
    id: 'afb85a07-e312-4d49-b75b-9db4e2d683cd',
    name: 'Portal',
    callbacks: ['https://app.example.com/cb', 'https://app.example.com/spa'],
    clientUri: 'https://app.example.com',
    policyUri: 'https://app.example.com/policy',
  })
  expect(losses.map(({ what }) => what)).toEqual(['optional_claims'])
})
