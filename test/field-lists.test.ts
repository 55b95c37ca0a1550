/** `FIELDS` is the only list of fields: what depends on a field is a column of its row. */

import { readdirSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { expect, it } from 'vitest'
import { fieldListsIn } from './field-lists.ts'

/** The type of a client and its table; and the tables of the providers and of the console, which have a row for each field. */
const TABLES = /^(?:core\/client|providers\/[a-z0-9]+\/mapping|console\/client\/fields)\.ts$/

/** Where the same names are words of someone else. */
const FOREIGN: Readonly<Record<string, string>> = {
  'console/frame/texts.ts': 'heads of the columns of a table',
  'dev/dev-clients.ts': 'clients as Auth0 and Cognito spell them',
  'http/openapi/examples.ts': 'bodies of requests as people write them',
  'http/openapi/tags.ts': 'tags of OpenAPI, which have a name and a description',
  'providers/auth0/members.ts': 'members as Auth0 spells them',
  'providers/keycloak/members.ts': 'members as Keycloak spells them',
  'providers/local/members.ts': 'members as oidc-provider spells them',
  'providers/local/openid/configuration.ts': 'settings of oidc-provider itself',
  'service/proof/proof-client.ts': 'one client, as a caller would write it',
}

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .map((path) => path.split(sep).join('/'))
  .filter((path) => path.endsWith('.ts') && !path.startsWith('emulators/'))

it.each([
  ['a list', "const TOGETHER = ['callbacks', 'defaultCallback']"],
  ['a list among others', "const NAMES = ['provider', 'callbacks', ...['logoUri']] as const"],
  ['a set', "const OWN = new Set(['id', 'auth0Id'])"],
  ['a map', "const USES = new Map([['callbacks', 'redirect'], ['webOrigins', 'origin']])"],
  ['a record', "const WHY = { secret: 'no secrets', webOrigins: 'no origins' }"],
  ['a record of paths', "const AT = { urls: 'client.callbacks', flows: 'client.grantTypes' }"],
  ['an object schema', 'const schema = z.object({ callbacks: list, scopes: list })'],
  ['a union', "type LeaseField = 'callbacks' | 'webOrigins'"],
  ['an interface', 'interface Part { name: string; logoUri: string }'],
  ['a type', "type Part = { readonly name: string; readonly 'logoUri': string }"],
  ['a switch', "switch (field) { case 'scopes': case 'grantTypes': break }"],
  ['a condition', "const is = field === 'scopes' || (field === 'logoUri' && x)"],
  ['a list of nothing else', "const TIMES = ['createdAt', 'updatedAt']"],
  ['a table of nothing else', "const NEEDS = { secret: 'rotate', disabled: 'suspend' }"],
  ['a conditional type', "type P<F> = F extends 'secret' ? 1 : F extends 'clientMetadata' ? 2 : 3"],
  ['a pattern', 'const ORIGINS = /^(webOrigins|allowedOrigins)$/'],
  ['a text', "const ORIGINS = 'webOrigins allowedOrigins'.split(' ')"],
  ['arguments', "take('webOrigins', 'allowedOrigins')"],
])('%s of fields is found', (_, source) => {
  expect(fieldListsIn(source)).toHaveLength(1)
})

it.each([
  ['one name', "const FIELD = ['callbacks', 'provider']"],
  ['names of other things', 'const client = { id, name, secret }'],
  ['reading a client', 'const { appType, grantTypes } = client'],
  ['a sentence', "const says = 'client.scopes must fit client.grantTypes.'"],
])('%s is none', (_, source) => {
  expect(fieldListsIn(source)).toEqual([])
})

const listsOf = (path: string) => fieldListsIn(readFileSync(join('src', path), 'utf8'))
const isOurs = (path: string) => !TABLES.test(path) && !Object.hasOwn(FOREIGN, path)

it.each(sources.filter(isOurs))('%s has no list of fields', (path) => {
  expect(listsOf(path)).toEqual([])
})

it.each(Object.keys(FOREIGN))('%s is still an exception', (path) => {
  expect(listsOf(path)).not.toEqual([])
})
