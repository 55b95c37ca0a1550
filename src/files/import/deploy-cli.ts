/**
 * Clients of auth0-deploy-cli: `tenant.yaml`, or `clients/*.json` of its directory form, and a `config.json` for the values of
 * keywords. `##KEY##` is replaced in the text, `@@KEY@@` with JSON, with or without quotes around it (its
 * docs/keyword-replacement.md and src/tools/utils.ts), so a file need be no YAML before that.
 */

import {
  isRecord,
  type Json,
  type JsonObject,
  memberOf,
  withoutMembers,
} from '../../core/json/json.ts'
import { isSecretName, isSecretText } from '../../core/secrecy/secret-looks.ts'
import type { ImportedClient, Loss, Reading, Source } from './imported.ts'
import { checkSource, placeholder, variableName, variablesIn } from './placeholders.ts'
import { fault, valueOfSource } from './source-value.ts'

/** Keywords in capitals: `@@password@@` is Auth0's own syntax in texts. */
const TEXT_KEYWORD = /##([A-Za-z0-9_.-]+?)##/g
const JSON_KEYWORD = /(['"]?)@@([A-Z0-9_.-]+?)@@\1/g

/** In a configuration of the tool. */
const MAPPINGS = 'AUTH0_KEYWORD_REPLACE_MAPPINGS'

/** Where the tool writes names in place of ids, which another tool cannot know. */
const BY_NAME = ['express_configuration', 'my_organization_configuration']

/**
 * Reads the files of a tenant. `readBeside` reads a file that one of them names, from the folder of that one.
 * @throws ClientError `invalid_field`
 */
export function readDeployCli(
  sources: readonly Source[],
  readBeside: (source: Source, name: string) => string | undefined,
): Reading {
  const [configurations, tenants] = parted(sources)
  const json = new Set<string>()
  const losses: Loss[] = []
  const clients = tenants.flatMap((source) => {
    const value = valueOfSource({ ...source, text: withPlaceholders(source, json) })
    if (!isRecord(value)) throw fault(source.path, 'holds no tenant and no client')
    const listed = memberOf(value, 'clients')
    const isTenant = listed !== undefined || /\.ya?ml$/i.test(source.path)
    losses.push(...otherParts(source, isTenant ? value : {}))
    const records = isTenant ? (Array.isArray(listed) ? listed : []) : [value]
    return records.flatMap((record, index) =>
      clientOf(source, record, index, { losses, json, readBeside }),
    )
  })
  const names = new Set(clients.flatMap(({ native }) => variablesIn(native)))
  return {
    clients,
    losses,
    variables: new Map([...names].map((name) => [name, { json: json.has(name) }])),
    environments: environmentsOf(configurations, names, json),
  }
}

function withPlaceholders({ path, text }: Source, json: Set<string>): string {
  checkSource(path, text)
  return text
    .replace(JSON_KEYWORD, (_, __, key: string) => {
      json.add(variableName(key))
      return JSON.stringify(placeholder(variableName(key)))
    })
    .replace(TEXT_KEYWORD, (_, key: string) => placeholder(variableName(key)))
}

interface Around {
  readonly losses: Loss[]
  /** The variables that are JSON. */
  readonly json: Set<string>
  readBeside(source: Source, name: string): string | undefined
}

function clientOf(
  source: Source,
  record: Json,
  index: number,
  { losses, json, readBeside }: Around,
): readonly ImportedClient[] {
  if (!isRecord(record) || typeof record.name !== 'string') {
    losses.push({ about: source.path, what: `clients[${index}]`, why: 'it has no name' })
    return []
  }
  const about = `${source.path}: ${record.name}`
  const byName = BY_NAME.filter((name) => Object.hasOwn(record, name))
  const why = 'auth0-deploy-cli writes names in place of ids there; set it by hand'
  losses.push(...byName.map((what) => ({ about, what, why })))
  const { custom_login_page: page, ...others } = record
  const rest = withoutMembers(inTodaysNames(others), byName)
  if (typeof page !== 'string') return [{ about, type: 'auth0', native: rest }]
  if (!/\.html?$/i.test(page)) {
    return [{ about, type: 'auth0', native: { ...rest, custom_login_page: page } }]
  }
  const beside = readBeside(source, page)
  const text =
    beside === undefined ? undefined : withPlaceholders({ path: page, text: beside }, json)
  if (text === undefined) {
    losses.push({ about, what: 'custom_login_page', why: 'its file cannot be read' })
  }
  const native = text === undefined ? rest : { ...rest, custom_login_page: text }
  return [{ about, type: 'auth0', native }]
}

/** Members that Auth0 shows under two names, of which it takes the newer one; exports of before have the older. */
const NAMED_AGAIN: Readonly<Record<string, string>> = {
  cross_origin_auth: 'cross_origin_authentication',
  oidc_backchannel_logout: 'oidc_logout',
}

function inTodaysNames(record: JsonObject): JsonObject {
  const members = Object.entries(record).flatMap(([name, value]): [string, Json][] => {
    const newer = Object.hasOwn(NAMED_AGAIN, name) ? (NAMED_AGAIN[name] ?? name) : name
    return newer !== name && Object.hasOwn(record, newer) ? [] : [[newer, value]]
  })
  return Object.fromEntries(members)
}

/** What else a tenant holds. */
function otherParts({ path }: Source, value: JsonObject): readonly Loss[] {
  const names = Object.entries(value)
    .filter(([name, part]) => name !== 'clients' && !(Array.isArray(part) && part.length === 0))
    .map(([name]) => name)
  if (names.length === 0) return []
  return [{ about: path, what: names.join(', '), why: 'Clientry manages clients only' }]
}

function parted(sources: readonly Source[]) {
  const isConfiguration = ({ path, text }: Source) =>
    path.toLowerCase().endsWith('.json') && text.includes(`"${MAPPINGS}"`)
  return [sources.filter(isConfiguration), sources.filter((one) => !isConfiguration(one))] as const
}

/** The values of keywords that clients name; secrets are left to the process environment. */
function environmentsOf(
  configurations: readonly Source[],
  names: ReadonlySet<string>,
  json: Set<string>,
): ReadonlyMap<string, ReadonlyMap<string, Json>> {
  return new Map(
    configurations.map((source) => {
      const value = valueOfSource(source)
      const mappings = isRecord(value) ? memberOf(value, MAPPINGS) : undefined
      const entries = Object.entries(isRecord(mappings) ? mappings : {}).flatMap(
        ([key, one]): [string, Json][] => {
          const name = variableName(key)
          const isSecret = isSecretName(key) || (typeof one === 'string' && isSecretText(one))
          const settable = names.has(name) && !isSecret ? valueOfKeyword(one) : undefined
          if (settable === undefined) return []
          if (Array.isArray(settable)) json.add(name)
          return [[name, settable]]
        },
      )
      return [environmentName(source.path), new Map(entries)] as const
    }),
  )
}

/** A list may be written as the inside of one, to be put between others: `"a", "b"`. */
function valueOfKeyword(value: Json): Json | undefined {
  if (typeof value === 'string' && /^\s*"/.test(value)) {
    try {
      return JSON.parse(`[${value}]`) as Json
    } catch {
      return value
    }
  }
  return isRecord(value) || value === null ? undefined : value
}

/** `config-dev.json` describes dev. */
function environmentName(path: string): string {
  const file = path.split(/[\\/]/).at(-1) ?? ''
  const name = file.replace(/\.json.*$/i, '').replace(/^config[-_.]?/i, '')
  return name === '' ? IMPORTED : name
}

/** What an environment is called that has no name in the source. */
export const IMPORTED = 'imported'
