/** `clientry schema`. */

import { clientFileSchema, type ProviderFacts } from '../../../files/review/file-schema.ts'
import type { Run } from '../../command.ts'
import { EXIT } from '../../exit.ts'
import { writeText } from '../../folder/folder.ts'

export const run: Run = async ({ options, terminal, connect }) => {
  const api = await connect()
  const { providers } = (await api.listProviders()).body
  const facts = await Promise.all(providers.map(async ({ id }) => (await api.getProvider(id)).body))
  const schema = clientFileSchema(facts as unknown as readonly ProviderFacts[])
  if (options.out === undefined) terminal.printJson(schema)
  else writeText(options.out, `${JSON.stringify(schema, null, 2)}\n`)
  return EXIT.ok.code
}
