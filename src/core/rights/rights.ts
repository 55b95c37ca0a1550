/**
 * Which permissions a change takes beside the one to change clients at all. A change is judged by its
 * effect, the records before and after it, so that no way in can go around the rule: a field, a raw
 * setting, an operation, a job, a file, a copy, a rollback. Patches that have no record yet are judged
 * by what they name.
 */

import { FIELDS, type FieldName, isFieldName } from '../client.ts'
import { isRecord, type Json, type JsonObject, same } from '../json/json.ts'
import { covers } from '../json/paths.ts'
import { fieldOfPath, fieldsOfPath, type Mapping, stateOf } from '../mapping/mapping.ts'
import type { Native, Row } from '../mapping/row.ts'
import { type Operation, writtenFields } from '../patch/json-patch.ts'
import { type FieldPatches, mergePatch, type Patch } from '../patch/patch.ts'
import { hiddenIn } from '../plan/plan.ts'
import { accessChanges, decidesAccess, hasAccess, type OwnApi } from './own-api.ts'
import type { Permission } from './permissions.ts'
import { maySetTeam, TEAM_SETTING, teamIn } from './team.ts'

/** A permission that a change takes, and the path of what it is about. */
export interface Need {
  readonly permission: Permission
  readonly field: string
}

/** What is to be judged: a planned change. */
export interface Planned {
  readonly base: Native
  readonly next: Native
  /** The fields that it changes. */
  readonly named: readonly FieldName[]
  /** This program's own API, where the provider issues tokens for it. */
  readonly api?: OwnApi | undefined
  /** The client is to be made. */
  readonly made?: boolean
}

/** The permissions that a planned change takes. */
export function neededFor(
  mapping: Mapping,
  { base, next, named, api, made: isCreation = false }: Planned,
): readonly Need[] {
  const paths = changedPaths(stateOf(mapping, base), stateOf(mapping, next), '')
  const credentials = paths
    .filter(({ path, values }) => isCredential(mapping, path, values))
    .map(({ path }) => rotation(mapping, path))
  const powers = paths
    .filter(({ path, values }) => isPrivileged(mapping, path, values))
    .map(({ path }) => ({ ...rotation(mapping, path), permission: PRIVILEGED }))
  const isNew = ({ permission, field }: Need) =>
    !credentials.some((one) => one.permission === permission && one.field === field)
  const own = [
    ...named.flatMap((field) => needOfField(field).filter(isNew)),
    ...credentials,
    // Whose a new client is, is judged by what it is then.
    ...(isCreation || teamIn(mapping, base) === teamIn(mapping, next) ? [] : [ASSIGNING]),
  ]
  if (api === undefined) return [...own, ...powers]
  const access = accessChanges(mapping, api, { base, next, isNew: isCreation }).map((path) =>
    grant(path),
  )
  const usable = hasAccess(mapping, api, base) || hasAccess(mapping, api, next)
  const become = usable ? credentials.slice(0, 1).map(({ field }) => ({ ...grant(''), field })) : []
  return [...own, ...powers, ...access, ...become]
}

/** The permissions that a new secret takes, which no setting shows. */
export function neededToRotate(
  mapping: Mapping,
  base: Native,
  api: OwnApi | undefined,
): readonly Need[] {
  return api !== undefined && hasAccess(mapping, api, base) ? [grant('secret')] : []
}

/** Whose a client is, decides who may do what with it. */
const ASSIGNING: Need = { permission: 'clients:assign', field: `client.${TEAM_SETTING}` }

const grant = (path: string): Need => ({ permission: 'access:grant', field: `client.${path}` })

/**
 * The permissions that setting hidden values takes, by their paths below the client. It is not asked
 * whether they differ from what is there: the answer would confirm a guess.
 */
export const neededToSet = (hidden: readonly string[]): readonly Need[] =>
  hidden.map((path) => ({ permission: 'secrets:rotate', field: `client.${path}` }))

/**
 * The same for a client that is to be made, of which `blank` is what one of its kind starts from. Which of
 * the methods is used that share the secret says nothing of who has that.
 */
