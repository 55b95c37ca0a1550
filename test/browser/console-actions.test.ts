/**
 * What is done to one client in the console: suspended, protected, leased, moved, copied, removed, its secrets and keys. Each has
 * a plan first, and no provider is written to before someone says so.
 */

import { generateKeyPairSync } from 'node:crypto'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { putLocalClient } from '../../src/providers/local/index.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { POOL_ID } from '../fixtures/cognito.ts'
import { fullLocalClient } from '../fixtures/local.ts'
import { inPanel, section, signInAgain } from './console-steps.ts'
import {
  type ConsoleWorld,
  enter,
  fillMirror,
  open,
  PLAN,
  type Recorded,
  record,
  startConsoleWorld,
} from './console-world.ts'
import { describeInChromium } from './in-chromium.ts'

const AUTH0 = '#/client?provider=auth0&id=exampleClientId'
const LOCAL = '#/client?provider=local&id=exampleClientId'
const COGNITO = `#/client?provider=cognito-client&pool=${POOL_ID}&id=exampleClientId`
/** The log of the client at the embedded provider. */
const LOCAL_LOG = resourceOf({ provider: 'local', id: 'exampleClientId' })
const EVERYTHING = [
  ...['clients:read', 'clients:write', 'clients:delete', 'clients:suspend', 'clients:protect'],
  ...['leases:write', 'keys:manage', 'secrets:read', 'secrets:rotate', 'history:read'],
  'clients:privileged',
]
/** A new key of a client. */
const publicKeyOf = () =>
  generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' })
/** What a field can hold that is meant for the page and not for people. */
const MARKUP = '"><img src=https://evil.example/a.png onerror=alert(1)>'

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name })
/** The panel with a plan in it, and not with what was there before. */
const planOf = async (page: Page) => {
  await page.waitForSelector(PLAN)
  return (await page.locator('dialog').textContent()) ?? ''
}
/** The panel is closed, and the page says so; the sentence may have been there before. */
const done = async (page: Page, says: string) => {
  await page.waitForSelector('dialog', { state: 'detached' })
  await page.waitForSelector(`.done:has-text(${JSON.stringify(says)})`)
}

