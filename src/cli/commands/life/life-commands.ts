/** The commands to make, copy, adopt and delete clients. */

import { ASSIGNMENTS, CLIENT, WISH } from '../../arguments.ts'
import type { Command } from '../../command.ts'
import { CHANGING, CONNECTING, CREATING } from '../../options.ts'

export const LIFE_COMMANDS: readonly Command[] = [
  {
    name: 'create',
    says: 'create a client',
    more: 'The secret is printed only with --show-secret, and only once.',
    takes: [ASSIGNMENTS],
    options: ['kind', ...WISH, 'show-secret', 'secret-to', ...CREATING],
    examples: [
      'clientry create --kind web name=Portal callbacks=https://portal.example.com/cb --yes',
      'clientry create --kind machine name=Nightly --key nightly-1 --yes --json --show-secret',
    ],
    load: () => import('./create.ts'),
  },
  {
    name: 'copy',
    says: 'copy a client to another provider or user pool',
    more: 'Lists the settings that the other provider cannot hold, and then copies only with --allow-loss.',
    takes: [CLIENT, { name: 'PLACE', says: 'PROVIDER or PROVIDER/POOL' }, ASSIGNMENTS],
    options: ['kind', 'allow-loss', ...WISH, 'show-secret', 'secret-to', ...CHANGING],
    examples: [
      "clientry copy exampleClientId local 'name=Example (staging)' --allow-loss --dry-run",
      'clientry copy exampleClientId local --allow-loss --secret-to copy-secret --yes',
    ],
    load: () => import('./copy.ts'),
  },
  {
    name: 'adopt',
    says: 'adopt clients that were registered elsewhere',
    more: 'The file contains the answer of a registration (client_id, registration_access_token), or a list of them. It contains tokens, so keep it private and delete it afterwards.',
    takes: [{ name: 'FILE', says: 'JSON; -: from standard input' }],
    options: ['provider', 'yes', 'dry-run', ...CONNECTING],
    examples: ['clientry adopt registered.json --provider partners --yes'],
    load: () => import('./adopt.ts'),
  },
  {
    name: 'delete',
    says: 'delete a client for good',
    takes: [CLIENT],
    options: ['own-client', ...CHANGING],
    examples: ['clientry delete exampleClientId --dry-run'],
    load: () => import('./delete.ts'),
  },
  {
    name: 'restore',
    says: 'bring a deleted client back with its id and secret',
    more: 'Keycloak and Entra ID give clients back. Shows first what does not come back. Elsewhere, "copy" makes another client with the same settings.',
    takes: [CLIENT],
    options: [...CHANGING],
    examples: ['clientry restore my-app --provider sso --pool customers --dry-run'],
    load: () => import('./restore.ts'),
  },
]
