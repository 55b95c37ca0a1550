/**
 * A LemonLDAP-NG of Debian's packages: its manager's API, in a process of its own, with its configuration in files of
 * its own. What it does by itself, beside ours.
 */

import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../free-port.ts'
import type { Recipe } from '../servers/cache.ts'
import { startProcess } from '../servers/process.ts'
import type { NativeServer } from './better-auth.ts'
import { ARCHITECTURES, unpackDebian } from './debian.ts'

/** Debian's packages of it: the version is that of the release. */
const RECIPE: Recipe = { name: 'lemonldap-ng', parts: ['bookworm', '2.16.1', process.arch] }

/** Fetches it, unless that was done, and gives the folder in which its packages are unpacked. */
export const fetchLemonldap = (): Promise<string> =>
  unpackDebian(RECIPE, ['liblemonldap-ng-manager-perl', 'libplack-perl'])

const PROGRAM = `use Lemonldap::NG::Manager;
Lemonldap::NG::Manager->run({ enabledModules => "api", protection => "none" });
`

const settings = (root: string, folder: string) => `[all]
logger=Lemonldap::NG::Common::Logger::Std
logLevel=error
localSessionStorage=
[configuration]
type=File
dirName=${join(folder, 'conf')}
localStorage=
[portal]
[handler]
[manager]
protection=none
languages=en
templateDir=${join(root, 'usr/share/lemonldap-ng/manager/htdocs/templates')}
`

/** Starts one; its API asks for no credentials, so that it listens on loopback. */
export async function startLemonldap(): Promise<NativeServer> {
  const root = await fetchLemonldap()
  const folder = mkdtempSync(join(tmpdir(), 'clientry-lemonldap-'))
  const [file, program] = [join(folder, 'lemonldap-ng.ini'), join(folder, 'api.psgi')]
  mkdirSync(join(folder, 'conf'))
  const first = 'lmConf-1.json'
  copyFileSync(join(root, 'var/lib/lemonldap-ng/conf', first), join(folder, 'conf', first))
  writeFileSync(file, settings(root, folder))
  writeFileSync(program, PROGRAM)
  const port = await freePort()
  const api = `http://127.0.0.1:${port}/api/v1`
  const libraries = `usr/lib/${ARCHITECTURES[process.arch]}-linux-gnu/perl5/5.36`
  const plackup = [join(root, 'usr/bin/plackup'), '--host', '127.0.0.1', '--port', String(port)]
  const child = await startProcess('perl', [...plackup, program], {
    cwd: folder,
    env: {
      LLNG_DEFAULTCONFFILE: file,
      PERL5LIB: ['usr/share/perl5', libraries].map((path) => join(root, path)).join(':'),
    },
    ready: async () => (await fetch(`${api}/status`)).ok,
    withinMs: 120_000,
  })
  const send = (method: string, path: string, body: object) =>
    fetch(`${api}/providers/oidc/rp${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  const redirects = async (id: string) => {
    const answer = await fetch(`${api}/providers/oidc/rp/${id}`)
    return ((await answer.json()) as { redirectUris: string[] }).redirectUris
  }
  return {
    make: async (redirect) => {
      const options = { clientSecret: 'a-secret-of-the-tests' }
      const client = { confKey: 'app', clientId: 'app', redirectUris: [redirect], options }
      const { status } = await send('POST', '', client)
      if (status !== 201) throw new Error(`LemonLDAP-NG made no client: ${status}`)
      return 'app'
    },
    redirects,
    add: async (id, redirect) => {
      const redirectUris = [...(await redirects(id)), redirect]
      return (await send('PATCH', `/${id}`, { redirectUris })).status
    },
    close: async () => {
      await child.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
