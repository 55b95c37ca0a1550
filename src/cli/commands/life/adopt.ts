/** `clientry adopt FILE`: adopts clients that were registered elsewhere. */

import { readFileSync } from 'node:fs'
import { isRecord, type JsonObject } from '../../../core/json/json.ts'
import { ClientryError } from '../../../sdk/error.ts'
import type { Adoption, ClientAddress } from '../../../sdk/types.ts'
import { spelledName } from '../../change/settings.ts'
import type { Invocation, Run } from '../../command.ts'
import { EXIT, EXIT_OF, UsageError } from '../../exit.ts'
import { counted } from '../../show/show.ts'

interface Registered {
  readonly client: ClientAddress
  readonly adoption: Adoption
}

export const run: Run = async (invocation) => {
  const { words, options, terminal } = invocation
  const [path = ''] = words
  const text = path === '-' ? await terminal.readInput() : readText(path)
  const registrations = registrationsIn(text, options.provider)
  const dryRun = options['dry-run'] === true
  if (!dryRun && options.yes !== true) {
    if (!terminal.person)
      throw new UsageError('There is no terminal to ask on. Add --yes to adopt the clients.')
    if (!(await terminal.confirm(`Adopt ${counted(registrations.length, 'client')}?`)))
      return EXIT.differs.code
  }
  let code: number = EXIT.ok.code
  const done: JsonObject[] = []
  for (const one of registrations) {
    const failure = await adopt(invocation, one, dryRun)
    const name = spelledName(one.client)
    done.push({ client: name, ...(failure === undefined ? {} : { code: failure.code }) })
    if (failure !== undefined) code = EXIT[EXIT_OF[failure.code]].code
    if (options.json === true) continue
    if (failure === undefined) terminal.print(`${name}: ${dryRun ? 'can be adopted' : 'adopted'}`)
    else terminal.note(`${name}: ${failure.message}`)
  }
  if (options.json === true) terminal.printJson(done)
  return code
}

/** Returns what failed; the other clients are adopted all the same. */
async function adopt(invocation: Invocation, { client, adoption }: Registered, dryRun: boolean) {
  const { adoptClient } = await invocation.connect()
  try {
    await (dryRun ? adoptClient(client, adoption, { dryRun }) : adoptClient(client, adoption))
    return undefined
  } catch (error) {
    if (error instanceof ClientryError) return error
    throw error
  }
}

/** One answer of a registration endpoint (RFC 7591 section 3.2.1), or a list of them. */
function registrationsIn(text: string, provider: string | undefined): readonly Registered[] {
  const value = parsed(text)
  const list: readonly unknown[] = Array.isArray(value) ? value : [value]
  return list.map((item, index) => registeredOf(item, `[${index}]`, provider))
}

function registeredOf(item: unknown, at: string, provider: string | undefined): Registered {
  const { client_id: id, registration_access_token: token, ...rest } = isRecord(item) ? item : {}
  if (typeof id !== 'string' || typeof token !== 'string') {
    throw new UsageError(
      `${at} of the file must be the answer of a registration: client_id, registration_access_token, and registration_client_uri if the answer had one.`,
    )
  }
  const { registration_client_uri: uri } = rest
  return {
    client: { id, ...(provider === undefined ? {} : { provider }) },
    adoption: {
      registrationAccessToken: token,
      ...(typeof uri === 'string' ? { registrationClientUri: uri } : {}),
    },
  }
}

/** The parser's own message would repeat the text, which contains tokens. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new UsageError('The file must be JSON.')
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    throw new UsageError(`The file ${path} cannot be read.`)
  }
}
