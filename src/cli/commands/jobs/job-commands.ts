/** The commands about jobs: one change of many clients. */

import { ASSIGNMENTS, PATCH } from '../../arguments.ts'
import type { Argument, Command } from '../../command.ts'
import { CONNECTING } from '../../options.ts'

const JOB: Argument = { name: 'JOB', says: 'the id that `clientry jobs` shows' }
const CLIENTS = ['filter', 'text', 'clients', 'every-client', 'provider', 'pool'] as const
const PAGES = ['limit', 'all', 'cursor'] as const
const EXITS = 'Exits with 5 if clients failed, or if the job stopped or was cancelled.'

export const JOB_COMMANDS: readonly Command[] = [
  {
    name: 'jobs',
    says: 'list the jobs, newest first',
    takes: [],
    options: ['actor', 'actor-issuer', ...PAGES, ...CONNECTING],
    examples: ['clientry jobs', 'clientry jobs --limit 5 --json'],
    load: () => import('./job-list.ts'),
  },
  {
    name: 'jobs submit',
    says: 'change many clients: a dry run first, then the changes at the pace of their providers',
    more: `Shows what would change and asks; --yes starts without asking, --dry-run leaves the job planned, and --detach does not wait (with --yes it starts at once). The job goes on when this command is stopped. ${EXITS}`,
    takes: [ASSIGNMENTS],
    options: [
      ...CLIENTS,
      ...PATCH,
      'canary',
      'then-pause',
      'max-failures',
      'reserve',
      'yes',
      'dry-run',
      'detach',
      'key',
      ...CONNECTING,
    ],
    examples: [
      'clientry jobs submit --provider auth0 --text example callbacks+=https://app.example.com/second --dry-run',
      'clientry jobs submit --filter grantTypes:implicit grantTypes-=implicit --canary 5% --then-pause --yes',
      'clientry jobs submit --clients clients.txt --from wish.yaml --max-failures 3 --yes',
    ],
    load: () => import('./job-submit.ts'),
  },
  {
    name: 'jobs show',
    says: 'show how a job stands',
    takes: [JOB],
    options: CONNECTING,
    examples: ['clientry jobs show 0198c7a6-bf51-738c-9331-a1658f4c42cc'],
    load: async () => ({ run: (await import('./job-control.ts')).show }),
  },
  {
    name: 'jobs results',
    says: 'show what became of each client of a job, first in the dry run, then in earnest',
    takes: [JOB],
    options: [...PAGES, ...CONNECTING],
    examples: ['clientry jobs results 0198c7a6-bf51-738c-9331-a1658f4c42cc --all'],
    load: async () => ({ run: (await import('./job-list.ts')).results }),
  },
  {
    name: 'jobs watch',
    says: 'follow a job until it waits for someone or has ended',
    more: EXITS,
    takes: [JOB],
    options: CONNECTING,
    examples: ['clientry jobs watch 0198c7a6-bf51-738c-9331-a1658f4c42cc'],
    load: () => import('./job-watch.ts'),
  },
  {
    name: 'jobs start',
    says: 'start the changes that the dry run of a job has planned, and follow them',
    more: EXITS,
    takes: [JOB],
    options: ['detach', ...CONNECTING],
    examples: ['clientry jobs start 0198c7a6-bf51-738c-9331-a1658f4c42cc'],
    load: async () => ({ run: (await import('./job-control.ts')).start }),
  },
  {
    name: 'jobs pause',
    says: 'pause a job: no more clients are started for now',
    takes: [JOB],
    options: CONNECTING,
    examples: ['clientry jobs pause 0198c7a6-bf51-738c-9331-a1658f4c42cc'],
    load: async () => ({ run: (await import('./job-control.ts')).pause }),
  },
  {
    name: 'jobs resume',
    says: 'go on with a job that is paused or stopped, and follow it',
    more: EXITS,
    takes: [JOB],
    options: ['detach', ...CONNECTING],
    examples: ['clientry jobs resume 0198c7a6-bf51-738c-9331-a1658f4c42cc --detach'],
    load: async () => ({ run: (await import('./job-control.ts')).resume }),
  },
  {
    name: 'jobs cancel',
    says: 'cancel a job for good: no more clients are started',
    takes: [JOB],
    options: CONNECTING,
    examples: ['clientry jobs cancel 0198c7a6-bf51-738c-9331-a1658f4c42cc'],
    load: async () => ({ run: (await import('./job-control.ts')).cancel }),
  },
  {
    name: 'jobs undo',
    says: 'take back what a job has changed, by a job of its own',
    more: 'What was changed since, by anyone, stays. Shows what would change and asks, as jobs submit does.',
    takes: [JOB],
    options: ['partial', 'yes', 'dry-run', 'key', ...CONNECTING],
    examples: ['clientry jobs undo 0198c7a6-bf51-738c-9331-a1658f4c42cc --yes'],
    load: () => import('./job-undo.ts'),
  },
  {
    name: 'reap',
    says: 'find clients that no one needs any more, suspend them, and have them removed after a time of grace',
    more: `Looks first, and asks; --dry-run only looks. Goes by the dates of creation and last change. When a client was last used no provider shows, so --unknown-use must say that it does not matter. Clients that are protected or leased are spared, and so is one to which anything happens in the time of grace. Where the provider cannot suspend, clients are listed only. clientry jobs undo takes it back until the removal. ${EXITS}`,
    takes: [],
    options: [
      'filter',
      'text',
      'every-client',
      'older-than',
      'grace',
      'unknown-use',
      'provider',
      'pool',
      'canary',
      'then-pause',
      'max-failures',
      'reserve',
      'yes',
      'dry-run',
      'key',
      ...CONNECTING,
    ],
    examples: [
      'clientry reap --provider cognito-client --filter registered:dynamic --older-than 90d --unknown-use --yes',
      'clientry reap --provider local --every-client --older-than 90d --dry-run',
    ],
    load: () => import('./reap.ts'),
  },
]
