/**
 * Settings that only the clients of other environments can have: they leave the file that all environments share, and
 * stay with those environments as overrides.
 */

import { type Document, isMap, isNode } from 'yaml'
import { readYaml, takeOut, textOfYaml } from '../yaml/yaml-text.ts'

/** The text of a client file, and that of `environments.yaml` beside it. */
export interface SharedTexts {
  readonly file: string
  readonly environments: string
}

/**
 * Both texts after a client was made in one environment; comments and order stay.
 * `left`: dotted paths below `providerSettings` that its creation left out.
 */
export function withoutLeft(
  texts: SharedTexts,
  { environment, file, left }: { environment: string; file: string; left: readonly string[] },
): SharedTexts {
  if (left.length === 0) return texts
  const [shared, all] = [readYaml(texts.file), readYaml(texts.environments)]
  if (!isMap(shared.contents) || !isMap(all.contents)) return texts
  for (const path of left) {
    const at = ['client', 'providerSettings', ...path.split('.')]
    for (const other of othersWithClients(all, { environment, file })) {
      const place = [...overrideAt(other, file), ...at]
      const setting = shared.getIn(at, true)
      // An override of its own is what holds there already.
      if (isNode(setting) && !all.hasIn(place)) all.setIn(place, setting.clone())
    }
    takeOut(shared, at)
    takeOut(all, [...overrideAt(environment, file), ...at])
  }
  return { file: textOfYaml(shared), environments: textOfYaml(all) }
}

const overrideAt = (environment: string, file: string) => [
  'environments',
  environment,
  'overrides',
  file,
]

/** The other environments in which the file has a client. */
function othersWithClients(
  all: Document,
  { environment, file }: { environment: string; file: string },
): readonly string[] {
  const environments = all.get('environments')
  const names = isMap(environments) ? environments.items.map(({ key }) => String(key)) : []
  return names.filter(
    (name) => name !== environment && all.hasIn([...overrideAt(name, file), 'id']),
  )
}
