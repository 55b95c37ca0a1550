/** Signing in through a browser, against the OpenID Provider of the development server. */

import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import type { Profiles } from '../../src/cli/connect/profiles.ts'
import { EXIT } from '../../src/cli/exit.ts'
import { PERMISSIONS } from '../../src/core/rights/permissions.ts'
import { onShared } from '../fixtures/opened.ts'
import { createBrowser } from '../providers/local-world.ts'
import { clientry, type DevServer, ended, start, startDev } from './command-line.ts'

const ID = 'exampleClientId'

let dev: DevServer
const it = onShared(startDev, (opened) => {
  dev = opened
})

const profilesPath = () => join(dev.folder, 'config', 'clientry', 'profiles.json')
const profiles = () => JSON.parse(readFileSync(profilesPath(), 'utf8')) as Profiles

/** Signs in as a person does; `visits` makes of the address that the browser comes back with those that it visits. */
async function logIn(
  options: readonly string[] = [],
  visits: (url: URL) => readonly URL[] = (url) => [url],
): Promise<{ code: number | null; out: string; err: string; address: URL }> {
  const child = start(['login', '--no-browser', ...options], { folder: dev.folder })
  const end = ended(child)
  const address = await new Promise<URL>((resolve, reject) => {
    let said = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      const [found] = /^https?:\/\/\S+(?=\n)/m.exec(said) ?? []
      if (found !== undefined) resolve(new URL(found))
    })
    child.once('close', () => reject(new Error(said)))
  })
  const { location } = await createBrowser().visit(address)
  if (location === undefined) throw new TypeError('The browser was not sent back.')
  for (const url of visits(location)) await fetch(url).then((response) => response.text())
  return { ...(await end), address }
}

