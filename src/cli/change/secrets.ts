/** Secrets are in the output of a command only where they were asked for. */

import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { isRecord } from '../../core/json/json.ts'
import { UsageError } from '../exit.ts'
import type { Values } from '../options.ts'
import { plain, type Terminal } from '../terminal.ts'

/** The same body; a secret in it, or in the client within it, only with `--show-secret`. */
export function withoutSecrets<Body>(body: Body, options: Values): Body {
  if (options['show-secret'] === true || !isRecord(body)) return body
  const { client } = body
  const inner = isRecord(client) ? { client: withoutSecrets(client, options) } : {}
  const own = typeof body.secret === 'string' ? { secret: null, secretRedacted: true } : {}
  return { ...body, ...inner, ...own } as Body
}

/**
 * Opens the file of `--secret-to` before anything is changed, since a new secret is told only once;
 * `work` gives what is written. A file that stays empty is removed.
 * @throws UsageError where it is there already or cannot be written
 */
export async function keepingSecret<T>(
  { 'secret-to': path }: Values,
  work: (keep: (secret: string) => void) => Promise<T>,
): Promise<T> {
  if (path === undefined) return work(() => {})
  const file = openNew(path)
  let kept = false
  try {
    return await work((secret) => {
      writeSync(file, `${secret}\n`)
      kept = true
    })
  } finally {
    closeSync(file)
    if (!kept) rmSync(path, { force: true })
  }
}

/** Says where a new secret was written, or that the server showed none to write. */
export function noteSecretFile(
  terminal: Terminal,
  { 'secret-to': path }: Values,
  secret: string | null,
): void {
  if (path === undefined) return
  terminal.note(
    secret === null
      ? `The server showed no secret, so ${plain(path)} was not written.`
      : `The secret is in ${plain(path)}; only you can read it.`,
  )
}

function openNew(path: string): number {
  try {
    return openSync(path, 'wx', 0o600)
  } catch {
    throw new UsageError(`${path} is there already or cannot be written; nothing was changed.`)
  }
}
