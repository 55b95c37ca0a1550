/** The settings of the embedded OpenID Provider. */

import * as z from 'zod/mini'
import { defineProvider } from '../definition.ts'
import { listLagSeconds, reference } from '../setting-schemas.ts'
import type { LocalSettings } from './index.ts'

export const local = defineProvider({
  type: 'local',
  schema: {
    listLagSeconds,
    registration: z.optional(
      z.strictObject({
        initialAccessToken: reference,
        renewsTokens: z._default(z.boolean(), true),
      }),
    ),
  },
  settingsOf: ({ registration, ...written }, reading): LocalSettings => {
    if (reading.mode === 'production') {
      reading.fault('is for development only: its users are not real.')
    }
    if (registration === undefined) return written
    const { initialAccessToken, renewsTokens } = registration
    const token = reading.secret(initialAccessToken, 'registration.initialAccessToken')
    return { ...written, registration: { initialAccessToken: token, renewsTokens } }
  },
  // Its address is that of the server itself: the issuer's `provider` names it.
  partsBehind: () => [],
  addressOf: () => undefined,
  anyWhereNone: false,
  scopePatterns: false,
  load: () => import('./index.ts'),
})
