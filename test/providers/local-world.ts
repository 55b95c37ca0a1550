/**
 * An OpenID Provider on a socket over a real SQLite file, with a service to change its clients, and a
 * browser that is just good enough for its pages.
 */

import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as openid from 'openid-client'
import type { JsonObject } from '../../src/core/json/json.ts'
import { createLocalProvider, putLocalClient } from '../../src/providers/local/index.ts'
import { createKeys, type OpenidKeys } from '../../src/providers/local/openid/keys.ts'
import { createOpenidProvider, type Openid } from '../../src/providers/local/openid/openid.ts'
import type { Provider } from '../../src/providers/provider.ts'
import type { ChangeResult } from '../../src/service/base/request.ts'
import type { Service } from '../../src/service/base/service.ts'
import type { Documents } from '../../src/store/documents.ts'
import { keysOf } from '../../src/store/keys/keys.ts'
import { openDatabase } from '../../src/store/sqlite/database.ts'
import { createDocuments } from '../../src/store/sqlite/documents.ts'
import { openBench } from '../contract/service.ts'

export const AUDIENCE = 'https://clientry.example'
export const CALLBACK = 'https://app.example.com/callback'

export interface LocalWorld {
  readonly openid: Openid
  readonly documents: Documents
  /** The file of the database. */
  readonly path: string
  readonly provider: Provider
  readonly service: Service
  put(client: JsonObject): Promise<void>
  change(id: string, client: object): Promise<ChangeResult>
  /** Switches a client off, or on again. */
  suspend(id: string, suspended: boolean): Promise<ChangeResult>
  /** Another OpenID Provider, with a connection of its own, on the same file. */
  another(): Promise<Openid>
  close(): Promise<void>
}

export async function openLocalWorld(): Promise<LocalWorld> {
  const providers = new Map<string, Provider>()
  const bench = await openBench(providers)
  const documents = createDocuments(bench.database, { keys: keysOf(bench.key) })
  const keys = await createKeys()
  const first = await serve(documents, keys)
  const { validate } = first.openid
  const provider = createLocalProvider({ documents, now: Date.now, validate })
  providers.set('local', provider)
  const closers = [first.close]
  return {
    openid: first.openid,
    documents,
    path: bench.path,
    provider,
    service: bench.service,
    put: (client) => putLocalClient(documents, client),
    change: (id, client) => bench.change({ provider: 'local', id }, client),
    suspend: (id, suspended) => {
      const patch = { kind: 'suspension' as const, suspended, allowPartial: false }
      return bench.change({ provider: 'local', id }, {}, { patch })
    },
    another: async () => {
      const database = await openDatabase(bench.path)
      const { openid, close } = await serve(
        createDocuments(database, { keys: keysOf(bench.key) }),
        keys,
      )
      closers.push(async () => {
        await close()
        database.close()
      })
      return openid
    },
    close: async () => {
      for (const close of closers) await close()
      await bench.close()
    },
  }
}

async function serve(documents: Documents, keys: OpenidKeys) {
  let answer: RequestListener = () => {}
  const server = createServer((incoming, outgoing) => answer(incoming, outgoing))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const openid = createOpenidProvider({
    issuer: `http://127.0.0.1:${port}/oidc`,
    documents,
    keys,
    api: { audience: AUDIENCE },
    now: Date.now,
  })
  answer = openid.callback
  const close = () => {
    server.closeAllConnections()
    return new Promise<void>((resolve) => server.close(() => resolve()))
  }
  return { openid, close }
}

/** A relying party with a secret, or without one where the client is public. */
export async function relyingParty(
  { issuer }: Openid,
  id: string,
  secret?: string,
): Promise<openid.Configuration> {
  const authentication = secret === undefined ? openid.None() : openid.ClientSecretBasic(secret)
  return openid.discovery(new URL(issuer), id, secret, authentication, {
    execute: [openid.allowInsecureRequests],
  })
}

export interface Login {
  readonly party: openid.Configuration
  readonly url: URL
  readonly verifier: string
}

/** An authorization request with PKCE. */
export async function beginLogin(
  party: openid.Configuration,
  options: { callback?: string; parameters?: Record<string, string> } = {},
): Promise<Login> {
  const verifier = openid.randomPKCECodeVerifier()
  const url = openid.buildAuthorizationUrl(party, {
    redirect_uri: options.callback ?? CALLBACK,
    scope: 'openid',
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...options.parameters,
  })
  return { party, url, verifier }
}

/** The whole flow, up to the tokens. */
export async function logIn(
  party: openid.Configuration,
  options: Parameters<typeof beginLogin>[1] = {},
) {
  const login = await beginLogin(party, options)
  const { location } = await createBrowser().visit(login.url)
  return exchangeCode(login, location)
}

export function exchangeCode({ party, verifier }: Login, location: URL | undefined) {
  if (location === undefined) throw new TypeError('The browser was not sent back to the client.')
  return openid.authorizationCodeGrant(party, location, {
    pkceCodeVerifier: verifier,
    idTokenExpected: true,
  })
}

export interface Visit {
  /** Where the browser was sent that is not the OpenID Provider. */
  readonly location: URL | undefined
  readonly status: number
  readonly text: string
  /** Prompts of the forms that were filled in. */
  readonly prompts: readonly string[]
}

/** Follows redirects, keeps cookies, fills in forms. `beforeSubmit` runs before each form is sent. */
export function createBrowser(user = 'alice') {
  const cookies = new Map<string, string>()

  async function request(url: URL, body?: URLSearchParams): Promise<Response> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const method = body === undefined ? 'GET' : 'POST'
    const init = { method, redirect: 'manual' as const, headers: { cookie } }
    const response = await fetch(url, body === undefined ? init : { ...init, body })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '') cookies.delete(name)
      else cookies.set(name, value)
    }
    return response
  }

  async function visit(start: URL, beforeSubmit = async () => {}): Promise<Visit> {
    const prompts: string[] = []
    let url = start
    let response = await request(url)
    for (;;) {
      const to = response.headers.get('location')
      if (to !== null) {
        url = new URL(to, url)
        if (url.origin !== start.origin) {
          return { location: url, status: response.status, text: '', prompts }
        }
        response = await request(url)
        continue
      }
      const text = await response.text()
      const form = readForm(text)
      if (response.status !== 200 || form === undefined) {
        return { location: undefined, status: response.status, text, prompts }
      }
      await beforeSubmit()
      prompts.push(form.fields.get('prompt') ?? '')
      if (form.fields.get('prompt') === 'login') form.fields.set('login', user)
      response = await request(new URL(form.action, url), form.fields)
    }
  }

  return { visit, cookie: (name: string) => cookies.get(name) ?? '' }
}

function readForm(html: string): { action: string; fields: URLSearchParams } | undefined {
  const action = /<form[^>]* action="([^"]*)"/.exec(html)?.[1]
  if (action === undefined) return undefined
  const fields = new URLSearchParams()
  for (const [, name = '', value = ''] of html.matchAll(
    /<input type="hidden" name="([^"]+)" value="([^"]*)"/g,
  )) {
    fields.append(name, value)
  }
  return { action, fields }
}
