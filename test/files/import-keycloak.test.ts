/** Clients of Keycloak out of realm exports and Terraform states, as the admin API spells them. */

import { expect, it } from 'vitest'
import { readKeycloakRealm } from '../../src/files/import/keycloak-realm.ts'
import { readTerraform } from '../../src/files/import/terraform/terraform.ts'

const source = (value: unknown) => [{ path: 'a.json', text: JSON.stringify(value) }]

it('a realm gives its own clients of OpenID Connect, with what an import makes of absent members', () => {
  const { clients, losses } = readKeycloakRealm(
    source({
      realm: 'quick',
      enabled: true,
      users: [{ username: 'a', credentials: [{ value: 'hunter2' }] }],
      clients: [
        { clientId: 'spa', publicClient: true, redirectUris: ['http://localhost/cb'] },
        { clientId: 'account', publicClient: true },
        { clientId: 'other-realm' },
        { clientId: 'saml', protocol: 'saml' },
        { name: 'without an id' },
      ],
    }),
  )
  expect(clients).toEqual([
    {
      about: 'a.json: spa',
      type: 'keycloak',
      userPoolId: 'quick',
      native: {
        clientId: 'spa',
        enabled: true,
        standardFlowEnabled: true,
        implicitFlowEnabled: false,
        directAccessGrantsEnabled: false,
        serviceAccountsEnabled: false,
        publicClient: true,
        redirectUris: ['http://localhost/cb'],
      },
    },
  ])
  expect(losses.map(({ about, what, why }) => `${about}: ${what}: ${why}`)).toEqual([
    'a.json: users: Clientry manages clients only',
    'a.json: account: the client: Keycloak makes it for each realm',
    'a.json: other-realm: the client: Keycloak makes it for each realm',
    'a.json: saml: the client: its protocol is saml',
    'a.json: a client: it has no clientId',
  ])
})

it.each([
  [
    'several realms',
    [
      { realm: 'a', clients: [{ clientId: 'x' }] },
      { realm: 'b', clients: [{ clientId: 'y' }] },
    ],
    ['x', 'y'],
  ],
  ['one client', { clientId: 'x' }, ['x']],
  ['a list of clients', [{ clientId: 'x' }, { clientId: 'y' }], ['x', 'y']],
])('reads %s', (_, value, ids) => {
  expect(readKeycloakRealm(source(value)).clients.map(({ native }) => native.clientId)).toEqual(ids)
})

it('a resource of a state is spelled as the admin API does', () => {
  const attributes = {
    id: '0c5b',
    realm_id: 'quick',
    client_id: 'web',
    name: 'Web',
    access_type: 'CONFIDENTIAL',
    client_secret: 'hunter2',
    client_secret_wo: null,
    service_account_user_id: '77',
    import: false,
    standard_flow_enabled: true,
    valid_redirect_uris: ['https://a.example.com/cb'],
    web_origins: [],
    valid_post_logout_redirect_uris: ['https://a.example.com/', 'https://b.example.com/'],
    access_token_lifespan: '300',
    use_refresh_tokens: true,
    login_theme: '',
    require_dpop_bound_tokens: false,
    extra_config: { 'acr.loa.map': '{}' },
    authentication_flow_binding_overrides: [{ browser_id: 'flow', direct_grant_id: '' }],
    authorization: [{ policy_enforcement_mode: 'ENFORCING' }],
  }
  const resource = { mode: 'managed', type: 'keycloak_openid_client', name: 'web' }
  const state = { version: 4, resources: [{ ...resource, instances: [{ attributes }] }] }
  const { clients, losses } = readTerraform(source(state))
  expect(clients).toEqual([
    {
      about: 'a.json: keycloak_openid_client.web',
      type: 'keycloak',
      userPoolId: 'quick',
      native: {
        protocol: 'openid-connect',
        clientId: 'web',
        name: 'Web',
        publicClient: false,
        bearerOnly: false,
        standardFlowEnabled: true,
        redirectUris: ['https://a.example.com/cb'],
        webOrigins: [],
        attributes: {
          'access.token.lifespan': '300',
          'use.refresh.tokens': 'true',
          'dpop.bound.access.tokens': 'false',
          'acr.loa.map': '{}',
          'post.logout.redirect.uris': 'https://a.example.com/##https://b.example.com/',
        },
        authenticationFlowBindingOverrides: { browser: 'flow' },
      },
    },
  ])
  expect(losses.map(({ what }) => what).sort()).toEqual(['authorization', 'client_secret'])
})
