/** What is worth a second look on a client that was registered: what lets it in, and us, does not last. */

import type { LintRule, ProviderLint, RuleFinding } from '../../core/lint/rule.ts'
import type { Native } from '../../core/mapping/row.ts'
import { SOON_MS, secretExpiry } from './secret-expiry.ts'

const FIELD = 'client.secret'

/** A finding about the end of the secret, where it is in a stretch of time (milliseconds from now). */
function endsWithin(
  native: Native,
  now: number | undefined,
  [from, to]: readonly [number, number],
  says: (day: string) => string,
): readonly RuleFinding[] {
  const at = secretExpiry(native)
  if (at === undefined || now === undefined || at <= now + from || at > now + to) return []
  return [{ field: FIELD, message: says(new Date(at).toISOString().slice(0, 10)) }]
}

const rules: readonly LintRule[] = [
  {
    id: 'registration_refused',
    severity: 'error',
    says: 'a client that its server removed, or whose registration access token it no longer accepts',
    source: 'RFC 7592 section 2.1',
    find: ({ shut }) =>
      shut === true
        ? [
            {
              field: 'client',
              message:
                'The server no longer lets this client be managed: it was removed there, or its registration access token is no longer accepted. Adopt it again with a valid token, or copy it from its last known record.',
            },
          ]
        : [],
  },
  {
    id: 'secret_expired',
    severity: 'error',
    says: 'a secret that has expired (`client_secret_expires_at`)',
    source: 'RFC 7591 section 3.2.1',
    find: ({ native, now }) =>
      endsWithin(
        native,
        now,
        [Number.NEGATIVE_INFINITY, 0],
        (day) =>
          `client.secret expired on ${day}: the application can no longer authenticate. Have the server issue another one, or copy the client.`,
      ),
  },
  {
    id: 'secret_expires',
    severity: 'warning',
    says: 'a secret that expires within 30 days',
    source: 'RFC 7591 section 3.2.1',
    find: ({ native, now }) =>
      endsWithin(
        native,
        now,
        [0, SOON_MS],
        (day) =>
          `client.secret expires on ${day}, and then the application can no longer authenticate. Have the server issue another one, or copy the client.`,
      ),
  },
]

export const lint: ProviderLint = { rules }
