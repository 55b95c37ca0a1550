/**
 * Refusals, each with its file, its client and its place in that file. The server judges a patch that was made of the
 * file, and names places in that; a reader looks for them in the file.
 */

import { isRecord, type Json, type JsonObject } from '../../core/json/json.ts'
import type { FieldPatches } from '../../core/patch/patch.ts'
import type { ClientryError, ClientryErrorCode } from '../../sdk/error.ts'
import type { ClientFile } from '../client-file.ts'

/** Something that keeps a file, or a place, from being planned. */
export interface Fault {
  /** The file; for a place that cannot be read, the place. */
  readonly about: string
  /** The client, as commands name it; absent: a new one, or no single one. */
  readonly client?: string
  /** The place in the file, as in `client.callbacks[0]`. */
  readonly field?: string
  readonly code: ClientryErrorCode
  /** A sentence, with a path of the file where one is at fault. */
  readonly says: string
  /** What the provider said in its own words. */
  readonly providerMessage?: string
  /** The line of the place in the file, where the file has it. */
  readonly line?: number
  /** The file itself says nothing that can be compared. */
  readonly unreadable?: true
}

/** Refusals of a value by itself: what else is in the patch may be refused as well. */
const OF_A_VALUE: readonly string[] = [
  'invalid_field',
  'unknown_field',
  'unsupported_field',
  'read_only_field',
]

/** A file that is at fault, and the client that it was compared with. */
type JudgedFile = Pick<ClientFile, 'path' | 'client'>

export interface Judged {
  /** More than one, where several are for the client. */
  readonly files: readonly [JudgedFile, ...JudgedFile[]]
  readonly client?: string
}

/** A refusal of the server, in the words of the file; `sent`: the patch that it judged. */
export function faultOf(
  error: ClientryError,
  { files, client }: Judged,
  request: FieldPatches,
): Fault {
  const { code, field, message, providerMessage } = error
  const file =
    files.find((one) => field !== undefined && isIn(field, one.client, request)) ?? files[0]
  const place = field === undefined ? undefined : placeInFile(field, file.client, request)
  return {
    about: file.path,
    ...(client === undefined ? {} : { client }),
    ...(place === undefined ? {} : { field: place }),
    code,
    says: field === undefined || place === undefined ? message : message.replaceAll(field, place),
    ...(providerMessage === undefined ? {} : { providerMessage }),
  }
}

/** `client.callbacks.add[0]` of a patch is the third of a list in a file. */
const IN_LIST = /^client\.(\w+)(?:\.(add|remove))?\[(\d+)\]$/

/** Whether a file is the one that names what a path of the patch is about. */
function isIn(field: string, whole: FieldPatches, request: FieldPatches): boolean {
  const [, name = ''] = /^client\.(\w+)/.exec(field) ?? []
  if (!Object.hasOwn(whole, name)) return false
  return !IN_LIST.test(field) || placeInFile(field, whole, request).endsWith(']')
}

function placeInFile(field: string, whole: FieldPatches, request: FieldPatches): string {
  const [, name = '', part = '', index = '0'] = IN_LIST.exec(field) ?? []
  const target = (whole as JsonObject)[name]
  if (target === undefined) return field
  const value = listIn((request as JsonObject)[name], part)[Number(index)]
  const [where, list] = isRecord(target) ? ['.add', listIn(target, 'add')] : ['', listIn(target)]
  const at = list.indexOf(value ?? null)
  return value === undefined || at < 0 ? `client.${name}` : `client.${name}${where}[${at}]`
}

function listIn(value: Json | undefined, part = ''): readonly Json[] {
  const list = isRecord(value) ? value[part === '' ? 'add' : part] : value
  return Array.isArray(list) ? list : []
}

/** The most faults that are looked for in one file. */
const MOST_FAULTS = 20

/**
 * Asks for a dry run. Where a value is refused, it is left out and the rest is tried, so that all faults of a file are
 * found at once.
 * @throws ClientryError that is no refusal of what the file says
 */
export async function triedWhole<T>(
  judged: Judged,
  patch: FieldPatches,
  send: (patch: FieldPatches) => Promise<T>,
  /** The patch as the server judges it. */
  requestOf: (patch: FieldPatches) => FieldPatches = (one) => one,
): Promise<{ readonly answer: T } | { readonly faults: readonly [Fault, ...Fault[]] }> {
  const first = await tried(send, patch)
  if ('answer' in first) return first
  const faults: [Fault, ...Fault[]] = [faultOf(first.error, judged, requestOf(patch))]
  let last = first.error
  let rest: FieldPatches | undefined = patch
  while (faults.length < MOST_FAULTS && OF_A_VALUE.includes(last.code)) {
    rest = without(rest, last.field ?? '')
    if (rest === undefined || Object.keys(rest).length === 0) break
    const next = await tried(send, rest)
    // What is refused only because of what was left out is no fault of the file.
    if ('answer' in next || !OF_A_VALUE.includes(next.error.code)) break
    faults.push(faultOf(next.error, judged, requestOf(rest)))
    last = next.error
  }
  return { faults }
}

async function tried<T>(
  send: (patch: FieldPatches) => Promise<T>,
  patch: FieldPatches,
): Promise<{ readonly answer: T } | { readonly error: ClientryError }> {
  try {
    return { answer: await send(patch) }
  } catch (error) {
    if (isRefusal(error)) return { error }
    throw error
  }
}

/** Whether an error says something of the one client, so that others are planned all the same. */
export function isRefusal(error: unknown): error is ClientryError {
  const code = (error as Partial<ClientryError> | undefined)?.code
  return error instanceof Error && code !== undefined && !OF_THE_SERVER.includes(code)
}

const OF_THE_SERVER: readonly string[] = ['unreachable', 'unexpected_answer', 'unauthenticated']

/** The patch without the value at a path; `undefined` where it has none there. */
function without(patch: FieldPatches, field: string): FieldPatches | undefined {
  const [, name = '', part = '', index] =
    /^client\.(\w+)(?:\.(add|remove))?(?:\[(\d+)\])?/.exec(field) ?? []
  const value = (patch as JsonObject)[name]
  if (value === undefined) return undefined
  const { [name]: _, ...others } = patch as JsonObject
  const rest = index === undefined ? member(value, field, name) : item(value, part, Number(index))
  return rest === undefined ? others : { ...others, [name]: rest }
}

function item(value: Json, part: string, index: number): Json | undefined {
  const keep = (list: Json | undefined) =>
    Array.isArray(list) ? list.filter((_, at) => at !== index) : list
  if (!isRecord(value)) return keep(value) as Json
  const name = part === '' ? 'add' : part
  return Object.hasOwn(value, name) ? { ...value, [name]: keep(value[name]) as Json } : undefined
}

/** The value without the member that a path names; nothing where it names the whole or no member is left. */
function member(value: Json, field: string, name: string): Json | undefined {
  const rest = field.slice(`client.${name}.`.length)
  if (!isRecord(value) || rest === '') return undefined
  const match = Object.keys(value).find(
    (one) => rest === one || rest.startsWith(`${one}.`) || rest.startsWith(JSON.stringify(one)),
  )
  if (match === undefined) return undefined
  const { [match]: _, ...others } = value
  return Object.keys(others).length === 0 ? undefined : others
}
