/** The commands to protect and suspend clients. */

import { CLIENT } from '../../arguments.ts'
import type { Command } from '../../command.ts'
import { ABOUT_CLIENT, CHANGING } from '../../options.ts'

export const STANDING_COMMANDS: readonly Command[] = [
  {
    name: 'standing',
    says: 'show what holds for a client beside its settings: protection, suspension, leases, open moves, secrets that end',
    takes: [CLIENT],
    options: ABOUT_CLIENT,
    examples: ['clientry standing exampleClientId'],
    load: () => import('./standing.ts'),
  },
  {
    name: 'protect',
    says: 'protect a client from being deleted or suspended',
    takes: [CLIENT],
    options: CHANGING,
    examples: ['clientry protect exampleClientId --yes'],
    load: () => import('./protect.ts'),
  },
  {
    name: 'unprotect',
    says: 'remove the protection of a client',
    takes: [CLIENT],
    options: CHANGING,
    examples: ['clientry unprotect exampleClientId --yes'],
    load: () => import('./unprotect.ts'),
  },
  {
    name: 'suspend',
    says: 'switch a client off until it is resumed',
    takes: [CLIENT],
    options: ['own-client', ...CHANGING],
    examples: ['clientry suspend exampleClientId --yes'],
    load: () => import('./suspend.ts'),
  },
  {
    name: 'resume',
    says: 'end the suspension of a client and restore what it took away',
    takes: [CLIENT],
    options: ['partial', 'own-client', ...CHANGING],
    examples: ['clientry resume exampleClientId --yes'],
    load: () => import('./resume.ts'),
  },
]
