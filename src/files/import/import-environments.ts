/** The environments of imported clients: the values of their variables, as far as the source or the folder knows them. */

import { isMap } from 'yaml'
import type { Json } from '../../core/json/json.ts'
import { readYaml, textOfYaml } from '../yaml/yaml-text.ts'
import { IMPORTED } from './deploy-cli.ts'
import type { Reading } from './imported.ts'

/**
 * The text of `environments.yaml` with every variable in each environment; what is there stays. A value that the source does
 * not say is left to the process environment.
 */
export function withImported(
  before: string | undefined,
  { variables, environments = new Map() }: Omit<Reading, 'clients' | 'losses'>,
  name = IMPORTED,
): string {
  const document = readYaml(before ?? '{}')
  if (!isMap(document.contents)) return before ?? ''
  document.contents.flow = false
  const sections = environments.size > 0 ? environments : new Map([[name, new Map<string, Json>()]])
  for (const [environment, values] of sections) {
    // Several tenants have several places, which the source does not know.
    const places = ['environments', environment, 'places']
    if (sections.size > 1 && !document.hasIn(places)) {
      document.setIn(places, document.createNode({}))
    }
    for (const [variable, { json, value }] of [...variables].sort(byName)) {
      const at = ['environments', environment, 'variables', variable]
      if (document.hasIn(at)) continue
      const sameType = ofItsType(values.get(variable) ?? value, json)
      // Shells set no variables with dots or dashes in their names.
      const reference = { env: variable.replace(/\W/g, '_'), ...(json ? { json: true } : {}) }
      document.setIn(at, document.createNode(sameType ?? reference))
    }
  }
  return textOfYaml(document)
}

/** A number or a flag that the source writes as a text. */
const ofItsType = (value: Json | undefined, json: boolean): Json | undefined =>
  json && typeof value === 'string' && /^(true|false|-?\d+)$/.test(value)
    ? (JSON.parse(value) as Json)
    : value

const byName = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]) =>
  one < other ? -1 : 1
