/** The commands about servers, signing in and this program. */

import type { Command } from '../../command.ts'
import { CONNECTING } from '../../options.ts'

export const SERVER_COMMANDS: readonly Command[] = [
  {
    name: 'login',
    says: 'sign in and save a profile: through a browser, on another device, or as a program',
    more: 'Asks for the scopes that the server accepts (--scope: for others). With --url the server says which issuer, audience and scopes; --issuer is needed if it accepts several. With --as NAME alone it signs in again as that profile did. Without options it signs in to the server that `clientry dev` started in this folder. A program signs in with a secret (--client-secret-env, --client-secret-file) or a private key (--private-key); the profile keeps where that is, and gets new tokens by itself.',
    takes: [],
    options: [
      ...['url', 'issuer', 'client-id', 'audience', 'scope', 'as', 'no-browser', 'device'],
      ...['client-secret-env', 'client-secret-file', 'secret-in', 'private-key', 'key-id'],
    ] as const,
    examples: [
      'clientry login',
      'clientry login --as work',
      'clientry login --url https://clientry.example.com --client-id abc --as work',
      'clientry login --url https://clientry.example.com --issuer https://tenant.eu.auth0.com --client-id abc --audience https://clientry.example.com --as work',
      'clientry login --url https://clientry.example.com --client-id abc --device',
      'clientry login --url https://clientry.example.com --client-id ci --client-secret-env CI_SECRET --as ci',
    ],
    load: () => import('./login.ts'),
  },
  {
    name: 'logout',
    says: 'delete a profile and its tokens',
    takes: [],
    options: ['as'],
    examples: ['clientry logout --as work'],
    load: () => import('./logout.ts'),
  },
  {
    name: 'profiles',
    says: 'list the servers that you have signed in to, without the tokens',
    takes: [],
    options: ['json'],
    examples: ['clientry profiles'],
    load: () => import('./profiles.ts'),
  },
  {
    name: 'whoami',
    says: 'show who you are to the server, what you may do, and which scopes grant the rest',
    takes: [],
    options: CONNECTING,
    examples: ['clientry whoami', 'clientry whoami --json'],
    load: () => import('./whoami.ts'),
  },
  {
    name: 'providers',
    says: 'list the providers, or show what one of them can hold',
    takes: [
      {
        name: 'PROVIDER',
        says: 'its id: its attributes, and why some cannot be set',
        optional: true,
      },
    ],
    options: CONNECTING,
    examples: ['clientry providers', 'clientry providers auth0'],
    load: () => import('./providers.ts'),
  },
  {
    name: 'token',
    says: 'print an access token and nothing else',
    takes: [
      {
        name: 'SCOPES',
        says: 'the scopes of the token (development server only)',
        optional: true,
      },
    ],
    options: ['profile'],
    examples: ['clientry token', 'clientry token clients:read'],
    load: () => import('./token.ts'),
  },
  {
    name: 'check',
    says: 'check a configuration as the server reads it, and warn about risky settings',
    more: 'With PLACE: whether that provider or user pool can be worked with (configuration, store, reachability, clock, credentials, rights), one line and one remedy each; only reads are sent. With --prove, where all of that holds, it asks, makes a client there, tries on it what changes keep, merge, reset and clear, and deletes it: at most 60 calls, in the history like any change. It prints each rule, what was expected and what was seen, and the calls without secrets. Also fetches the keys of the issuers, and names address, status and cause if that fails. Exits with 0 if there are no warnings, with 1 if there are, with 2 if the configuration cannot be used.',
    takes: [{ name: 'PLACE', says: 'PROVIDER or PROVIDER/POOL', optional: true }],
    options: ['config', 'offline', 'prove', 'recording', 'yes', 'json'],
    examples: [
      'clientry check --config clientry.yaml',
      'clientry check auth0 --prove --yes --config clientry.yaml',
    ],
    load: () => import('./check.ts'),
  },
  {
    name: 'verify',
    says: 'check that no record of the history was changed, removed or inserted',
    more: 'Reads the store directly; the server may keep running. With --database there is no key, so the codes of checkpoints are not checked. With --export it checks such a file by itself, and with --public-key who has signed it. Exits with 0 if everything is right, with 1 if something is wrong, with 2 if it could not be checked.',
    takes: [],
    options: ['database', 'config', 'checkpoint', 'export', 'public-key', 'json'],
    examples: [
      'clientry verify --database .clientry/clientry.db',
      'clientry verify --export q1.jsonl --public-key 11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
    ],
    load: () => import('./verify.ts'),
  },
  {
    name: 'dev',
    says: 'start the development server in this folder, with emulated providers',
    takes: [],
    options: [],
    examples: ['clientry dev'],
    stays: true,
    load: () => import('./dev.ts'),
  },
  {
    name: 'serve',
    says: 'start the server with a configuration',
    takes: [],
    options: ['config', 'create-store'],
    examples: ['clientry serve --config clientry.yaml --create-store'],
    stays: true,
    load: () => import('./serve.ts'),
  },
  {
    name: 'help',
    says: 'explain a command, with examples',
    takes: [
      { name: 'COMMAND', says: 'its name; without one, all commands', optional: true, many: true },
    ],
    options: [],
    examples: ['clientry help', 'clientry help set', 'clientry help jobs submit'],
    load: () => import('./help.ts'),
  },
  {
    name: 'completion',
    says: 'print the completion script for a shell',
    takes: [{ name: 'SHELL', says: 'bash, zsh or fish' }],
    options: [],
    examples: ['clientry completion bash'],
    load: () => import('./completion.ts'),
  },
]
