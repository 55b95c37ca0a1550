/** Every command, in the order of help; what it does is loaded when it runs. */

import type { Argument, Command } from './command.ts'
import { ABOUT_CLIENT, CHANGING, CONNECTING } from './options.ts'

const CLIENT: Argument = {
  name: 'CLIENT',
  says: 'its id, or PROVIDER/ID, or PROVIDER/POOL/ID',
}
const ASSIGNMENTS: Argument = {
  name: 'FIELD=VALUE',
  says: 'callbacks=a,b  callbacks+=c  clientMetadata.team=identity; nothing after = clears',
  optional: true,
  many: true,
}
const WISH = ['from', 'add-callback', 'remove-callback', 'secret-from'] as const
const OTHER = 'cognito-client/us-east-1_1234test/exampleClientId'

export const COMMANDS: readonly Command[] = [
  {
    name: 'get',
    says: 'show a client',
    takes: [CLIENT],
    options: ['show-secret', ...ABOUT_CLIENT],
    examples: ['clientry get exampleClientId', `clientry get ${OTHER} --json`],
    load: () => import('./commands/get.ts'),
  },
  {
    name: 'set',
    says: 'change attributes of a client',
    more: 'What is not named stays as it is. Values with a comma in them are written as JSON: \'callbacks=["https://a.example/?x=1,2"]\'.',
    takes: [CLIENT, ASSIGNMENTS],
    options: [...WISH, 'show-secret', ...CHANGING],
    examples: [
      'clientry set exampleClientId --add-callback https://app.example.com/second --yes',
      'clientry set exampleClientId name=Portal description= clientMetadata.team=identity --dry-run',
      `clientry set ${OTHER} callbacks=https://a.example/,https://b.example/ --yes --json`,
    ],
    load: () => import('./commands/set.ts'),
  },
  {
    name: 'diff',
    says: 'compare a client with what it should be, or with another client',
    more: 'Ends with 1 where something differs.',
    takes: [CLIENT, { ...ASSIGNMENTS, name: 'OTHER|FIELD=VALUE' }],
    options: [...WISH, ...ABOUT_CLIENT],
    examples: [
      'clientry diff exampleClientId name=Example',
      `clientry diff exampleClientId ${OTHER}`,
    ],
    load: () => import('./commands/diff.ts'),
  },
  {
    name: 'create',
    says: 'make a client',
    more: 'Its secret is printed with --show-secret only, and then once.',
    takes: [ASSIGNMENTS],
    options: ['kind', ...WISH, 'show-secret', ...without(CHANGING, 'if-match')],
    examples: [
      'clientry create --kind web name=Portal callbacks=https://portal.example.com/cb --yes',
      'clientry create --kind machine name=Nightly --key nightly-1 --yes --json --show-secret',
    ],
    load: () => import('./commands/create.ts'),
  },
  {
    name: 'delete',
    says: 'remove a client for good',
    takes: [CLIENT],
    options: CHANGING,
    examples: ['clientry delete exampleClientId --dry-run'],
    load: () => import('./commands/delete.ts'),
  },
  {
    name: 'history',
    says: 'what was done to a client, or to any, newest first',
    takes: [{ ...CLIENT, optional: true }],
    options: ['limit', 'all', 'actor', 'outcome', 'since', ...ABOUT_CLIENT],
    examples: [
      'clientry history exampleClientId --limit 5',
      'clientry history --outcome applied --since 2026-01-31T12:00:00Z --json',
    ],
    load: () => import('./commands/history.ts'),
  },
  {
    name: 'operation',
    says: 'what became of a change',
    takes: [{ name: 'OPERATION', says: 'its id, as a change or the history tells it' }],
    options: CONNECTING,
    examples: ['clientry operation 3923b7a6-bf51-438c-9331-a1658f4c42cc'],
    load: () => import('./commands/operation.ts'),
  },
  {
    name: 'rollback',
    says: 'undo what was changed through Clientry since a revision',
    takes: [CLIENT],
    options: ['to', 'partial', 'show-secret', ...CHANGING],
    examples: ['clientry rollback exampleClientId --to 0 --dry-run'],
    load: () => import('./commands/rollback.ts'),
  },
  {
    name: 'protect',
    says: 'keep a client from being removed or suspended',
    takes: [CLIENT],
    options: CHANGING,
    examples: ['clientry protect exampleClientId --yes'],
    load: () => import('./commands/protect.ts'),
  },
  {
    name: 'unprotect',
    says: 'lift that',
    takes: [CLIENT],
    options: CHANGING,
    examples: ['clientry unprotect exampleClientId --yes'],
    load: () => import('./commands/unprotect.ts'),
  },
  {
    name: 'adopt',
    says: 'take in clients that were registered elsewhere',
    more: 'The file holds what their registration answered (client_id, registration_access_token), one or a list. It holds tokens: keep it from others, and remove it afterwards.',
    takes: [{ name: 'FILE', says: 'JSON; -: from standard input' }],
    options: ['provider', 'yes', 'dry-run', ...CONNECTING],
    examples: ['clientry adopt registered.json --provider partners --dry-run'],
    load: () => import('./commands/adopt.ts'),
  },
  {
    name: 'lint',
    says: 'what of a client deserves a second look',
    more: 'Ends with 1 where there is an error or a warning.',
    takes: [CLIENT],
    options: ABOUT_CLIENT,
    examples: ['clientry lint exampleClientId'],
    load: () => import('./commands/lint.ts'),
  },
  {
    name: 'login',
    says: 'sign in through a browser, and keep that as a profile',
    more: 'Without options it signs in to the server that `clientry dev` has started in this folder.',
    takes: [],
    options: ['url', 'issuer', 'client-id', 'audience', 'scope', 'as', 'no-browser'],
    examples: [
      'clientry login',
      'clientry login --url https://clientry.example.com --issuer https://tenant.eu.auth0.com --client-id abc --audience https://clientry.example.com --as work',
    ],
    load: () => import('./commands/login.ts'),
  },
  {
    name: 'logout',
    says: 'forget a profile and its tokens',
    takes: [],
    options: ['as'],
    examples: ['clientry logout --as work'],
    load: () => import('./commands/logout.ts'),
  },
  {
    name: 'token',
    says: 'print an access token, alone',
    takes: [
      {
        name: 'SCOPES',
        says: 'of the development server only: some of its scopes',
        optional: true,
      },
    ],
    options: ['profile'],
    examples: ['clientry token', 'clientry token clients:read'],
    load: () => import('./commands/token.ts'),
  },
  {
    name: 'verify',
    says: 'check that no record of the history was changed, removed or put in between',
    more: 'It reads the store itself; the server may go on working. With --database alone no key is known, so the codes of checkpoints are not checked. Ends with 0 where all is right, with 1 where something is not, with 2 where it could not be checked.',
    takes: [],
    options: ['database', 'checkpoint', 'json'],
    examples: ['clientry verify --database .clientry/clientry.db'],
    load: () => import('./commands/verify.ts'),
  },
  {
    name: 'dev',
    says: 'start the development server here, with emulated providers',
    takes: [],
    options: [],
    examples: ['clientry dev'],
    load: () => import('./commands/dev.ts'),
  },
  {
    name: 'serve',
    says: 'start the server for a configuration',
    takes: [],
    options: ['config'],
    examples: ['clientry serve --config clientry.yaml'],
    load: () => import('./commands/serve.ts'),
  },
  {
    name: 'completion',
    says: 'print the completions for a shell',
    takes: [{ name: 'SHELL', says: 'bash, zsh or fish' }],
    options: [],
    examples: ['clientry completion bash'],
    load: () => import('./commands/completion.ts'),
  },
]

function without<N extends string, Left extends N>(names: readonly N[], left: Left) {
  return names.filter((name): name is Exclude<N, Left> => name !== left)
}
