/** The commands about the store of a configuration: what its operator does, beside the servers. */

import type { Command } from '../../command.ts'

export const STORE_COMMANDS: readonly Command[] = [
  {
    name: 'store create',
    says: 'make the table of a store on DynamoDB, and the store in it',
    more: 'Makes what is missing and nothing else: the table with its index, protection against deletion, point-in-time recovery, the id and the keyring. It can be repeated. A table of another shape is refused. The server itself needs none of these rights. On SQLite and PostgreSQL, start a server once with --create-store.',
    takes: [],
    options: ['config', 'dry-run', 'json'],
    examples: ['clientry store create --config clientry.yaml'],
    load: () => import('./create.ts'),
  },
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
  {
    name: 'store copy',
    says: 'copy a store, with its whole history, to another place or kind of store',
    more: 'From its beginning on, servers refuse to write to the source and to open the target. Where it is interrupted, the same command goes on. It ends when every chain is verified there; point the servers to the new store then. `clientry store reopen` undoes that the source is read-only.',
    takes: [],
    options: ['from', 'to', 'yes', 'json'],
    meanings: {
      from: { value: 'FILE', says: 'the configuration of the store that is copied' },
      to: {
        value: 'FILE',
        says: 'a configuration with the store to copy to; it must name the same keys',
      },
    },
    examples: ['clientry store copy --from clientry.yaml --to clientry-postgresql.yaml --yes'],
    load: () => import('./copy.ts'),
  },
  {
    name: 'store reopen',
    says: 'let servers write again to a store that was copied',
    more: 'What is written from then on is not in the copy, so use one of the two.',
    takes: [],
    options: ['config', 'yes', 'json'],
    examples: ['clientry store reopen --config clientry.yaml --yes'],
    load: () => import('./reopen.ts'),
  },
]