export function neededToMake(
  mapping: Mapping,
  { base: blank, next, named, api }: Planned,
): readonly Need[] {
  const [was, is] = [blank[METHOD], next[METHOD]].map(String)
  const alike = SHARED_SECRET.includes(was ?? '') && SHARED_SECRET.includes(is ?? '')
  if (!alike) return neededFor(mapping, { base: blank, next, named, api, made: true })
  const base = { ...blank, [METHOD]: next[METHOD] ?? null }
  const others = named.filter((field) => field !== fieldOfPath(mapping, METHOD))
  return neededFor(mapping, { base, next, named: others, api, made: true })
}

const METHOD = 'token_endpoint_auth_method'
/** OpenID Connect Core 1.0 section 9. */
const SHARED_SECRET: readonly string[] = [
  'client_secret_basic',
  'client_secret_post',
  'client_secret_jwt',
]

/** The permissions that a patch may take on a client that is not known; `issues`: where tokens for us are made. */
export function neededByName(mapping: Mapping, patch: Patch, issues = false): readonly Need[] {
  const written =
    patch.kind === 'merge' ? Object.keys(patch.fields) : [...writtenFields(patch.operations)]
  const field = written.find((name) => issues && isFieldName(name) && decidesAccess(name))
  const access = field === undefined ? [] : [grant(field)]
  return [
    ...access,
    ...needsOfPatch(mapping, patch),
    ...neededToSet(hiddenIn(mapping, setBy(patch))),
  ]
}

/** What a patch sets, as members; of operations each value at its path, and a text where it comes from elsewhere. */
function setBy(patch: Patch): FieldPatches {
  if (patch.kind === 'merge') return patch.fields
  return patch.operations.reduce<JsonObject>((whole, { op, path, value = 'copied' }) => {
    if (op === 'test' || op === 'remove') return whole
    return mergePatch(whole, nested(path, value)) as JsonObject
  }, {}) as FieldPatches
}

const nested = (path: readonly string[], value: Json): Json =>
  path.reduceRight<Json>((inner, name) => ({ [name]: inner }), value)

function needsOfPatch(mapping: Mapping, patch: Patch): readonly Need[] {
  return patch.kind === 'merge'
    ? Object.entries(patch.fields as FieldPatches).flatMap(([field, request]) =>
        needsOfMember(mapping, [field], request),
      )
    : patch.operations.flatMap((operation) => needsOfOperation(mapping, operation))
}

function needsOfOperation(mapping: Mapping, { op, path, from, value }: Operation): readonly Need[] {
  if (op === 'test') return []
  const moved = op === 'move' && from !== undefined ? needsOfMember(mapping, from, null) : []
  return [...needsOfMember(mapping, path, value ?? null), ...moved]
}

function needsOfMember(mapping: Mapping, path: readonly string[], request: Json): readonly Need[] {
  const needs = needsOfSetting(mapping, path, request)
  return maySetTeam(mapping, path, request) ? [...needs, ASSIGNING] : needs
}

function needsOfSetting(
  mapping: Mapping,
  [field = '', ...inner]: readonly string[],
  request: Json,
): readonly Need[] {
  if (field === 'providerSettings') {
    return leaves(inner.join('.'), request).flatMap(({ path, values }) => [
      ...(path === '' || isCredential(mapping, path, values) ? [rotation(mapping, path)] : []),
      ...(path === '' || isPrivileged(mapping, path, [null, ...values])
        ? [{ ...rotation(mapping, path), permission: PRIVILEGED }]
        : []),
    ])
  }
  const name = field as FieldName
  const row = (mapping.fields as Readonly<Record<string, Row<unknown> | undefined>>)[name]
  const keys = row === undefined || row.support === 'missing' ? [] : row.keys
  const isOne = keys.some((key) => isListed(mapping, key))
  const own = isFieldName(name) ? needOfField(name) : []
  const credential: readonly Need[] =
    own.length === 0 && isOne ? [{ permission: 'secrets:rotate', field: `client.${name}` }] : own
  // What comes from elsewhere, or is a whole of several settings, can be anything.
  const isPower = keys.some((key) => isPrivileged(mapping, key, [null, request]))
  return isPower ? [...credential, { permission: PRIVILEGED, field: `client.${name}` }] : credential
}

const PRIVILEGED = 'clients:privileged' as const

