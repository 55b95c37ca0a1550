/** Every command, by noun and in the order of help; the code of each is loaded when it runs. */

import type { Command, CommandGroup } from './command.ts'
import { CLIENT_COMMANDS } from './commands/clients/client-commands.ts'
import { FILE_COMMANDS } from './commands/files/file-commands.ts'
import { JOB_COMMANDS } from './commands/jobs/job-commands.ts'
import { KEY_COMMANDS } from './commands/keys/key-commands.ts'
import { LEASE_COMMANDS } from './commands/lease/lease-commands.ts'
import { LIFE_COMMANDS } from './commands/life/life-commands.ts'
import { MOVE_COMMANDS } from './commands/move/move-commands.ts'
import { REQUEST_COMMANDS } from './commands/requests/request-commands.ts'
import { SECRET_COMMANDS } from './commands/secrets/secret-commands.ts'
import { SERVER_COMMANDS } from './commands/server/server-commands.ts'
import { STANDING_COMMANDS } from './commands/standing/standing-commands.ts'
import { STORE_COMMANDS } from './commands/store/store-commands.ts'

export const COMMAND_GROUPS: readonly CommandGroup[] = [
  { title: 'clients', commands: CLIENT_COMMANDS },
  { title: 'their life', commands: LIFE_COMMANDS },
  { title: 'protection and suspension', commands: STANDING_COMMANDS },
  { title: 'leases', commands: LEASE_COMMANDS },
  { title: 'moves of redirect URIs', commands: MOVE_COMMANDS },
  { title: 'secrets', commands: SECRET_COMMANDS },
  { title: 'public keys', commands: KEY_COMMANDS },
  { title: 'many clients at once', commands: JOB_COMMANDS },
  { title: 'approval by someone else', commands: REQUEST_COMMANDS },
  { title: 'files', commands: FILE_COMMANDS },
  { title: 'the store', commands: STORE_COMMANDS },
  { title: 'servers and this program', commands: SERVER_COMMANDS },
]

export const COMMANDS: readonly Command[] = COMMAND_GROUPS.flatMap(({ commands }) => commands)
