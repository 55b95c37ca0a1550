/** The text of a configuration, and where in it each member stands, so that a fault names file, line and column. */

import { isClientError } from '../core/errors.ts'
import { jsonFault, type Place } from '../http/wire/json-fault.ts'
import { faulty } from './config-faults.ts'

/** Path of a member, written as faults write it (`auth.issuers[0].issuer`), and where it begins. */
export type Places = ReadonlyMap<string, Place>

/** What is wrong with a text before its members are looked at. */
export interface TextFault {
  readonly place: Place
  readonly says: string
}

export interface ReadText {
  readonly value: unknown
  readonly places: Places
  /** Any makes the text unusable. */
  readonly faults: readonly TextFault[]
}

/** A configuration as it was read; `name`: its file, or the variable that holds it. */
export interface ConfigSource extends Omit<ReadText, 'faults'> {
  readonly name: string
}

/** Takes what was read, or refuses it with every fault of the text. */
export function sourceOf(name: string, { value, places, faults }: ReadText): ConfigSource {
  if (faults.length > 0) throw faulty(faults.map(({ place, says }) => at(name, place, says)))
  return { name, value, places }
}

/** A failure whose faults name where they stand; what is about no member stays as it is. */
export function located({ name, places }: ConfigSource, error: unknown): unknown {
  if (!isClientError(error) || error.details.faults === undefined) return error
  return faulty(error.details.faults.map((fault) => placed(name, places, fault)))
}

function placed(name: string, places: Places, fault: string): string {
  const paths = [...places.keys()].filter(
    (path) => fault.startsWith(path) && /^[ .[:(]/.test(fault.slice(path.length)),
  )
  const [nearest] = paths.toSorted((one, other) => other.length - one.length)
  const place = nearest === undefined ? { line: 1, column: 1 } : places.get(nearest)
  return place === undefined ? fault : at(name, place, fault)
}

const at = (name: string, { line, column }: Place, says: string) =>
  `${name}:${line}:${column}: ${says}`

/** What the parser says repeats the text, in which a secret may stand by mistake, so the words are ours. */
export function readJsonText(text: string): ReadText {
  const place = jsonFault(text)
  if (place !== undefined) {
    return {
      value: undefined,
      places: new Map(),
      faults: [{ place, says: 'this is not valid JSON.' }],
    }
  }
  return { value: JSON.parse(text), ...placesInJson(text) }
}

interface Level {
  readonly path: string
  /** Absent: a list. */
  readonly names?: Set<string>
  index: number
  name: string
  isName: boolean
}

/** Of a text that is JSON. */
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g

function placesInJson(text: string): Pick<ReadText, 'places' | 'faults'> {
  const places = new Map<string, Place>()
  const faults: TextFault[] = []
  const levels: Level[] = []
  const placeOf = placesIn(text)
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    const level = levels.at(-1)
    if (token === '}' || token === ']') levels.pop()
    else if (token === ',' && level !== undefined) {
      level.index += 1
      level.isName = level.names !== undefined
    } else if (token !== ':') {
      const isName = level?.isName === true
      if (level !== undefined && isName) {
        level.name = JSON.parse(token)
        level.isName = false
        if (level.names?.has(level.name)) {
          faults.push({ place: placeOf(index), says: `${pathOf(level)} appears twice.` })
        }
        level.names?.add(level.name)
      }
      if (level !== undefined && (isName || level.names === undefined)) {
        places.set(pathOf(level), placeOf(index))
      }
      if (token === '{' || token === '[') {
        const names = token === '{' ? { names: new Set<string>() } : {}
        const path = level === undefined ? '' : pathOf(level)
        levels.push({ path, ...names, index: 0, name: '', isName: token === '{' })
      }
    }
  }
  return { places, faults }
}

const pathOf = ({ path, names, name, index }: Level) =>
  joined(path, names === undefined ? index : name)

/** A path and one step more, as every fault of a configuration writes it. */
export const joined = (path: string, step: string | number): string =>
  typeof step === 'number' ? `${path}[${step}]` : path === '' ? step : `${path}.${step}`

/** Places of offsets that are asked for in their order: the lines are counted once, however long the text. */
function placesIn(text: string): (offset: number) => Place {
  const starts = [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)]
  let line = 1
  return (offset) => {
    while ((starts[line] ?? Number.POSITIVE_INFINITY) <= offset) line += 1
    return { line, column: offset - (starts[line - 1] ?? 0) + 1 }
  }
}