/** Whether a change of a member gives a client power of its own, or takes some of that away; of lists, what is added. */
function isPrivileged(mapping: Mapping, path: string, values: readonly Json[]): boolean {
  return Object.entries(mapping.privilegedPaths ?? {}).some(([one, powers]) => {
    if (!covers(one, path) && !covers(path, one)) return false
    if (powers.length === 0) return true
    const [was, is] = [textsIn(values[0] ?? null), textsIn(values.at(-1) ?? null)]
    return powers.some((power) => is.includes(power) && !was.includes(power))
  })
}

/** Every word in a value, at any depth. */
function textsIn(value: Json): readonly string[] {
  if (typeof value === 'string') return value.split(/\s+/)
  if (Array.isArray(value)) return value.flatMap(textsIn)
  return isRecord(value) ? Object.values(value).flatMap(textsIn) : []
}

function needOfField(field: FieldName): readonly Need[] {
  const { permission } = FIELDS[field]
  return permission === 'none' ? [] : [{ permission, field: `client.${field}` }]
}

const rotation = (mapping: Mapping, path: string): Need => {
  const field = fieldOfPath(mapping, path)
  const settings = path === '' ? 'providerSettings' : `providerSettings.${path}`
  return { permission: 'secrets:rotate', field: `client.${field ?? settings}` }
}

/** A member by its dotted path, and the values that a change is between. */
interface Member {
  readonly path: string
  readonly values: readonly Json[]
}

/** What differs between two values, member by member; a key is one whole. */
function changedPaths(was: Json, is: Json, path: string): readonly Member[] {
  if (same(was, is)) return []
  const [before, after] = [partsOf(was), partsOf(is)]
  if ((before ?? after) === undefined) return [{ path, values: [was, is] }]
  const isOther = (value: Json, parts: JsonObject | undefined) =>
    parts === undefined && value !== null && !(isRecord(value) && !isKey(value))
  if (isOther(was, before) || isOther(is, after)) return [{ path, values: [was, is] }]
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])
  return [...names].flatMap((name) =>
    changedPaths(before?.[name] ?? null, after?.[name] ?? null, below(path, name)),
  )
}

/** What a merge patch writes. */
function leaves(path: string, value: Json): readonly Member[] {
  const parts = partsOf(value)
  if (parts === undefined) return [{ path, values: [value] }]
  return Object.entries(parts).flatMap(([name, inner]) => leaves(below(path, name), inner))
}

const below = (path: string, name: string) => (path === '' ? name : `${path}.${name}`)

/** The members of an object that is more than one value. */
function partsOf(value: Json): JsonObject | undefined {
  const plain = isRecord(value) && !isKey(value) && Object.keys(value).length > 0
  return plain ? value : undefined
}

/** A JSON Web Key (RFC 7517 section 4.1: `kty` is required). */
const isKey = (value: JsonObject): boolean => Object.hasOwn(value, 'kty')

/** Whether a client proves with it who it is: by its field, by the provider's list, else by name and shape. */
function isCredential(mapping: Mapping, path: string, values: readonly Json[]): boolean {
  if (isListed(mapping, path)) return true
  // What an attribute stands for is known, and its names are the caller's own (client.clientMetadata).
  const fields = fieldsOfPath(mapping, path)
  if (fields.length > 0) {
    return fields.some((field) => FIELDS[field].permission === 'secrets:rotate')
  }
  return path.split('.').some(namesCredential) || values.some(holdsCredential)
}

const isListed = ({ credentialPaths, secretPaths }: Mapping, path: string): boolean =>
  [...credentialPaths, ...secretPaths].some((one) => covers(one, path) || covers(path, one))

/** A key, or a member of such a name, at any depth. */
function holdsCredential(value: Json): boolean {
  if (Array.isArray(value)) return value.some(holdsCredential)
  if (!isRecord(value)) return false
  if (isKey(value)) return true
  return Object.entries(value).some(
    ([name, inner]) => namesCredential(name) || holdsCredential(inner),
  )
}

/** Names that registered metadata and the providers give to keys, secrets and ways to authenticate. */
const CREDENTIAL_NAME =
  /jwk|secret|credential|password|certificate|signing_?(cert|key)|encryption_?key|(^|_)cert$|(private|public|api|access)_?(key|token)|auth(entication)?_?method|auth_?signing_?alg|tls_?client_?auth|software_?statement/i

const namesCredential = (name: string): boolean => CREDENTIAL_NAME.test(name)
