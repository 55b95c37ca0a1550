/** Secrets appear in the output of a command only on request. */

import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { isRecord } from '../../core/json/json.ts'
import { UsageError } from '../exit.ts'
import type { Values } from '../options.ts'
import { plain, type Terminal } from '../terminal.ts'

/** Removes the secret from a body, and from the client in it, unless `--show-secret` is given. */
export function withoutSecrets<Body>(body: Body, options: Values): Body {
  if (options['show-secret'] === true || !isRecord(body)) return body
  const { client } = body
  const inner = isRecord(client) ? { client: withoutSecrets(client, options) } : {}
  const own = typeof body.secret === 'string' ? { secret: null, secretRedacted: true } : {}
  return { ...body, ...inner, ...own } as Body
}

/**
 * Opens the file of `--secret-to` before anything is changed, since a new secret is shown only
 * once; `work` supplies the secret. A file that stays empty is removed.
 * @throws UsageError if the file exists already or cannot be written
 */
export async function keepingSecret<T>(
  { 'secret-to': path }: Values,
  work: (keep: (secret: string) => void) => Promise<T>,
): Promise<T> {
  if (path === undefined) return work(() => {})
  const file = openNew(path)
  let isWritten = false
  try {
    return await work((secret) => {
      writeSync(file, `${secret}\n`)
      isWritten = true
    })
  } finally {
    closeSync(file)
    if (!isWritten) rmSync(path, { force: true })
  }
}

/** Says where the new secret was written, or that the server returned none. */
export function noteSecretFile(
  terminal: Terminal,
  { 'secret-to': path }: Values,
  secret: string | null,
): void {
  if (path === undefined) return
  terminal.note(
    secret === null
      ? `The server returned no secret, so ${plain(path)} was not written.`
      : `The secret is in ${plain(path)}, which only you can read.`,
  )
}

function openNew(path: string): number {
  try {
    return openSync(path, 'wx', 0o600)
  } catch {
    throw new UsageError(`${path} exists already or cannot be written. Nothing was changed.`)
  }
}
