/** `npm run -s token`: prints an access token that the running development server accepts, alone. */

import { developmentFolder } from './config.ts'
import { isClientError } from './core/errors.ts'
import { loadAddress } from './dev-state.ts'
import { fetchDevelopmentToken } from './providers/local/token.ts'

async function main(): Promise<void> {
  const address = loadAddress(developmentFolder())
  const [scope] = process.argv.slice(2)
  const asked = scope === undefined ? {} : { scope }
  const token =
    address && (await fetchDevelopmentToken({ ...address, ...asked }).catch(unreachable))
  if (token !== undefined) {
    process.stdout.write(`${token}\n`)
    return
  }
  process.stderr.write('No development server answers; start one with: npm start\n')
  process.exitCode = 1
}

function unreachable(error: unknown): undefined {
  if (!isClientError(error)) throw error
  return undefined
}

await main()
