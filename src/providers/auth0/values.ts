/** What single settings of an Auth0 application may be. */

import type { Limits } from '../../core/mapping/row.ts'

/** Management API v2 (OpenAPI), `app_type`; `b2b_integration` as in npm auth0. */
export const APP_TYPES: Limits = {
  values: [
    ...['native', 'spa', 'regular_web', 'non_interactive', 'resource_server'],
    ...['express_configuration', 'b2b_integration', 'sso_integration', 'oag'],
    ...['rms', 'box', 'cloudbees', 'concur', 'dropbox', 'mscrm', 'echosign', 'egnyte', 'newrelic'],
    ...['office365', 'salesforce', 'sentry', 'sharepoint', 'slack', 'springcm', 'zendesk', 'zoom'],
  ],
}

/** https://auth0.com/docs/get-started/applications/application-grant-types */
const GRANTS = ['authorization_code', 'client_credentials', 'implicit', 'password', 'refresh_token']

/** Extension grants are named by URIs (RFC 6749 section 4.5), which Auth0 may add at any time. */
export const GRANT_TYPES: Limits = {
  pattern: {
    expression: new RegExp(`^(?:${GRANTS.join('|')}|[a-z][a-z0-9+.-]*:.+)$`, 'i'),
    says: `must be one of ${GRANTS.join(', ')}, or the URI of an extension grant (urn:ietf:params:oauth:grant-type:device_code)`,
  },
}
