/** The commands to protect and suspend clients. */

import { CLIENT } from '../../arguments.ts'
import type { Argument, Command } from '../../command.ts'
import { ABOUT_CLIENT, CHANGING } from '../../options.ts'

const TEAM: Argument = { name: 'TEAM', says: 'letters, digits, _, . and -' }

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
    name: 'assign',
    says: 'say which team a client belongs to, as grants can be limited to',
    takes: [CLIENT, TEAM],
    options: CHANGING,
    examples: ['clientry assign exampleClientId payments --yes'],
    load: () => import('./assign.ts'),
  },
  {
    name: 'unassign',
    says: 'take a client from its team',
    takes: [CLIENT],
    options: CHANGING,
    examples: ['clientry unassign exampleClientId --yes'],
    load: () => import('./unassign.ts'),
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
