/** A file of YAML with another content: what is the same in both keeps its comments, its order and its spelling. */

import { type Document, isMap, isNode, isScalar, isSeq, type Pair, type YAMLMap } from 'yaml'
import { FIELDS, isFieldName } from '../../core/client.ts'
import { isClientError } from '../../core/errors.ts'
import { type Json, same, without } from '../../core/json/json.ts'
import { plainNumbers } from '../../core/json/kept-numbers.ts'
import { parseYaml } from './yaml-document.ts'
import { readYaml, textOfYaml } from './yaml-text.ts'

/**
 * The text `before` with the content of `after`; `before` itself where it says that already. A text that is no plain
 * YAML is replaced.
 */
export function updatedYaml(before: string, after: string): string {
  const [document, next] = [readYaml(before), readYaml(after)]
  if (!isPlain(before) || !isMap(document.contents) || !isMap(next.contents)) return after
  const isChanged = updateMap(document.contents, next.contents, { document, next, at: [] })
  return isChanged ? textOfYaml(document) : before
}

function isPlain(text: string): boolean {
  try {
    parseYaml('', text)
    return true
  } catch (error) {
    if (isClientError(error)) return false
    throw error
  }
}

interface Place {
  readonly document: Document
  readonly next: Document
  readonly at: readonly string[]
}

/** Makes a mapping say the same as another one; whether it did not. */
function updateMap(map: YAMLMap, next: YAMLMap, place: Place): boolean {
  const gone = map.items.filter((pair) => pairOf(next, nameOf(pair)) === undefined)
  map.items = map.items.filter((pair) => !gone.includes(pair))
  let isChanged = gone.length > 0
  for (const [index, pair] of next.items.entries()) {
    const present = pairOf(map, nameOf(pair))
    if (present === undefined) {
      const before = next.items.slice(0, index).findLast((one) => pairOf(map, nameOf(one)))
      const above = before === undefined ? undefined : pairOf(map, nameOf(before))
      map.items.splice(above === undefined ? 0 : map.items.indexOf(above) + 1, 0, pair)
      isChanged = true
    } else if (updateValue(present, pair, { ...place, at: [...place.at, nameOf(pair)] })) {
      isChanged = true
    }
  }
  return isChanged
}

function updateValue(pair: Pair, { value: after }: Pair, place: Place): boolean {
  const { value: before } = pair
  const { document, next } = place
  if (isMap(before) && isMap(after)) return updateMap(before, after, place)
  const [was, is] = [jsonOf(before, document), jsonOf(after, next)]
  if (isSeq(before) && isSeq(after)) {
    if (isInAnyOrder(place.at) && sameItems(was, is)) return false
    if (same(was, is)) return false
    before.items = itemsFor(before.items, after.items, place)
    return true
  }
  if (same(was, is)) return false
  if (isScalar(before) && isScalar(after)) {
    after.comment = before.comment ?? null
    after.commentBefore = before.commentBefore ?? null
  }
  pair.value = after
  return true
}

/** The items of a list as it is to be, each as it is written so far; in the order of before where none is meant. */
function itemsFor(
  before: readonly unknown[],
  after: readonly unknown[],
  { document, next, at }: Place,
): unknown[] {
  const rest = [...before]
  const taken = after.map((item) => {
    const value = jsonOf(item, next)
    const index = rest.findIndex((one) => same(jsonOf(one, document), value))
    return index < 0 ? item : rest.splice(index, 1)[0]
  })
  if (!isInAnyOrder(at)) return taken
  return [
    ...before.filter((item) => taken.includes(item)),
    ...taken.filter((item) => !before.includes(item)),
  ]
}

/** `client.FIELD`, where that is a list. */
const isInAnyOrder = ([top, field = '', ...more]: readonly string[]) =>
  top === 'client' && more.length === 0 && isFieldName(field) && FIELDS[field].kind === 'list'

const sameItems = (one: Json, other: Json): boolean =>
  Array.isArray(one) &&
  Array.isArray(other) &&
  without(one, other).length + without(other, one).length === 0

const nameOf = ({ key }: Pair): string => String(isScalar(key) ? key.value : key)

const pairOf = (map: YAMLMap, name: string): Pair | undefined =>
  map.items.find((pair) => nameOf(pair) === name)

const jsonOf = (node: unknown, document: Document): Json =>
  isNode(node) ? plainNumbers(node.toJS(document) as Json) : null
