/**
 * The console on a whole server with real providers behind it, in a browser that records what it asked for, what the policy of
 * the page refused, and what went wrong in its scripts.
 */

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import type { GrantLimit } from '../../src/contract/server.ts'
import type { JsonObject } from '../../src/core/json/json.ts'
import { createNodeServer, type NodeServer } from '../../src/node/node-server.ts'
import { ask } from '../contract/caller.ts'
import { startWorld, type World } from '../contract/world.ts'
import { freePort } from '../free-port.ts'
import {
  CONSOLE_AUDIENCE,
  CONSOLE_CLIENT,
  type SignInIssuer,
  startSignInIssuer,
} from './sign-in-issuer.ts'

/** The build, which every test is run after. */
const ENTRY = pathToFileURL(resolve('dist/serve.js')).href
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

export interface ConsoleWorld {
  readonly world: World
  readonly issuer: SignInIssuer
  readonly url: string
  close(): Promise<void>
}

/** In the panel as long as it shows a plan. */
export const PLAN = 'dialog >> text=Nothing has been sent to the provider yet.'

/**
 * Starts it; people have the permissions that the issuer's user has scopes for, perhaps within a limit. `rows`: further ones of
 * `auth.permissions`.
 */
export async function startConsoleWorld(
  scopes: readonly string[],
  only?: (permission: string) => GrantLimit,
  rows: readonly JsonObject[] = [],
): Promise<ConsoleWorld> {
  const issuer = await startSignInIssuer()
  issuer.user.scopes = scopes
  const port = await freePort()
  const url = `http://localhost:${port}`
  const world = await startWorld({
    issuers: [{ issuer: issuer.url, jwksUrl: `${issuer.url}/jwks`, audience: [CONSOLE_AUDIENCE] }],
    permissions: [
      ...scopes.map((one) => ({
        ...{ scope: one, grants: [one], issuer: 'any' },
        ...(only === undefined ? {} : { only: only(one) }),
      })),
      ...rows,
    ] as never,
    console: {
      url,
      issuer: issuer.url,
      clientId: CONSOLE_CLIENT.id,
      clientSecret: { env: 'CONSOLE_SECRET' },
    },
    environment: { CONSOLE_SECRET: CONSOLE_CLIENT.secret },
    entryUrl: ENTRY,
  })
  const server: NodeServer = createNodeServer(world.clientry.app)
  await server.listen(port, '127.0.0.1')
  return {
    world,
    issuer,
    url,
    close: async () => {
      await server.close(0)
      await world.close()
      await issuer.close()
    },
  }
}

/** By the scope `asks` people can request changes, which someone else has to approve. */
export const ASKS: JsonObject = {
  scope: 'asks',
  grants: ['clients:write', 'clients:suspend', 'clients:protect', 'clients:delete'],
  approval: 'required',
  issuer: 'any',
}

/** A change that a developer requests by a token of their own; gives the id of the request. */
export async function requestChange(
  { world }: ConsoleWorld,
  description: string,
  id = 'exampleClientId',
): Promise<string> {
  const { status, body, text } = await ask(world, 'PATCH', `/clients/${id}`, {
    scopes: ['clients:read', 'asks'],
    claims: { sub: 'developer', client_id: 'pipeline' },
    body: { client: { description } },
  })
  if (status !== 202) throw new TypeError(text)
  return String(body.id)
}

/** Reads all clients into the mirror. */
export async function fillMirror({ clientry }: World): Promise<void> {
  while (await clientry.refresh());
}

/** A page, and all that must not happen in it. */
export interface Recorded {
  readonly context: BrowserContext
  readonly page: Page
  /** Origins that were asked for anything. */
  readonly origins: Set<string>
  readonly requests: { readonly method: string; readonly url: string }[]
  /** Violations of the policy, faults of scripts, dialogs. */
  readonly faults: string[]
}

interface Look {
  readonly width?: number
  readonly height?: number
  readonly dark?: boolean
}

/** For one step: what takes longer hangs, however busy the machine is. */
const PATIENCE_MS = 100_000

/** Opens a page of its own. */
export async function record(browser: Browser, look: Look = {}): Promise<Recorded> {
  const { width = 1_280, height = 800, dark = false } = look
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: dark ? 'dark' : 'light',
  })
  // The protocol of the browser puts it in; the policy of the page is not asked.
  await context.addInitScript({ content: AXE })
  const page = await context.newPage()
  page.setDefaultTimeout(PATIENCE_MS)
  const recorded: Recorded = { context, page, origins: new Set(), requests: [], faults: [] }
  page.on('request', (request) => {
    recorded.requests.push({ method: request.method(), url: request.url() })
    recorded.origins.add(new URL(request.url()).origin)
  })
  page.on('pageerror', ({ message }) => recorded.faults.push(`script: ${message}`))
  page.on('console', (message) => {
    const text = message.text()
    if (/Content Security Policy|Trusted ?Type|TrustedScript/i.test(text)) {
      recorded.faults.push(`policy: ${text}`)
    }
  })
  page.on('dialog', (dialog) => {
    recorded.faults.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  return recorded
}

/** Signs in, and comes to the table; the issuer of the world sends the browser back at once. */
export async function enter({ page }: Recorded, { url }: Pick<ConsoleWorld, 'url'>): Promise<void> {
  await page.goto(`${url}/#/clients`)
  await page.click('button:has-text("Sign in")')
  await page.waitForSelector('.bar')
}

/** What axe finds on the page as it is, in short. */
export async function axeFindings(page: Page): Promise<readonly string[]> {
  const { violations } = (await page.evaluate(
    'axe.run(document, { resultTypes: ["violations"] })',
  )) as { violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`),
  )
}

/** Goes to a place of the console as an address that someone has copied. */
export async function open(page: Page, at: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(at)}`)
  await page.waitForSelector(/^#\/(client|request|job)\?/.test(at) ? '.title h1' : '.row, .empty')
}
