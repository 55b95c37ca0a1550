/**
 * An application whose users log in all the time while its redirect URI changes, again and again: by a move, and by the
 * change that people make without one.
 */

import type { Login } from './flow.ts'

export interface Tally {
  readonly changes: number
  readonly logins: number
  readonly refused: number
}

/** The application, as the one who changes its redirect URI sees it. */
export interface Application {
  /** It uses another redirect URI from now on; one more login goes by before it does. */
  deploy(uri: string): Promise<void>
  /** The logins that have begun have ended. */
  quiet(): Promise<void>
}

/** Users who are in the middle of a login at any time. */
const USERS = 2

/** Changes the redirect URI from each to the next under logins, and counts those that were refused. */
export async function underLogins(
  uris: readonly string[],
  login: (uri: string) => Promise<Login>,
  change: (from: string, to: string, application: Application) => Promise<void>,
): Promise<Tally> {
  let current = uris[0] ?? ''
  let isOpen = true
  const ended: Login[] = []
  const underWay = new Set<Promise<void>>()
  const logInOnce = () => {
    const one = login(current).then((how) => void ended.push(how))
    underWay.add(one)
    return one.finally(() => underWay.delete(one))
  }
  const users = Array.from({ length: USERS }, async () => {
    while (isOpen) await logInOnce()
  })
  const application: Application = {
    deploy: async (uri) => {
      await logInOnce()
      current = uri
    },
    quiet: async () => {
      await Promise.all(underWay)
    },
  }
  for (const [index, to] of uris.slice(1).entries()) {
    await change(uris[index] ?? '', to, application)
  }
  isOpen = false
  await Promise.all(users)
  const refused = ended.filter((how) => how === 'refused').length
  return { changes: uris.length - 1, logins: ended.length, refused }
}
