/** The upstream process and what Clientry needs to know of it, made once for a whole run. */

import { type SigningKey, signingKey } from '../test/http/auth/issuer.ts'
import type { Built } from './built.ts'
import { type Running, start } from './processes.ts'
import { type Addresses, createSubject, type ProviderName, type Subject } from './subject.ts'

export interface Upstream {
  readonly running: Running
  readonly addresses: Addresses
  readonly subject: Subject
  /** Signs the tokens of the caller. */
  readonly key: SigningKey
}

export async function startUpstream(built: Built): Promise<Upstream> {
  const key = await signingKey('key-1')
  const running = start(built.process('upstream'), built.process('control'), {
    BENCH_KEYS: JSON.stringify({ keys: [key.jwk] }),
  })
  const addresses = await ready<Addresses>(running, 'addresses')
  return { running, addresses, key, subject: await createSubject(key, addresses) }
}

/** Starts Clientry on a SQLite file and gives its address. */
export async function startClientry(
  built: Built,
  { subject }: Upstream,
  provider: ProviderName | 'rfc7592',
  file: string,
): Promise<{ readonly running: Running; readonly url: string }> {
  const environment = subject.environment(provider, { type: 'sqlite', path: file, create: true })
  const running = start(built.serve, built.process('control'), environment)
  const port = await running.printed(/"port":(\d+)/)
  return { running, url: `http://127.0.0.1:${port}` }
}

/** Asks until the process's own code has come so far as to answer. */
export async function ready<T>(running: Running, question: string): Promise<T> {
  for (;;) {
    const answer = await running.ask<T | undefined>(question)
    if (answer !== undefined) return answer
    await new Promise((resume) => setTimeout(resume, 10))
  }
}
