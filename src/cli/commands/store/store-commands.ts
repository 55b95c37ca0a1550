/** The commands about the store of a configuration: what its operator does, beside the servers. */

import type { Command } from '../../command.ts'

export const STORE_COMMANDS: readonly Command[] = [
  {
    name: 'store migrate',
    says: "bring a store up to this version's layout",
    more: 'A server does the same as it starts, except on DynamoDB. Verifies the chain of every log first, and then changes all or nothing. There is no way back but the backup. Without --config: the configuration that CLIENTRY_CONFIG names.',
    takes: [],
    options: ['config', 'dry-run', 'yes', 'json'],
    examples: ['clientry store migrate --config clientry.yaml --yes'],
    load: () => import('./migrate.ts'),
  },
  {
    name: 'store rekey',
    says: 'wrap the keys of the store under the key of the configuration',
    more: 'Works on the store directly; servers may keep running. Nothing that is stored is sealed anew: only the keys that seal it are wrapped anew, those under a key of formerKeys too. It can be repeated and goes on where it was cut off. Then it shows what each key still wraps: one that wraps nothing can be removed from formerKeys. With --dry-run it only shows that.',
    takes: [],
    options: ['config', 'dry-run', 'abandon', 'json'],
    examples: ['clientry store rekey --config clientry.yaml'],
    load: () => import('./rekey.ts'),
  },
]
