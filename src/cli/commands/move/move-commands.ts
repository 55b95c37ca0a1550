/** The commands about moves: a redirect URI that gives way to another without a failed login. */

import { CLIENT } from '../../arguments.ts'
import type { Argument, Command } from '../../command.ts'
import { ABOUT_CLIENT, CHANGING } from '../../options.ts'

const FROM: Argument = { name: 'FROM', says: 'a registered redirect URI' }
const OPEN: Argument = { name: 'FROM', says: 'the old redirect URI of an open move' }
const TO: Argument = { name: 'TO', says: 'the one that takes its place' }

export const MOVE_COMMANDS: readonly Command[] = [
  {
    name: 'move',
    says: 'register a redirect URI beside the one that it replaces, and wait until logins can use it',
    more: 'Shows the change and asks. Ends once the provider is seen to accept the new redirect URI; the old one stays until it is narrowed, with --narrow-at or --narrow-after by the server itself. --watch follows it until then, --detach does not wait. The same again goes on with an open move.',
    takes: [CLIENT, FROM, TO],
    options: ['narrow-at', 'narrow-after', 'watch', 'detach', 'own-client', ...CHANGING],
    examples: [
      'clientry move local/exampleClientId https://app.example.com/callback https://new.example.com/callback --narrow-after 1h --yes',
      'clientry move local/exampleClientId https://app.example.com/callback https://new.example.com/callback --dry-run',
    ],
    load: () => import('./move.ts'),
  },
  {
    name: 'move narrow',
    says: 'remove the old redirect URI of a move, once no code for it can be redeemed',
    takes: [CLIENT, OPEN],
    options: ['own-client', ...CHANGING],
    examples: ['clientry move narrow local/exampleClientId https://app.example.com/callback --yes'],
    load: () => import('./move-end.ts'),
  },
  {
    name: 'move end',
    says: 'give a move up: remove its new redirect URI, keep the old one',
    takes: [CLIENT, OPEN],
    options: ['own-client', ...CHANGING],
    examples: ['clientry move end local/exampleClientId https://app.example.com/callback --yes'],
    load: async () => ({ run: (await import('./move-end.ts')).giveUp }),
  },
  {
    name: 'move list',
    says: 'list the open moves of a client, and from when each can be narrowed',
    takes: [CLIENT],
    options: ABOUT_CLIENT,
    examples: ['clientry move list local/exampleClientId'],
    load: () => import('./move-list.ts'),
  },
]
