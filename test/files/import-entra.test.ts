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
  password: [{ display_name: 'first', value: 'a-secret-of-the-state' }],
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
  expect(losses).toMatchObject([
    { what: 'owners', why: 'owners are no settings of the client' },
    { what: 'optional_claims' },
    { what: 'password', why: 'secrets are in no file' },
  ])
  expect(JSON.stringify([clients, losses])).not.toContain('a-secret-of-the-state')
})

it('a registration is read with the resources that hold the rest of it', () => {
  const id = '/applications/765eb0e3-acb3-475d-9a98-ee6892f081c8'
  const other = '/applications/00000000-acb3-475d-9a98-ee6892f081c8'
  const one = (type: string, name: string, of: object) => ({
    ...{ mode: 'managed', type: `azuread_application_${type}`, name },
    instances: [{ attributes: of }],
  })
  const graph = '00000003-0000-0000-c000-000000000000'
  const resources = [
    one('registration', 'portal', {
      id,
      client_id: 'afb85a07-e312-4d49-b75b-9db4e2d683cd',
      object_id: '765eb0e3-acb3-475d-9a98-ee6892f081c8',
      display_name: 'Portal',
      description: 'Orders',
      sign_in_audience: 'AzureADMyOrg',
      homepage_url: 'https://app.example.com',
      logout_url: 'https://app.example.com/logout',
      implicit_id_token_issuance_enabled: true,
      implicit_access_token_issuance_enabled: false,
      requested_access_token_version: 2,
      terms_of_service_url: 'https://app.example.com/terms',
      publisher_domain: 'example.com',
      disabled_by_microsoft: '',
    }),
    one('redirect_uris', 'web', {
      application_id: id,
      type: 'Web',
      redirect_uris: ['https://app.example.com/cb'],
    }),
    one('redirect_uris', 'spa', {
      application_id: id,
      type: 'SPA',
      redirect_uris: ['https://app.example.com/spa'],
    }),
    one('redirect_uris', 'other', {
      application_id: other,
      type: 'SPA',
      redirect_uris: ['https://other.example.com/spa'],
    }),
    one('identifier_uri', 'api', { application_id: id, identifier_uri: 'api://portal' }),
    one('fallback_public_client', 'no', { application_id: id, enabled: false }),
    one('api_access', 'graph', {
      application_id: id,
      api_client_id: graph,
      role_ids: ['62a82d76-70ea-41e2-9197-370581804d09'],
      scope_ids: ['204e0828-b5ca-4ad8-b9f3-f32a958e7cc4'],
    }),
    one('password', 'secret', { application_id: id, value: 'a-secret-of-the-application' }),
  ]
  const text = JSON.stringify({ version: 4, resources })
  const { clients, losses } = readTerraform([{ path: 'a.json', text }])
  const native = clients[0]?.native ?? {}
  expect(clients).toHaveLength(1)
  expect(native).toMatchObject({
    identifierUris: ['api://portal'],
    isFallbackPublicClient: false,
    api: { requestedAccessTokenVersion: 2 },
    web: {
      redirectUris: ['https://app.example.com/cb'],
      logoutUrl: 'https://app.example.com/logout',
      implicitGrantSettings: { enableIdTokenIssuance: true, enableAccessTokenIssuance: false },
    },
    requiredResourceAccess: [
      {
        resourceAppId: graph,
        resourceAccess: [
          { id: '62a82d76-70ea-41e2-9197-370581804d09', type: 'Role' },
          { id: '204e0828-b5ca-4ad8-b9f3-f32a958e7cc4', type: 'Scope' },
        ],
      },
    ],
  })
  expect(showClient(mapping, native)).toMatchObject({
    id: 'afb85a07-e312-4d49-b75b-9db4e2d683cd',
    name: 'Portal',
    description: 'Orders',
    callbacks: ['https://app.example.com/cb', 'https://app.example.com/spa'],
    clientUri: 'https://app.example.com',
    tosUri: 'https://app.example.com/terms',
  })
  // Credentials are resources of their own, and only named.
  expect(losses).toMatchObject([
    { about: 'a.json: azuread_application_password.secret', what: 'azuread_application_password' },
  ])
  expect(JSON.stringify([clients, losses])).not.toContain('a-secret-of-the-application')
})