describeInChromium('actions on one client', (startBrowser) => {
  let browser: Browser
  beforeAll(async () => {
    browser = await startBrowser()
  })
  afterAll(() => browser?.close())

  describe('for someone who may do everything', () => {
    let server: ConsoleWorld
    let recorded: Recorded
    let page: Page
    /** Bodies of all answers that the page got. */
    const answers: string[] = []
    /** How often a provider was written to. */
    const writes = () => server.world.upstreamWrites()
    const client = () => server.world.auth0.client('exampleClientId')
    const local = async () => (await server.world.documents.get('client', 'exampleClientId')) ?? {}

    beforeAll(async () => {
      server = await startConsoleWorld(EVERYTHING)
      await fillMirror(server.world)
      recorded = await record(browser)
      ;({ page } = recorded)
      page.on('response', (response) => {
        if (/json/.test(response.headers()['content-type'] ?? '')) {
          response.text().then(
            (text) => answers.push(text),
            () => undefined,
          )
        }
      })
      await recorded.context.grantPermissions(['clipboard-read', 'clipboard-write'])
      await enter(recorded, server)
    })
    afterAll(() => server?.close())

    it('suspends and resumes it, and says what goes on nevertheless', async () => {
      const before = writes()
      await open(page, AUTH0)
      await button(page, 'Suspend').click()
      const plan = await planOf(page)
      expect(plan).toContain('What goes on nevertheless')
      expect(plan).toContain('PATCH /api/v2/clients/exampleClientId')
      expect(writes()).toBe(before)
      await inPanel(page, 'Suspend').click()
      await done(page, 'The client is suspended.')
      expect(client()?.grant_types).toEqual([])
      await page.waitForSelector('.title .tag:has-text("Suspended")')
      await button(page, 'Resume').click()
      await planOf(page)
      await inPanel(page, 'Resume').click()
      await done(page, 'The client is on again.')
      expect(client()?.grant_types).toEqual(fullAuth0Client.grant_types)
    })

    it('protects it, and shows why it cannot be removed then', async () => {
      await button(page, 'Protect').click()
      expect(await planOf(page)).toContain('The provider is sent nothing for it.')
      await inPanel(page, 'Protect').click()
      await done(page, 'The client is protected.')
      await button(page, 'Remove for good').click()
      await page.waitForSelector('dialog .failure:has-text("protected")')
      expect(await inPanel(page, 'Remove for good').count()).toBe(0)
      await inPanel(page, 'Close').click()
      await button(page, 'End the protection').click()
      await planOf(page)
      await inPanel(page, 'End the protection').click()
      await done(page, 'The client is no longer protected.')
    })

    it('leases a value, renews the lease and ends it', async () => {
      const url = 'https://pr-7.preview.example.com/callback'
      const before = writes()
      const leases = section(page, 'Leases')
      await leases.getByLabel('URL').fill(url)
      await leases.getByLabel('Owner').fill(MARKUP)
      await leases.getByRole('button', { name: 'Preview the lease' }).click()
      expect(await planOf(page)).toContain(`+ After: ${url}`)
      expect(writes()).toBe(before)
      await inPanel(page, 'Lease it').click()
      await done(page, 'The value is leased.')
      expect(client()?.callbacks).toContain(url)
      await expect.poll(() => leases.textContent()).toContain(`leased by ${MARKUP}`)
      await leases.getByLabel('Renew for').selectOption('3600')
      await button(page, `Renew the lease of ${url}`).click()
      await planOf(page)
      await inPanel(page, 'Lease it').click()
      await done(page, 'The value is leased.')
      await button(page, `End the lease of ${url}`).click()
      expect(await planOf(page)).toContain(`− Before: ${url}`)
      await inPanel(page, 'End the lease').click()
      await done(page, 'The lease has ended.')
      expect(client()?.callbacks).not.toContain(url)
    })

    it('shows what the server says of a value that it does not take', async () => {
      const leases = section(page, 'Leases')
      await leases.getByLabel('URL').fill('javascript:alert(1)')
      await leases.getByLabel('Owner').fill('someone')
      await leases.getByRole('button', { name: 'Preview the lease' }).click()
      await page.waitForSelector('dialog .failure')
      await inPanel(page, 'Close').click()
    })

    it('begins a move of a redirect URI and gives it up', async () => {
      const to = 'https://new.example.com/callback'
      await open(page, COGNITO)
      const moves = section(page, 'Move a redirect URI')
      await moves.getByLabel('To', { exact: true }).fill(to)
      const before = writes()
      await moves.getByRole('button', { name: 'Preview the move' }).click()
      expect(await planOf(page)).toContain(`+ After: ${to}`)
      expect(writes()).toBe(before)
      await inPanel(page, 'Begin the move').click()
      await done(page, 'The new redirect URI is registered, and logins can use it.')
      await expect.poll(() => moves.textContent()).toContain('logins can use the new one')
      await moves.getByRole('button', { name: /^Give up the move/ }).click()
      expect(await planOf(page)).toContain(`− Before: ${to}`)
      await inPanel(page, 'Give the move up').click()
      await done(page, 'The move is given up.')
    })

    it('begins a move of a redirect URI and removes the old one, once no code for it can be redeemed', async () => {
      const to = 'https://narrowed.example.com/callback'
      const moves = section(page, 'Move a redirect URI')
      const from = (await moves.getByLabel('From').inputValue()) ?? ''
      await moves.getByLabel('To', { exact: true }).fill(to)
      await moves.getByRole('button', { name: 'Preview the move' }).click()
      await planOf(page)
      await inPanel(page, 'Begin the move').click()
      await done(page, 'The new redirect URI is registered, and logins can use it.')
      const before = writes()
      await moves.getByRole('button', { name: `Remove the old redirect URI ${from}` }).click()
      expect(await planOf(page)).toContain(`− Before: ${from}`)
      expect(writes()).toBe(before)
      await inPanel(page, 'Remove the old one').click()
      await done(page, 'The old redirect URI is removed.')
      const { CallbackURLs: left } = server.world.cognito.client(POOL_ID, 'exampleClientId') ?? {}
      expect(left).toContain(to)
      expect(left).not.toContain(from)
    })

    it('begins a move of a redirect URI, and gives it up', async () => {
      const [from = ''] = fullLocalClient.redirect_uris as readonly string[]
      const to = 'https://new.example.com/callback'
      await open(page, LOCAL)
      const moves = section(page, 'Move a redirect URI')
      await moves.getByLabel('To', { exact: true }).fill(to)
      await moves.getByRole('button', { name: 'Preview the move' }).click()
      await planOf(page)
      await inPanel(page, 'Begin the move').click()
      await done(page, 'The new redirect URI is registered, and logins can use it.')
      expect((await local()).redirect_uris).toEqual([from, to])
      await expect.poll(() => moves.textContent()).toContain(to)
      await moves.getByRole('button', { name: /^Give up the move/ }).click()
      await planOf(page)
      await inPanel(page, 'Give the move up').click()
      await done(page, 'The move is given up.')
    })

    it('copies it with a report of what is lost, and removes the copy with what no one gets back', async () => {
      await open(page, AUTH0)
      const before = writes()
      const copying = section(page, 'Copy this client')
      await copying.getByLabel('To the provider').selectOption('local')
      await copying.getByLabel('Name of the copy').fill(MARKUP)
      await copying.getByRole('button', { name: 'Preview the copy' }).click()
      const plan = await planOf(page)
      expect(plan).toMatch(/Lost: \d+/)
      expect(plan).toMatch(/The same: \d+/)
      expect(plan).toContain(MARKUP)
      expect(writes()).toBe(before)
      expect(await inPanel(page, 'Make the copy').isDisabled()).toBe(true)
      await page.getByLabel('Make the copy without what is lost.').check()
      await inPanel(page, 'Make the copy').click()
      await page.click('dialog a:has-text("Open the copy")')
      await page.waitForSelector(`h1:has-text("onerror")`)
      const id = new URLSearchParams(page.url().split('?').at(-1)).get('id') ?? ''
      expect(await server.world.documents.get('client', id)).toBeDefined()
      await button(page, 'Remove for good').click()
      expect(await planOf(page)).toContain('What no one gets back')
      expect(await inPanel(page, 'Remove for good').isDisabled()).toBe(true)
      await page.getByLabel('I have read what cannot be undone.').check()
      await inPanel(page, 'Remove for good').click()
      await page.waitForSelector('dialog h2:has-text("The client is removed.")')
      expect(await server.world.documents.get('client', id)).toBeUndefined()
      await inPanel(page, 'Close').click()
      await page.waitForSelector('.row')
    })

    it('adds a public key and removes it, and takes no private one', async () => {
      const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
      const key = { ...publicKey.export({ format: 'jwk' }), kid: 'reports-2026-12' }
      await open(page, AUTH0)
      const keys = section(page, 'Public keys')
      await keys.getByLabel(/^New key/).fill('{')
      await keys.getByRole('button', { name: 'Preview the addition' }).click()
      await page.waitForSelector('.fault:has-text("This is no JSON object yet.")')
      const pair = privateKey.export({ format: 'jwk' })
      await keys.getByLabel(/^New key/).fill(JSON.stringify(pair))
      await keys.getByRole('button', { name: 'Preview the addition' }).click()
      await page.waitForSelector('dialog .failure')
      expect(await page.locator('dialog').textContent()).not.toContain(String(pair.d))
      await inPanel(page, 'Close').click()
      await keys.getByLabel(/^New key/).fill(JSON.stringify(key))
      await keys.getByRole('button', { name: 'Preview the addition' }).click()
      expect(await planOf(page)).toContain('reports-2026-12')
      await inPanel(page, 'Add the key').click()
      await done(page, 'The key is added.')
      await expect.poll(() => keys.textContent()).toContain('reports-2026-12')
      await button(page, 'Remove reports-2026-12').click()
      await planOf(page)
      await page.getByLabel('Every application that signs with this key').check()
      await inPanel(page, 'Remove the key').click()
      await done(page, 'The key is removed.')
    })

    it('asks for no secret before someone wants it, and then for a fresh sign-in', async () => {
      const secret = String(fullLocalClient.client_secret)
      await open(page, LOCAL)
      await page.waitForSelector('#secrets')
      expect(answers.join()).not.toContain(secret)
      server.issuer.user.authenticatedAt = Math.floor(Date.now() / 1_000) - 3_600
      await signInAnew()
      await open(page, LOCAL)
      await button(page, 'Get the secret to copy it').click()
      await page.waitForSelector('text=Sign in once more')
      expect(answers.join()).not.toContain(secret)
      await signInAgain(recorded)
      await button(page, 'Copy the secret').click()
      await page.waitForSelector('text=Copied.')
      expect(await page.evaluate('navigator.clipboard.readText()')).toBe(secret)
      expect(await page.content()).not.toContain(secret)
    })

    it('rotates a secret, whose value is copied once and never shown', async () => {
      server.issuer.user.authenticatedAt = Math.floor(Date.now() / 1_000) - 3_600
      await signInAnew()
      await open(page, LOCAL)
      const secrets = section(page, 'Secrets')
      await secrets.getByLabel('The old secret').selectOption('86400')
      await secrets.getByRole('button', { name: 'Preview the rotation' }).click()
      await page.waitForSelector('dialog >> text=Sign in once more')
      await signInAgain(recorded)
      await page.waitForSelector('dialog >> text=a second secret beside')
      const before = await local()
      await inPanel(page, 'Rotate the secret').click()
      await page.waitForSelector('dialog h2:has-text("The client has a new secret")')
      expect(await local()).not.toEqual(before)
      // What is shown once does not go by a key that was meant for something else.
      await page.keyboard.press('Escape')
      await inPanel(page, 'Copy the secret').click()
      await page.waitForSelector('text=Copied.')
      const value = String(await page.evaluate('navigator.clipboard.readText()'))
      expect(JSON.stringify(await local())).toContain(value)
      expect(await page.content()).not.toContain(value)
      await inPanel(page, 'Close').click()
      expect(await page.locator('.client').textContent()).not.toContain(value)
      await expect.poll(() => secrets.locator('li').count()).toBe(2)
      expect(await secrets.locator('li').first().textContent()).toContain('ends by itself at')
      const { standing } = (await server.world.clientry.service.store.last(LOCAL_LOG)) ?? {}
      expect(standing?.retirements).toHaveLength(1)
      await secrets
        .getByRole('button', { name: /^Retire/ })
        .first()
        .click()
      await planOf(page)
      await page.getByLabel('Every application that uses this secret').check()
      await inPanel(page, 'Retire').click()
      await done(page, 'The secret has ended.')
      await expect.poll(() => secrets.locator('li').count()).toBe(1)
    })

    it('cuts an application off only where someone says so, where one secret is all there can be', async () => {
      await open(page, AUTH0)
      const old = client()?.client_secret
      const secrets = section(page, 'Secrets')
      await secrets.getByRole('button', { name: 'Preview the rotation' }).click()
      await planOf(page)
      expect(await inPanel(page, 'Rotate the secret').isDisabled()).toBe(true)
      await page.getByLabel(/^Every application that uses the old secret/).check()
      expect(client()?.client_secret).toBe(old)
      await inPanel(page, 'Rotate the secret').click()
      await page.waitForSelector('dialog h2:has-text("The client has a new secret")')
      expect(client()?.client_secret).not.toBe(old)
      await inPanel(page, 'Close').click()
    })

    it('is operated by the keyboard alone', async () => {
      await open(page, AUTH0)
      await button(page, 'Suspend').focus()
      await page.keyboard.press('Enter')
      await planOf(page)
      // The dialog keeps the focus: from its last button to its first, never to the page behind it.
      for (let step = 0; step < 12; step += 1) {
        await page.keyboard.press('Tab')
        const isInside =
          "document.activeElement.closest('dialog') !== null || document.activeElement === document.body"
        expect(await page.evaluate(isInside)).toBe(true)
      }
      await page.keyboard.press('Escape')
      await page.waitForSelector('dialog', { state: 'detached' })
      await expect.poll(() => page.evaluate('document.activeElement.textContent')).toBe('Suspend')
    })

    it('shows what was done to all clients by filters in the address, and how much of it on which day', async () => {
      await page.getByRole('navigation').getByRole('link', { name: 'History' }).click()
      // The page of a client has a timeline too.
      await page.waitForSelector('.chart')
      await page.waitForSelector('.timeline li')
      const all = await page.locator('.timeline li').count()
      expect(all).toBeGreaterThan(10)
      await expect.poll(() => page.locator('.chart rect').count()).toBeGreaterThan(0)
      await page.click('summary:has-text("As a table")')
      expect(await page.locator('.chart tbody tr').count()).toBeGreaterThan(0)
      await page.getByLabel('Provider').selectOption('cognito-client')
      await expect.poll(() => page.locator('.timeline li').count()).toBeLessThan(all)
      await expect.poll(() => page.url()).toContain('provider=cognito-client')
      await page.getByLabel('Who (subject)').fill('no one')
      await page.keyboard.press('Enter')
      await page.waitForSelector('.empty')
      await page.click('text=Remove the filters')
      await expect.poll(() => page.locator('.timeline li').count()).toBe(all)
      await page.locator('.timeline li a').first().click()
      await page.waitForSelector('.title h1')
    })

    it('shows which provider can hold what, and why not', async () => {
      await page.getByRole('navigation').getByRole('link', { name: 'Capabilities' }).click()
      await page.waitForSelector('.wide-table')
      const heads = await page.locator('#can-flows + .wide-table thead th').allTextContents()
      expect(heads.length).toBe(4)
      await page.click('summary:has-text("Pushed authorization requests only")')
      expect(await page.locator('#can-flows + .wide-table').textContent()).toContain(
        'cognito-client:',
      )
    })

    it('compares two clients of two providers, and says what differs', async () => {
      await open(page, AUTH0)
      await page.click('text=Compare with another client')
      const other = page.getByRole('form', { name: 'The other client' })
      await other.getByLabel('Provider').selectOption('local')
      await other.getByLabel('Client id').fill('exampleClientId')
      await other.getByRole('button', { name: 'Choose' }).click()
      await page.waitForSelector('text=settings differ.')
      const rows = () => page.locator('.wide-table tbody tr').count()
      const differing = await rows()
      expect(differing).toBeGreaterThan(3)
      await page.getByLabel('Show also what is the same').check()
      await expect.poll(rows).toBeGreaterThan(differing)
      await expect.poll(() => page.url()).toContain('b-provider=local')
      const text = await page.locator('.wide-table').textContent()
      expect(text).toContain('providerSettings.')
      expect(text).not.toContain('Secret')
      await page.reload()
      await page.waitForSelector('text=settings differ.')
    })

    it('shows what others have changed meanwhile, and sends nothing', async () => {
      await open(page, AUTH0)
      const { auth0 } = server.world
      auth0.put({ ...(client() ?? {}), name: 'Renamed by someone else' } as never)
      const before = writes()
      await button(page, 'Suspend').click()
      await page.waitForSelector('text=The client has changed meanwhile')
      await expect
        .poll(() => page.locator('dialog').textContent())
        .toContain('+ After: Renamed by someone else')
      expect(writes()).toBe(before)
      await inPanel(page, 'Preview it on the new state').click()
      expect(await planOf(page)).toContain('What goes on nevertheless')
      await inPanel(page, 'Close').click()
    })

    it('asks no other origin for anything, and breaks no rule of its policy', () => {
      expect([...recorded.origins].sort()).toEqual(
        [new URL(server.url).origin, server.issuer.url].sort(),
      )
      expect(recorded.faults).toEqual([])
    })

    /** Comes back with a session of the sign-in at the issuer that there is. */
    async function signInAnew(): Promise<void> {
      await button(page, 'Sign out').click()
      await page.waitForSelector('.sign-in')
      await enter(recorded, server)
    }
  })

  describe('at a client whose every field is meant for the page', () => {
    const BIDI = 'a\u202egnp.exe\u2066b\u200b'
    let server: ConsoleWorld
    let recorded: Recorded
    let page: Page

    beforeAll(async () => {
      server = await startConsoleWorld(EVERYTHING)
      server.world.auth0.put({
        ...fullAuth0Client,
        ...{ client_id: 'hostile', client_aliases: [], name: MARKUP, description: BIDI },
        callbacks: [`https://evil.example/${encodeURIComponent(MARKUP)}`, 'javascript:alert(1)'],
        allowed_logout_urls: [MARKUP],
        client_metadata: { constructor: MARKUP, [BIDI]: MARKUP },
      } as never)
      await putLocalClient(server.world.documents, {
        ...fullLocalClient,
        ...{ client_id: 'hostile', client_name: MARKUP, contacts: [MARKUP, BIDI] },
        jwks: { keys: [{ ...publicKeyOf(), kid: MARKUP }] },
      })
      recorded = await record(browser)
      ;({ page } = recorded)
      await enter(recorded, server)
    })
    afterAll(() => server?.close())

    /** Nothing of it has become markup, or a link that leads away. */
    async function isHarmless(where: string): Promise<void> {
      const markup = 'script:not([src^="/console/"]), iframe, object, embed, img, [onerror]'
      expect(await page.locator(markup).count(), where).toBe(0)
      const links = await page
        .locator('a')
        .evaluateAll((all) => all.map((one) => one.getAttribute('href')))
      expect(
        links.filter((href) => href?.startsWith('#/') !== true),
        where,
      ).toEqual([])
    }

    it.each(['auth0', 'local'])('shows each panel with what it holds as text (%s)', async (at) => {
      const writes = server.world.upstreamWrites()
      await open(page, `#/client?provider=${at}&id=hostile`)
      await page.waitForSelector('#secrets')
      await section(page, 'Leases').getByLabel('URL').fill(MARKUP)
      await section(page, 'Leases').getByLabel('Owner').fill(BIDI)
      const to = section(page, 'Move a redirect URI').getByLabel('To', { exact: true })
      await to.fill('javascript:alert(2)')
      await section(page, 'Copy this client').getByLabel('Name of the copy').fill(BIDI)
      const key = JSON.stringify({ ...publicKeyOf(), kid: MARKUP })
      await section(page, 'Public keys')
        .getByLabel(/^New key/)
        .fill(key)
      for (const name of [
        ...['Suspend', 'Protect', 'Remove for good', 'Preview the lease', 'Preview the move'],
        ...['Preview the copy', 'Preview the addition', 'Preview the rotation'],
      ]) {
        await page.getByRole('button', { name, exact: true }).click()
        await page.waitForSelector('dialog .quiet, dialog .failure')
        await isHarmless(name)
        await inPanel(page, 'Close').click()
        await page.waitForSelector('dialog', { state: 'detached' })
      }
      expect(server.world.upstreamWrites()).toBe(writes)
    })

    it('asks no other origin for anything, and runs nothing of it', () => {
      expect([...recorded.origins].sort()).toEqual(
        [new URL(server.url).origin, server.issuer.url].sort(),
      )
      expect(recorded.faults).toEqual([])
    })
  })

  describe('for someone with few permissions', () => {
    it('offers what they may do and nothing else', async () => {
      const server = await startConsoleWorld(['clients:read', 'leases:write'])
      const recorded = await record(browser)
      const { page } = recorded
      await enter(recorded, server)
      await open(page, AUTH0)
      await page.waitForSelector('text=You need the permission secrets:rotate')
      await page.waitForSelector('text=You need the permission keys:manage')
      await section(page, 'Leases').getByRole('button', { name: 'Preview the lease' }).waitFor()
      for (const name of [
        ...['Suspend', 'Protect', 'Remove for good', 'Get the secret to copy it'],
        ...['Preview the rotation', 'Preview the addition', 'Preview the move', 'Preview the copy'],
      ]) {
        expect(await button(page, name).count(), name).toBe(0)
      }
      expect(recorded.faults).toEqual([])
      await server.close()
    })
  })

  describe('for someone whose grants are limited', () => {
    it('shows their clients alone, and says what is beyond the limit before anything is sent', async () => {
      const server = await startConsoleWorld(['clients:read', 'clients:write'], (permission) => ({
        clients: ['exampleClientId'],
        ...(permission === 'clients:write' ? { fields: ['description'] } : {}),
      }))
      server.world.auth0.put({
        ...fullAuth0Client,
        client_id: 'other',
        client_aliases: [],
      } as never)
      await fillMirror(server.world)
      const recorded = await record(browser)
      const { page } = recorded
      await enter(recorded, server)
      await page.waitForSelector('.row')
      expect(await page.locator('.table').textContent()).not.toContain('other')
      await open(page, AUTH0)
      const before = server.world.upstreamWrites()
      await page.getByLabel('New value of Redirect URIs').fill('https://more.example.com/callback')
      await page.keyboard.press('Enter')
      await button(page, 'Preview the change').click()
      await page.waitForSelector('dialog .failure:has-text("clients:write")')
      await inPanel(page, 'Close').click()
      await button(page, 'Discard').click()
      await page.getByLabel('Change Description').click()
      await page.getByLabel('Description', { exact: true }).fill('Mine')
      await page.keyboard.press('Enter')
      await button(page, 'Preview the change').click()
      expect(await planOf(page)).toContain('+ After: Mine')
      expect(server.world.upstreamWrites()).toBe(before)
      await inPanel(page, 'Apply').click()
      await done(page, 'The change is applied.')
      expect(recorded.faults).toEqual([])
      await server.close()
    })
  })
})
