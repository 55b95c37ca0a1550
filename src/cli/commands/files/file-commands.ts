/** The commands about clients as files. */

import { FOLDER } from '../../arguments.ts'
import type { Command } from '../../command.ts'
import { ABOUT_CLIENT, CONNECTING } from '../../options.ts'

export const FILE_COMMANDS: readonly Command[] = [
  {
    name: 'export',
    says: 'write each client to a file of its own, without secrets',
    more: 'A file contains every attribute that the provider can hold. An attribute that you delete from a file is no longer managed by it.',
    takes: [FOLDER],
    options: ['env', 'overwrite', ...ABOUT_CLIENT],
    examples: ['clientry export clients --overwrite', 'clientry export clients --provider auth0'],
    load: () => import('./export.ts'),
  },
  {
    name: 'convert',
    says: "write client files of clients in the provider's own JSON, without secrets",
    more: 'Takes one record, a list, or an object with the member clients, as the provider exports them. Attributes of which a record has no member are left out of its file. Nothing is sent to the provider.',
    takes: [{ name: 'NATIVE', says: "a file of the provider's own JSON" }, FOLDER],
    options: ['overwrite', ...ABOUT_CLIENT],
    examples: ['clientry convert hydra-clients.json clients --provider login'],
    load: () => import('./convert.ts'),
  },
  {
    name: 'plan',
    says: 'compare files with what the providers hold, and plan the changes',
    more: 'Attributes that a file does not name are left alone, and so are clients without a file and values under a lease.',
    takes: [FOLDER],
    options: ['env', 'out', 'delete-unmanaged', ...CONNECTING],
    examples: ['clientry plan clients --out plan.json'],
    load: () => import('./plan.ts'),
  },
  {
    name: 'apply',
    says: 'apply a plan, if nothing has changed since it was made',
    takes: [{ name: 'PLAN', says: 'the file that clientry plan --out wrote' }],
    options: ['yes', 'env', ...CONNECTING],
    examples: ['clientry apply plan.json --yes'],
    load: () => import('./apply.ts'),
  },
  {
    name: 'drift',
    says: 'check whether the clients still match their files',
    more: 'Exits with 1 if something differs.',
    takes: [FOLDER],
    options: ['env', 'unmanaged', ...CONNECTING],
    examples: ['clientry drift clients'],
    load: () => import('./drift.ts'),
  },
]
