/** Words and options that several commands have in common, as their tables name them. */

import type { Argument } from './command.ts'

export const CLIENT: Argument = {
  name: 'CLIENT',
  says: 'the id, PROVIDER/ID, or PROVIDER/POOL/ID',
}
export const FOLDER: Argument = {
  name: 'FOLDER',
  says: 'with client files (*.yaml), at any depth',
}
export const ASSIGNMENTS: Argument = {
  name: 'FIELD=VALUE',
  says: 'callbacks=a,b  callbacks+=c  clientMetadata.team=identity; an empty value clears',
  optional: true,
  many: true,
}
/** The options of a patch that sets no secret. */
export const PATCH = ['from', 'add-callback', 'remove-callback'] as const
/** The options of a patch. */
export const WISH = [...PATCH, 'secret-from'] as const
/** The example client in a user pool. */
export const EXAMPLE_IN_POOL = 'cognito-client/us-east-1_1234test/exampleClientId'
