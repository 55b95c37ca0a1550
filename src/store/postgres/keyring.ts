/** The keyring on PostgreSQL: one row. What it replaced is in the files until the next vacuum. */

import type { KeyringCell } from '../keys/keyring.ts'
import type { Access } from './connections.ts'
import { named } from './statements.ts'

const SQL = named('keyring', {
  read: 'select ring from keyring',
  add: 'insert into keyring values (1, $1) on conflict do nothing returning id',
  replace: 'update keyring set ring = $2 where ring = $1 returning id',
})

/** The keyring in the schema that connections work in. */
export function createPostgresKeyring(access: Access): KeyringCell {
  const read: KeyringCell['read'] = async () => {
    const { result } = await access.run(SQL.read)
    return result[0] && String(result[0].ring)
  }
  return {
    read,
    replace: async (before, after) => {
      const { result, isRepeated } = await (before === undefined
        ? access.run(SQL.add, [after])
        : access.run(SQL.replace, [before, after]))
      if (result.length > 0) return true
      // Each wrapping is another text: where ours is there, the first copy has put it there.
      return isRepeated && (await read()) === after
    },
  }
}
