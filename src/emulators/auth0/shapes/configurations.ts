/** Shapes of the members of a client that switch on features of Auth0 (declarations of npm `auth0` 7.1.0). */

import { BOOLEAN, list, nullable, oneOf, TEXT_ID } from './parts.ts'
import type { ObjectShape, Shape } from './shapes.ts'

const TEXT: Shape = { type: 'string' }

/** Whether a feature is on. */
export const ACTIVE: ObjectShape = {
  type: 'object',
  required: ['active'],
  members: { active: BOOLEAN },
}

export const B2B_INTEGRATION: ObjectShape = {
  type: 'object',
  members: {
    // "Maximum 1 entry."
    sso_profiles: list(TEXT, { max: 1 }),
    integration_type: oneOf('custom_auth_server', 'third_party', 'application'),
  },
}

export const EXPRESS_CONFIGURATION: ObjectShape = {
  type: 'object',
  required: [
    'initiate_login_uri_template',
    'user_attribute_profile_id',
    'connection_profile_id',
    'enable_client',
    'enable_organization',
    'okta_oin_client_id',
    'admin_login_domain',
  ],
  members: {
    initiate_login_uri_template: TEXT,
    user_attribute_profile_id: TEXT,
    connection_profile_id: TEXT,
    enable_client: BOOLEAN,
    enable_organization: BOOLEAN,
    linked_clients: list({
      type: 'object',
      required: ['client_id'],
      members: { client_id: TEXT_ID },
    }),
    okta_oin_client_id: TEXT,
    admin_login_domain: TEXT,
    oin_submission_id: TEXT,
  },
}

export const MY_ORGANIZATION: ObjectShape = {
  type: 'object',
  required: ['allowed_strategies', 'connection_deletion_behavior'],
  members: {
    connection_profile_id: TEXT,
    user_attribute_profile_id: TEXT,
    allowed_strategies: list(
      oneOf('pingfederate', 'adfs', 'waad', 'google-apps', 'okta', 'oidc', 'samlp'),
    ),
    third_party_client_access: {
      type: 'object',
      required: ['default_value', 'allowed_values'],
      members: { default_value: oneOf('block'), allowed_values: list(oneOf('allow', 'block')) },
    },
    connection_deletion_behavior: oneOf('allow', 'allow_if_empty'),
    invitation_landing_client_id: TEXT,
  },
}

export const TOKEN_QUOTA: ObjectShape = {
  type: 'object',
  required: ['client_credentials'],
  members: {
    client_credentials: {
      type: 'object',
      members: {
        enforce: BOOLEAN,
        per_day: { type: 'integer' },
        per_hour: { type: 'integer' },
      },
    },
  },
}

const FEDCM_GOOGLE: ObjectShape = { type: 'object', members: { is_enabled: BOOLEAN } }

export const FEDCM_LOGIN: ObjectShape = { type: 'object', members: { google: FEDCM_GOOGLE } }

/** As an update takes it: `null` removes a part. */
export const FEDCM_LOGIN_PATCH: ObjectShape = {
  type: 'object',
  members: { google: nullable(FEDCM_GOOGLE) },
}