describe('login', () => {
  it('asks with PKCE, state and nonce, and comes back to the loopback interface', async () => {
    const { code, out, address } = await logIn()
    expect(out).toBe(`Signed in to ${dev.url} (profile default).\n`)
    expect(code).toBe(0)
    const asked = Object.fromEntries(address.searchParams)
    expect(asked).toMatchObject({
      response_type: 'code',
      code_challenge_method: 'S256',
      client_id: 'clientry-command-line',
      resource: 'urn:clientry:development',
      redirect_uri: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/callback$/),
    })
    for (const name of ['state', 'nonce', 'code_challenge']) expect(asked[name]).toMatch(/^.{43}$/)
  })

  it('keeps the tokens for their owner, and acts as who has signed in', async () => {
    expect(statSync(profilesPath()).mode & 0o077).toBe(0)
    const changed = await clientry(['set', ID, 'name=Alice', '--yes'], { folder: dev.folder })
    expect(changed.code).toBe(0)
    const { out } = await clientry(['history', ID, '--limit', '1'], { folder: dev.folder })
    expect(out).toContain('by alice')
  })

  it('has new tokens before the old ones end', async () => {
    const { default: profile } = profiles()
    if (profile === undefined) throw new TypeError('no profile')
    const tokens = { ...profile.tokens, accessToken: 'ended', expiresAt: Date.now() - 1 }
    writeFileSync(profilesPath(), JSON.stringify({ default: { ...profile, tokens } }))
    expect((await clientry(['get', ID], { folder: dev.folder })).code).toBe(0)
    expect(profiles().default?.tokens.accessToken).not.toBe('ended')
    expect(profiles().default?.tokens.expiresAt).toBeGreaterThan(Date.now())
    expect(statSync(profilesPath()).mode & 0o077).toBe(0)
  })

  it('says to sign in again where that is no longer possible', async () => {
    const { default: profile } = profiles()
    if (profile === undefined) throw new TypeError('no profile')
    const tokens = { accessToken: 'ended', expiresAt: 0, refreshToken: 'revoked' }
    writeFileSync(profilesPath(), JSON.stringify({ default: { ...profile, tokens } }))
    const { code, err } = await clientry(['get', ID], { folder: dev.folder })
    expect(code).toBe(EXIT.auth.code)
    expect(err).toContain('Signing in failed')
  })

  it('takes no answer to a question that it did not ask', async () => {
    const { code } = await logIn(['--as', 'other'], (url) => {
      const forged = new URL(url)
      forged.searchParams.set('state', 'made-up')
      forged.searchParams.set('code', 'stolen')
      return [forged, url]
    })
    expect(code).toBe(0)
    const { other } = profiles()
    expect(other?.url).toBe(dev.url)
    const ended = await clientry(['get', ID, '--profile', 'other'], { folder: dev.folder })
    expect(ended.code).toBe(0)
  })

  it('ends with 3 where the issuer says no', async () => {
    const { code, err } = await logIn(['--as', 'none'], (url) => {
      const refused = new URL(url)
      refused.searchParams.delete('code')
      refused.searchParams.set('error', 'access_denied')
      return [refused]
    })
    expect({ code, err }).toMatchObject({
      code: EXIT.auth.code,
      err: expect.stringContaining('access_denied'),
    })
    expect(profiles()).not.toHaveProperty('none')
  })

  it('asks for the scopes that the server takes, and needs no more than its URL', async () => {
    const { code, address } = await logIn([
      '--url',
      dev.url,
      '--client-id',
      'clientry-command-line',
      '--as',
      'known',
    ])
    expect(code).toBe(0)
    const scopes = address.searchParams.get('scope')?.split(' ') ?? []
    expect(scopes).toEqual(['openid', 'offline_access', ...PERMISSIONS])
    expect(address.searchParams.get('resource')).toBe('urn:clientry:development')
    const { issuer, audience } = profiles().known?.signIn ?? {}
    expect([issuer, audience]).toEqual([`${dev.url}/oidc`, 'urn:clientry:development'])
  })

  it('says how to sign in for a permission that the profile lacks, and that works', async () => {
    await logIn(['--as', 'narrow', '--scope', 'openid offline_access clients:read'])
    const write = ['set', ID, 'name=Narrow', '--yes', '--profile', 'narrow']
    const refused = await clientry(write, { folder: dev.folder })
    expect(refused.code).toBe(EXIT.auth.code)
    const [, options = ''] = /clientry login (.*)$/m.exec(refused.err) ?? []
    const [, as = '', scope = ''] = /^--as (\S+) --scope "(.*)"$/.exec(options) ?? []
    expect([as, scope]).toEqual(['narrow', 'openid offline_access clients:read clients:write'])
    const again = await logIn(['--as', as, '--scope', scope])
    expect(again.address.searchParams.get('scope')).toBe(scope)
    expect((await clientry(write, { folder: dev.folder })).code).toBe(0)
    const listed = await clientry(['profiles'], { folder: dev.folder })
    expect(listed.out).toContain('narrow')
    const { tokens } = profiles().narrow ?? {}
    expect(listed.out).not.toContain(tokens?.accessToken)
    expect(listed.out).not.toContain(tokens?.refreshToken)
  })

  it('signs in again as a profile did, by its name alone', async () => {
    const { code, address } = await logIn(['--as', 'narrow'])
    expect(code).toBe(0)
    expect(address.searchParams.get('scope')).toBe(
      'openid offline_access clients:read clients:write',
    )
  })

  it('is forgotten', async () => {
    const run = () => clientry(['logout', '--as', 'other'], { folder: dev.folder })
    expect((await run()).code).toBe(0)
    expect(profiles()).not.toHaveProperty('other')
    expect((await run()).code).toBe(EXIT.notFound.code)
  })

  it('needs to know where, without a development server', async () => {
    const elsewhere = { folder: join(dev.folder, '.clientry') }
    const { code, err } = await clientry(['login'], elsewhere)
    expect(code).toBe(EXIT.usage.code)
    expect(err).toContain('--issuer')
  })
})
