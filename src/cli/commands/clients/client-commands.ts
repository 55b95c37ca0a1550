/** The commands to find, read and change clients. */

import { ASSIGNMENTS, CLIENT, EXAMPLE_IN_POOL, WISH } from '../../arguments.ts'
import type { Command } from '../../command.ts'
import { ABOUT_CLIENT, CHANGING, CONNECTING } from '../../options.ts'

export const CLIENT_COMMANDS: readonly Command[] = [
  {
    name: 'get',
    says: 'show a client',
    takes: [CLIENT],
    options: ['show-secret', ...ABOUT_CLIENT],
    examples: ['clientry get exampleClientId', `clientry get ${EXAMPLE_IN_POOL} --json`],
    load: () => import('./get.ts'),
  },
  {
    name: 'list',
    says: 'find clients',
    more: 'Shows the clients as Clientry last saw them, with the age of what is older than a minute. --fresh asks the providers, and exits with 6 if one does not answer; with --config, providers of which nothing is known yet are asked in any case. A terminal shows 20 clients, a pipe gets all of them.',
    takes: [{ name: 'TEXT', says: 'part of an id, a name or a URL', optional: true }],
    options: ['filter', 'fresh', 'limit', 'all', 'cursor', ...ABOUT_CLIENT],
    examples: [
      'clientry list app.example.com',
      'clientry list --provider auth0 --fresh --all --json',
    ],
    load: () => import('./list.ts'),
  },
  {
    name: 'values',
    says: "list the values of a client's lists, with who manages or leases each",
    takes: [CLIENT],
    options: ABOUT_CLIENT,
    examples: ['clientry values exampleClientId', `clientry values ${EXAMPLE_IN_POOL} --json`],
    load: () => import('./values.ts'),
  },
  {
    name: 'set',
    says: 'change attributes of a client',
    more: 'Attributes that you do not name stay as they are. Write values that contain a comma as JSON: \'callbacks=["https://a.example/?x=1,2"]\'.',
    takes: [CLIENT, ASSIGNMENTS],
    options: [...WISH, 'show-secret', 'own-client', ...CHANGING],
    examples: [
      'clientry set exampleClientId --add-callback https://app.example.com/second --yes',
      'clientry set exampleClientId name=Portal description= clientMetadata.team=identity --dry-run',
      `clientry set ${EXAMPLE_IN_POOL} callbacks=https://a.example/,https://b.example/ --yes --json`,
    ],
    load: () => import('./set.ts'),
  },
  {
    name: 'diff',
    says: 'compare a client with given attributes, or with another client',
    more: 'Exits with 1 if something differs. With two --env, CLIENT is a folder of client files: shows how their clients differ in these environments beyond what the files say.',
    takes: [CLIENT, { ...ASSIGNMENTS, name: 'OTHER|FIELD=VALUE' }],
    options: ['env', ...WISH, ...ABOUT_CLIENT],
    examples: [
      'clientry diff exampleClientId name=Example',
      `clientry diff exampleClientId ${EXAMPLE_IN_POOL}`,
    ],
    load: () => import('./diff.ts'),
  },
  {
    name: 'lint',
    says: 'check a client, or all clients, for risky settings',
    more: 'Exits with 1 if there is an error or a warning.',
    takes: [{ ...CLIENT, optional: true }],
    options: ABOUT_CLIENT,
    examples: ['clientry lint exampleClientId', 'clientry lint --provider auth0 --json'],
    load: () => import('./lint.ts'),
  },
  {
    name: 'history',
    says: 'show the changes of a client, or of all clients, newest first',
    takes: [{ ...CLIENT, optional: true }],
    options: [
      'limit',
      'all',
      'cursor',
      'actor',
      'actor-issuer',
      'outcome',
      'since',
      ...ABOUT_CLIENT,
    ],
    examples: [
      'clientry history exampleClientId --limit 5',
      'clientry history --outcome applied --since 2026-01-31T12:00:00Z --json',
    ],
    load: () => import('./history.ts'),
  },
  {
    name: 'history export',
    says: 'write the records of a time to a file that proves itself',
    more: 'Reads the store directly; the server may keep running. The file has one record on a line, as it is stored: what is sealed stays sealed. It ends with a checkpoint that is signed by the Ed25519 key of the store, whose public part is shown: hand that over apart from the file. `clientry verify --export FILE --public-key KEY` checks it anywhere.',
    takes: [],
    options: ['from', 'to', 'out', 'config', 'json'],
    examples: [
      'clientry history export --from 2026-01-01T00:00:00Z --to 2026-04-01T00:00:00Z --out q1.jsonl --config clientry.yaml',
    ],
    load: () => import('./history-export.ts'),
  },
  {
    name: 'operation',
    says: 'show the outcome of a change',
    takes: [{ name: 'OPERATION', says: 'the operation id that a change or the history shows' }],
    options: CONNECTING,
    examples: ['clientry operation 3923b7a6-bf51-438c-9331-a1658f4c42cc'],
    load: () => import('./operation.ts'),
  },
  {
    name: 'rollback',
    says: 'undo the changes made through Clientry since a revision',
    takes: [CLIENT],
    options: ['to', 'partial', 'show-secret', 'own-client', ...CHANGING],
    examples: ['clientry rollback exampleClientId --to 0 --dry-run'],
    load: () => import('./rollback.ts'),
  },
]
