/** The commands about requests for approval: changes that wait for someone else. */

import type { Argument, Command } from '../../command.ts'
import { CONNECTING } from '../../options.ts'

const REQUEST: Argument = { name: 'REQUEST', says: 'the id that `clientry requests` shows' }
const EXAMPLE_ID = '0198c7a6-bf51-738c-9331-a1658f4c42dd'

export const REQUEST_COMMANDS: readonly Command[] = [
  {
    name: 'requests',
    says: 'list the requests for approval that you may know of, newest first, or show one',
    more: 'Without --state, those that wait.',
    takes: [{ ...REQUEST, optional: true }],
    options: ['state', 'limit', 'all', 'cursor', ...CONNECTING],
    examples: ['clientry requests', `clientry requests ${EXAMPLE_ID}`],
    load: () => import('./requests.ts'),
  },
  {
    name: 'approve',
    says: 'approve a request, which is then carried out exactly as it is shown',
    takes: [REQUEST],
    options: ['comment', 'yes', ...CONNECTING],
    examples: [`clientry approve ${EXAMPLE_ID}`],
    load: async () => ({ run: (await import('./decide.ts')).approve }),
  },
  {
    name: 'reject',
    says: 'reject a request, or withdraw your own',
    takes: [REQUEST],
    options: ['comment', 'yes', ...CONNECTING],
    examples: [`clientry reject ${EXAMPLE_ID} --comment 'use the staging client' --yes`],
    load: async () => ({ run: (await import('./decide.ts')).reject }),
  },
]
