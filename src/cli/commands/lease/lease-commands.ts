/** The commands about leases: URLs that a client has for a time. */

import { CLIENT } from '../../arguments.ts'
import type { Command } from '../../command.ts'
import { ABOUT_CLIENT, CHANGING } from '../../options.ts'

export const LEASE_COMMANDS: readonly Command[] = [
  {
    name: 'lease take',
    says: 'add URLs to lists of a client for a time, such as those of a preview: all of them or none',
    more: 'The same again renews them. With --yes the permission leases:write is enough; to see the plan first takes clients:read too.',
    takes: [
      CLIENT,
      {
        name: 'FIELD=URL',
        says: 'callbacks=…  allowedLogoutUrls=…  webOrigins=…  allowedOrigins=…',
        many: true,
      },
    ],
    options: ['owner', 'for', ...CHANGING],
    examples: [
      'clientry lease take exampleClientId callbacks=https://pr-7.preview.example.com/cb allowedLogoutUrls=https://pr-7.preview.example.com/ --owner pr-7 --for 7d --yes',
      'clientry lease take exampleClientId callbacks=https://pr-8.preview.example.com/cb --owner pr-8 --for 12h --dry-run',
    ],
    load: () => import('./lease-take.ts'),
  },
  {
    name: 'lease renew',
    says: 'renew all leases of an owner on a client; the time counts from now',
    takes: [CLIENT],
    options: ['owner', 'for', ...CHANGING],
    examples: ['clientry lease renew exampleClientId --owner pr-7 --for 7d --yes'],
    load: async () => ({ run: (await import('./lease-take.ts')).renew }),
  },
  {
    name: 'lease end',
    says: 'end the leases of an owner, and remove the URLs that no one else has leased',
    takes: [CLIENT],
    options: ['owner', 'field', 'value', ...CHANGING],
    examples: [
      'clientry lease end exampleClientId --owner pr-7 --yes',
      'clientry lease end exampleClientId --owner pr-7 --field callbacks --dry-run',
    ],
    load: () => import('./lease-end.ts'),
  },
  {
    name: 'lease list',
    says: 'list the leases on a client, of all owners, with the time that is left',
    takes: [CLIENT],
    options: ABOUT_CLIENT,
    examples: ['clientry lease list exampleClientId'],
    load: () => import('./lease-list.ts'),
  },
]
