/** The lines of faults in client files. */

import { isClientError } from '../../core/errors.ts'
import { isRecord, type Json } from '../../core/json/json.ts'
import type { Environment } from '../../files/environments/environment.ts'
import { isBelow } from '../../files/plan-file.ts'
import type { Fault } from '../../files/review/fault.ts'
import { parseYaml, type YamlFile } from '../../files/yaml/yaml-document.ts'
import { nameIn, readText } from './folder.ts'

/** A fault with the line of its place; as it is where that is not in the file, but in an override of it. */
export function withLine(folder: string, environment?: Environment): (fault: Fault) => Fault {
  const read = new Map<string, YamlFile | undefined>()
  const fileAt = (path: string) => {
    if (!read.has(path)) read.set(path, yamlAt(path))
    return read.get(path)
  }
  const isOverridden = (path: string, field: string) => {
    const client = environment?.override(nameIn(folder, path))?.client
    return client !== undefined && partsOf(field, { client: client as Json }).length > 1
  }
  return (fault) => {
    const { about, field } = fault
    if (field === undefined || !isBelow(folder, about) || isOverridden(about, field)) return fault
    const file = fileAt(about)
    return file === undefined ? fault : { ...fault, line: file.lineOf(partsOf(field, file.value)) }
  }
}

function yamlAt(path: string): YamlFile | undefined {
  try {
    return parseYaml(path, readText(path) ?? '')
  } catch (error) {
    if (!isClientError(error)) throw error
    return undefined
  }
}

/** The parts of a place as far as a value has it; names can have dots themselves. */
function partsOf(place: string, value: Json): readonly (string | number)[] {
  const [, index] = /^\[(\d+)\]/.exec(place) ?? []
  if (index !== undefined && Array.isArray(value)) {
    const item: Json | undefined = value[Number(index)]
    if (item === undefined) return []
    return [Number(index), ...partsOf(place.slice(index.length + 2), item)]
  }
  const rest = place.replace(/^\./, '')
  if (!isRecord(value) || rest === '') return []
  for (const [name, inner] of Object.entries(value)) {
    const spelled = [name, JSON.stringify(name)].find((one) => isAtHead(one, rest))
    if (spelled !== undefined) return [name, ...partsOf(rest.slice(spelled.length), inner)]
  }
  return []
}

const isAtHead = (name: string, place: string) =>
  place.startsWith(name) && /^($|[.[])/.test(place.slice(name.length))
