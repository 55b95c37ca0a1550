/** The commands about the store itself. */

import type { Command } from '../../command.ts'

export const STORE_COMMANDS: readonly Command[] = [
  {
    name: 'store rekey',
    says: 'wrap the keys of the store under the key of the configuration',
    more: 'Works on the store directly; servers may keep running. Nothing that is stored is sealed anew: only the keys that seal it are wrapped anew, those under a key of formerKeys too. It can be repeated and goes on where it was cut off. Then it shows what each key still wraps: one that wraps nothing can be removed from formerKeys. With --dry-run it only shows that.',
    takes: [],
    options: ['config', 'dry-run', 'abandon', 'json'],
    examples: [
      'clientry store rekey --config clientry.yaml --dry-run',
      'clientry store rekey --config clientry.yaml',
    ],
    load: () => import('./rekey.ts'),
  },
]
