/**
 * `clientry check`: reads a configuration as the server does, warns where callers may get more rights than
 * intended, and fetches the keys of its issuers. With a place: whether that can be worked with,
 * and with --prove whether its provider keeps the rules on which this program rests.
 */

import { loadConfig } from '../../../config/config.ts'
import type { Config } from '../../../config/config-parse.ts'
import { configWarnings } from '../../../config/config-warnings.ts'
import { readYamlText } from '../../../config/config-yaml.ts'
import { environment } from '../../../config/environment.ts'
import { createVerifier } from '../../../http/auth/verify.ts'
import { checkPlace } from '../../../program/check-place.ts'
import { fetchDocument } from '../../../program/fetch-document.ts'
import type { Invocation, Run } from '../../command.ts'
import { EXIT, UsageError } from '../../exit.ts'
import { plain } from '../../terminal.ts'

export const run: Run = async ({ words, options, terminal }) => {
  const { config: path, json, offline, prove } = options
  const around = environment()
  const { CLIENTRY_CONFIG_JSON: _, ...rest } = around
  const variables = path === undefined ? around : { ...rest, CLIENTRY_CONFIG: path }
  const config = await loadConfig(variables, readYamlText)
  const [place] = words
  if (place !== undefined) return atPlace(config, place, { options, terminal })
  if (prove === true) throw new UsageError('Name the PLACE whose rules are to be tried.')
  const ofKeys = offline === true ? [] : await keyWarnings(config)
  const warnings = [...configWarnings(config), ...ofKeys]
  if (json === true) terminal.printJson({ warnings })
  else {
    for (const warning of warnings) terminal.print(plain(warning))
    terminal.print(
      warnings.length === 0
        ? 'The configuration can be used, and there are no warnings.'
        : 'The configuration can be used.',
    )
  }
  return warnings.length === 0 ? EXIT.ok.code : EXIT.differs.code
}

/** One line for each condition, and one for each remedy; then, if asked for, the rules. */
async function atPlace(
  config: Config,
  word: string,
  { options, terminal }: Pick<Invocation, 'options' | 'terminal'>,
): Promise<number> {
  const { json, prove } = options
  const [provider = '', userPoolId] = word.split('/')
  const place = { provider, ...(userPoolId ? { userPoolId } : {}) }
  const findings = await checkPlace(config, place)
  for (const { condition, holds, says, remedy } of json === true ? [] : findings) {
    terminal.print(plain(`${holds ? 'ok  ' : 'FAIL'} ${condition}: ${says} ${remedy ?? ''}`.trim()))
  }
  const usable = findings.every(({ holds }) => holds)
  if (prove === true && usable) {
    const { proveAt } = await import('./prove.ts')
    return proveAt(config, place, { findings, options, terminal })
  }
  if (json === true) terminal.printJson({ findings })
  return usable ? EXIT.ok.code : EXIT.differs.code
}

/** What is wrong with the keys of the issuers as they are published now. */
async function keyWarnings({ issuers }: Config): Promise<readonly string[]> {
  const verify = createVerifier({ issuers, fetchDocument, now: Date.now })
  await verify.renew()
  return verify.health().flatMap(({ issuer, fault, refused }, index) => {
    const at = `auth.issuers[${index}] (${issuer})`
    if (fault === undefined)
      return refused.map((one) => `${at} publishes a key that is not used. ${one}`)
    const { url, status, cause } = fault
    const answered = status === undefined ? '' : `, status ${status}`
    return [
      `${at} provides no keys, so none of its tokens can be accepted: ${url}${answered}: ${cause}.`,
    ]
  })
}
