/** The commands about the secrets of clients. */

import { CLIENT, EXAMPLE_IN_POOL } from '../../arguments.ts'
import type { Command } from '../../command.ts'
import { ABOUT_CLIENT, CHANGING } from '../../options.ts'

export const SECRET_COMMANDS: readonly Command[] = [
  {
    name: 'secrets',
    says: 'list the live secrets of a client with their ages, never their values',
    takes: [CLIENT],
    options: ABOUT_CLIENT,
    examples: [`clientry secrets ${EXAMPLE_IN_POOL}`],
    load: () => import('./secrets.ts'),
  },
  {
    name: 'rotate-secret',
    says: 'give a client a new secret, and keep the old one if the provider can',
    more: 'The new secret is shown only once. Choose where it goes: --secret-to FILE or --show-secret. One of your own is read by --secret-from FILE, and never from the command line.',
    takes: [CLIENT],
    options: [
      'secret-from',
      'secret-to',
      'show-secret',
      'cut-over',
      'retire-after',
      'own-client',
      ...CHANGING,
    ],
    examples: [
      `clientry rotate-secret ${EXAMPLE_IN_POOL} --secret-to new-secret --yes`,
      `clientry rotate-secret ${EXAMPLE_IN_POOL} --secret-from my-secret --yes`,
      `clientry rotate-secret ${EXAMPLE_IN_POOL} --dry-run`,
    ],
    load: () => import('./rotate-secret.ts'),
  },
  {
    name: 'retire-secret',
    says: 'end one of several live secrets of a client, now or later',
    takes: [CLIENT, { name: 'SECRET', says: 'the id that `clientry secrets` shows' }],
    options: ['retire-after', 'own-client', ...CHANGING],
    examples: [`clientry retire-secret ${EXAMPLE_IN_POOL} a-secret-id --yes`],
    load: () => import('./retire-secret.ts'),
  },
]
