/** The commands about the public keys of clients. */

import { CLIENT } from '../../arguments.ts'
import type { Command } from '../../command.ts'
import { ABOUT_CLIENT, CHANGING } from '../../options.ts'

export const KEY_COMMANDS: readonly Command[] = [
  {
    name: 'keys',
    says: 'list the public keys of a client',
    takes: [CLIENT],
    options: ABOUT_CLIENT,
    examples: ['clientry keys exampleClientId'],
    load: () => import('./keys.ts'),
  },
  {
    name: 'add-key',
    says: 'add a public key to a client, beside those that it has',
    more: 'The file holds one JSON Web Key without its private part.',
    takes: [CLIENT],
    options: ['file', 'own-client', ...CHANGING],
    examples: ['clientry add-key exampleClientId --file public.jwk.json --yes'],
    load: () => import('./add-key.ts'),
  },
  {
    name: 'remove-key',
    says: 'remove a public key of a client; the last one that it needs stays',
    takes: [CLIENT, { name: 'KID', says: 'the kid that `clientry keys` shows' }],
    options: ['own-client', ...CHANGING],
    examples: ['clientry remove-key exampleClientId a-kid --yes'],
    load: () => import('./remove-key.ts'),
  },
]
