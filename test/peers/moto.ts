/**
 * Moto of the Python package index in a process of its own: an emulator of AWS by others, which keeps what dynalite does not
 * know of tables. One for all tests of a process, emptied for each.
 */

import { join } from 'node:path'
import { freePort } from '../free-port.ts'
import { isMade, made, type Recipe } from '../servers/cache.ts'
import { finish, missingProgram, type ServerProcess, startProcess } from '../servers/process.ts'

export const MOTO_VERSION = '5.2.1'

const PACKAGES = [`moto[dynamodb,server]==${MOTO_VERSION}`]
const RECIPE: Recipe = { name: 'moto', parts: PACKAGES }
/** Python reads a thousand files before it listens, on a busy machine for half a minute. */
const PATIENCE_MS = 120_000

/** Why it cannot be started here; `undefined`: it can. */
export async function whyNoMoto(): Promise<string | undefined> {
  if (isMade(RECIPE)) return undefined
  const missing = await missingProgram({ python3: '--version' })
  return missing === undefined ? undefined : `moto needs ${missing}, which is not here.`
}

/** Fetches it, unless that was done, and gives the path of its server. */
export async function fetchMoto(): Promise<string> {
  const folder = await made(RECIPE, async (own) => {
    await finish('python3', ['-m', 'venv', own], { cwd: own })
    const args = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...PACKAGES]
    await finish(join(own, 'bin', 'python'), args, { cwd: own })
  })
  return join(folder, 'bin', 'python')
}

let running: Promise<{ readonly url: string; readonly process: ServerProcess }> | undefined

/** The address of an empty one; it ends with this process. */
export async function emptyMoto(): Promise<string> {
  running ??= start()
  const { url } = await running
  const { status } = await fetch(`${url}/moto-api/reset`, { method: 'POST' })
  if (status !== 200) throw new Error(`moto was not emptied: ${status}`)
  return `${url}/`
}

async function start() {
  const program = await fetchMoto()
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  // Its script in bin/ names the folder in which it was made.
  const started = await startProcess(
    program,
    ['-c', 'from moto.server import main; main()', '-H', '127.0.0.1', '-p', String(port)],
    {
      cwd: process.cwd(),
      withinMs: PATIENCE_MS,
      ready: async () => (await fetch(`${url}/moto-api/`)).ok,
    },
  )
  return { url, process: started }
}
