/** What the server checks of a client, and what breaks it unchecked. */

import { refuse } from '../refusal.ts'
import { type KeycloakClient, MAX_TEXT } from './members.ts'
import type { SessionSeconds } from './realm.ts'
import { BROKEN, invalid } from './refusal.ts'

const TEXTS = [
  'clientId',
  'name',
  'description',
  'rootUrl',
  'adminUrl',
  'baseUrl',
  'secret',
  'clientAuthenticatorType',
]

/** The client itself, if it passes. */
export function checked(client: KeycloakClient, { max, idle }: SessionSeconds): KeycloakClient {
  const attributes = client.attributes as Record<string, string>
  checkUris(client.redirectUris, 'A redirect URI')
  const logout = attributes['post.logout.redirect.uris']?.split('##') ?? []
  checkUris(
    logout.filter((uri) => uri !== '+' && uri !== '-'),
    'A post-logout redirect URI',
  )
  checkUrl(client.rootUrl, 'Root URL')
  checkUrl(client.baseUrl, 'Base URL')
  checkScheme(attributes.logoUri, 'Logo URL')
  checkLifetime(attributes['client.session.max.lifespan'], max, 'max lifespan')
  checkLifetime(attributes['client.session.idle.timeout'], idle, 'idle timeout')
  checkLengths(client)
  return client
}

const ILLEGAL = /^(?:javascript|data|vbscript):/i

function checkUris(uris: unknown, noun: string): void {
  for (const uri of uris as readonly string[]) {
    if (ILLEGAL.test(uri)) invalid(`${noun} uses an illegal scheme`)
    if (uri.includes('#')) invalid(`${noun} must not contain an URL fragment`)
    if (/\s/.test(uri)) invalid(`${noun} is not a valid URI`)
  }
}

function checkScheme(url: unknown, noun: string): void {
  if (typeof url === 'string' && ILLEGAL.test(url)) invalid(`${noun} uses an illegal scheme`)
}

function checkUrl(url: unknown, noun: string): void {
  checkScheme(url, noun)
  if (typeof url !== 'string') return
  if (url.includes('#')) invalid(`${noun} must not contain an URL fragment`)
  if (/\s/.test(url)) invalid(`${noun} is not a valid URL`)
}

function checkLifetime(value: string | undefined, most: number, noun: string): void {
  if (value === undefined || Number(value) <= most) return
  const [first = '', second = ''] = noun.split(' ')
  invalid(`Client session ${noun} cannot exceed realm SSO session ${first} ${second}.`)
}

function checkLengths(client: KeycloakClient): void {
  const texts = TEXTS.map((name) => client[name])
  const lists = [client.redirectUris, client.webOrigins].flat()
  const all = [...texts, ...lists]
  if (all.some((text) => typeof text === 'string' && text.length > MAX_TEXT)) refuse(BROKEN)
}
