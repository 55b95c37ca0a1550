/** What the development server says when it is up: where things are, and a request to paste. */

import { EXAMPLE_ID, EXAMPLE_POOL } from './dev-clients.ts'

interface Started {
  readonly url: string
  readonly token: string
  readonly auth0: string
  readonly cognito: string
}

/** The text for a terminal; no control codes, so it is readable in a file too. */
export function welcome({ url, token, auth0, cognito }: Started): string {
  const change =
    '{ "client": { "callbacks": ["https://new-callback-url.com"], "allowedLogoutUrls": ["https://new-logout-url.com"] } }'
  const inCognito = change.replace(
    '{ "client"',
    `{ "provider": "cognito-client", "userPoolId": "${EXAMPLE_POOL}", "client"`,
  )
  return `
Clientry runs on ${url}

  auth0           the default provider, emulated at ${auth0}
  cognito-client  user pool ${EXAMPLE_POOL}, emulated at ${cognito}
  local           an OpenID Provider at ${url}/oidc

Each holds a client "${EXAMPLE_ID}". An access token for this server (again: npm run -s token):

${token}

Change the client at Auth0:

curl -X PATCH ${url}/clients/${EXAMPLE_ID} \\
  -H "Authorization: Bearer $(npm run -s token)" -H 'Content-Type: application/json' \\
  -d '${change}'

The same at Cognito:

curl -X PATCH ${url}/clients/${EXAMPLE_ID} \\
  -H "Authorization: Bearer $(npm run -s token)" -H 'Content-Type: application/json' \\
  -d '${inCognito}'

See what would happen first with ?dryRun=true, and what a provider can hold with GET /providers/auth0.
Make a provider fail: POST ${cognito}/_emulator/faults with X-Emulator-Control: 1 (docs/emulators.md).
Stop with Ctrl-C. One line of JSON follows for each request.

`
}
