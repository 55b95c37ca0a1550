/** Applications of Okta in a Terraform state, and as the Apps API shows them, become client files. */

import { expect, it } from 'vitest'
import { parseClientFile } from '../../src/files/client-file.ts'
import { clientText } from '../../src/files/import/client-text.ts'
import { FORMATS } from '../../src/files/import/formats.ts'
import type { Capabilities } from '../../src/files/render.ts'
import { capabilitiesOf } from '../../src/http/routes/providers.ts'
import { mapping } from '../../src/providers/okta/mapping.ts'
import { APP_ID, fullOktaApp } from '../fixtures/okta.ts'

const capabilities = capabilitiesOf(mapping) as unknown as Capabilities

function imported(format: 'native' | 'terraform', content: object) {
  const source = { path: 'a.json', text: JSON.stringify(content) }
  const reading = FORMATS[format].read([source], () => undefined)
  const [client = { about: '', native: {} }] = reading?.clients ?? []
  const destination = { mapping, capabilities, place: { provider: 'it' }, isList: () => false }
  const { text, losses } = clientText(client, destination)
  const file = parseClientFile('a.yaml', text)
  return { client, file, text, losses: [...(reading?.losses ?? []), ...losses] }
}

const attributes = {
  id: APP_ID,
  client_id: APP_ID,
  client_secret: 'a-secret-of-the-state-0123456789',
  label: 'Example',
  name: 'oidc_client',
  sign_on_mode: 'OPENID_CONNECT',
  status: 'ACTIVE',
  type: 'web',
  redirect_uris: ['https://app.example.com/callback'],
  post_logout_redirect_uris: [],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'client_secret_basic',
  pkce_required: true,
  consent_method: 'REQUIRED',
  issuer_mode: 'ORG_URL',
  login_mode: 'DISABLED',
  login_scopes: [],
  login_uri: 'https://app.example.com/login',
  refresh_token_rotation: 'STATIC',
  refresh_token_leeway: 0,
  profile: '{"team":"identity"}',
  admin_note: 'For administrators',
  hide_ios: true,
  hide_web: false,
  auto_submit_toolbar: false,
  authentication_policy: 'rstexample',
  jwks: [],
}
const state = {
  version: 4,
  resources: [
    { mode: 'managed', type: 'okta_app_oauth', name: 'web', instances: [{ attributes }] },
  ],
}

it('a state says what the application is, and nothing of its secret', () => {
  const { client, file, text, losses } = imported('terraform', state)
  expect(client.type).toBe('okta')
  expect(file).toMatchObject({
    id: APP_ID,
    kind: 'web',
    client: {
      name: 'Example',
      callbacks: ['https://app.example.com/callback'],
      allowedLogoutUrls: [],
      grantTypes: ['authorization_code', 'refresh_token'],
      tokenEndpointAuthMethod: 'client_secret_basic',
      description: 'For administrators',
      clientMetadata: { team: 'identity' },
      initiateLoginUri: 'https://app.example.com/login',
      firstParty: false,
      refreshTokenRotation: { enabled: false, graceSeconds: 0 },
      providerSettings: {
        credentials: { oauthClient: { pkce_required: true } },
        settings: { oauthClient: { issuer_mode: 'ORG_URL' } },
        visibility: { hide: { iOS: true, web: false } },
      },
    },
  })
  expect(text).not.toContain('a-secret-of-the-state')
  const said = losses.map(({ what }) => what)
  expect(said).toContain('client_secret')
  expect(said).toContain('authentication_policy')
})

it('records of the Apps API are read as they are nested', () => {
  const { file, losses } = imported('native', [fullOktaApp])
  expect(file).toMatchObject({
    id: APP_ID,
    client: {
      name: 'Example',
      callbacks: ['https://app.example.com/callback'],
      clientMetadata: { team: 'identity', tier: 'gold' },
      providerSettings: { settings: { notes: { enduser: 'For everyone' } } },
    },
  })
  expect(losses.map(({ what }) => what)).toContain('settings.oauthClient.of_tomorrow')
})
