/** The commands about clients as files. */

import { FORMAT_NAMES } from '../../../files/import/format-names.ts'
import { FOLDER } from '../../arguments.ts'
import type { Command } from '../../command.ts'
import { ABOUT_CLIENT, CONNECTING } from '../../options.ts'

export const FILE_COMMANDS: readonly Command[] = [
  {
    name: 'export',
    says: 'write each client to a file of its own, without secrets',
    more: 'A file contains every attribute that the provider can hold. An attribute that you delete from a file is no longer managed by it; a member of one under `exclusive` is to be empty then.',
    takes: [FOLDER],
    options: ['env', 'exclude', 'overwrite', ...ABOUT_CLIENT],
    examples: ['clientry export clients --overwrite', 'clientry export clients --provider auth0'],
    load: () => import('./export.ts'),
  },
  {
    name: 'import',
    says: 'write client files of clients that another tool describes, and a report of what was left out',
    more: `The formats: ${Object.entries(FORMAT_NAMES)
      .map(([name, says]) => `${name} (${says})`)
      .join(
        '; ',
      )}. A directory stands for its files of that format. Nothing is sent to a provider.`,
    takes: [
      { name: 'FORMAT', says: Object.keys(FORMAT_NAMES).join(', ') },
      { name: 'PATH', says: 'a file or a directory', many: true },
    ],
    options: ['into', 'env', 'overwrite', ...ABOUT_CLIENT],
    examples: ['clientry import native hydra-clients.json --provider login'],
    load: () => import('./import.ts'),
  },
  {
    name: 'plan',
    says: 'compare files with what the providers hold, and plan the changes',
    more: 'Attributes that a file does not name are left alone, and so are clients without a file and values under a lease.',
    takes: [FOLDER],
    options: ['env', 'exclude', 'out', 'format', 'delete-unmanaged', 'end-manager', ...CONNECTING],
    examples: [
      'clientry plan clients --out plan.json',
      'clientry plan clients --out plan.json --format markdown',
    ],
    load: () => import('./plan.ts'),
  },
  {
    name: 'apply',
    says: 'apply a plan, if nothing has changed since it was made',
    takes: [{ name: 'PLAN', says: 'the file that clientry plan --out wrote' }],
    options: ['yes', 'env', 'digest', ...CONNECTING],
    examples: ['clientry apply plan.json --yes'],
    load: () => import('./apply.ts'),
  },
  {
    name: 'drift',
    says: 'check whether the clients still match their files',
    more: 'Exits with 1 if something differs.',
    takes: [FOLDER],
    options: ['env', 'exclude', 'unmanaged', 'format', ...CONNECTING],
    examples: ['clientry drift clients', 'clientry drift clients --format markdown'],
    load: () => import('./drift.ts'),
  },
  {
    name: 'schema',
    says: 'print the JSON Schema of client files, for an editor',
    more: 'It knows what each provider of the server can hold.',
    takes: [],
    options: ['out', ...CONNECTING],
    examples: ['clientry schema --out clients.schema.json'],
    load: () => import('./schema.ts'),
  },
]
