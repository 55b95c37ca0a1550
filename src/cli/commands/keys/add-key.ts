/** `clientry add-key CLIENT --file FILE`. */

import { readFileSync } from 'node:fs'
import { isRecord, type JsonObject } from '../../../core/json/json.ts'
import { parseJson } from '../../../core/json/json-text.ts'
import type { KeyAddition, KeyPlan } from '../../../sdk/types.ts'
import { clientOf, spelledName } from '../../change/settings.ts'
import { change } from '../../change/write.ts'
import type { Invocation, Run } from '../../command.ts'
import { UsageError } from '../../exit.ts'
import { showKeys } from '../../show/keys.ts'
import { nameOf } from '../../show/show.ts'
import { plain } from '../../terminal.ts'

export const run: Run = async (invocation) => {
  const { terminal } = invocation
  const client = clientOf(invocation)
  const key = await keyIn(invocation)
  const { addKey } = await invocation.connect()
  return change<KeyPlan, KeyAddition>(invocation, {
    question: `Add this key to ${spelledName(client)}?`,
    plan: (conditions) => addKey(client, { key }, conditions),
    show: ({ client: shown, keys }, say) => {
      say(terminal.style('strong', nameOf(shown)))
      say('  has these keys then:')
      showKeys(terminal, keys, say)
      return true
    },
    carryOut: (conditions) => addKey(client, { key }, conditions),
    printResult: ({ body }) => {
      terminal.print(`${nameOf(body.client)}: ${plain(body.added)} was added`)
      showKeys(terminal, body.keys, terminal.print)
    },
  })
}

/** What the file holds is never repeated: it may be a private key. */
async function keyIn({ options: { file }, terminal }: Invocation): Promise<JsonObject> {
  if (file === undefined) throw new UsageError('--file is missing: it names a public key as a JWK.')
  const key = parsed(file === '-' ? await terminal.readInput() : textOf(file))
  if (isRecord(key)) return key
  throw new UsageError('--file must name a public key as a JWK, which is a JSON object.')
}

function parsed(text: string) {
  try {
    return parseJson(text)
  } catch {
    return undefined
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    throw new UsageError(`The file ${plain(file)} cannot be read.`)
  }
}
