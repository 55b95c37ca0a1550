/** What the development server prints at its start: the addresses, and requests to paste. */

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
Clientry is running at ${url}, where a browser gets the console (sign in with any name)

  auth0           the default provider, emulated at ${auth0}
  cognito-client  user pool ${EXAMPLE_POOL}, emulated at ${cognito}
  local           an OpenID Provider at ${url}/oidc

Each has a client "${EXAMPLE_ID}". An access token for this server (npm run -s token prints another):

${token}

Change the client at Auth0:

curl -X PATCH ${url}/clients/${EXAMPLE_ID} \\
  -H "Authorization: Bearer $(npm run -s token)" -H 'Content-Type: application/json' \\
  -d '${change}'

The same at Cognito:

curl -X PATCH ${url}/clients/${EXAMPLE_ID} \\
  -H "Authorization: Bearer $(npm run -s token)" -H 'Content-Type: application/json' \\
  -d '${inCognito}'

Add ?dryRun=true to see what would change. GET /providers/auth0 shows what a provider can hold.
Make a provider fail: POST ${cognito}/_emulator/faults with X-Emulator-Control: 1 (docs/emulators.md).
Stop with Ctrl-C. Each request is logged below as one line of JSON.

`
}
