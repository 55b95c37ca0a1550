/** How a profile signs in, as the options of `clientry login` say it. */

import { resolve } from 'node:path'
import { UsageError } from '../exit.ts'
import type { Values } from '../options.ts'
import type { SignIn } from './profiles.ts'

/** The options that name a way, in order; absent ones are `undefined`. */
export const waysIn = ({ device, ...options }: Values) => [
  device,
  options['client-secret-env'],
  options['client-secret-file'],
  options['private-key'],
]

/**
 * How to sign in: through a browser unless an option says otherwise.
 * @throws UsageError
 */
export function wayOf(options: Values): Pick<SignIn, 'by' | 'proof' | 'keyId' | 'secretIn'> {
  const { 'key-id': keyId, 'secret-in': secretIn } = options
  const [device, env, secretFile, keyFile] = waysIn(options)
  if (waysIn(options).filter((one) => one !== undefined).length > 1) {
    throw new UsageError(
      'Give only one of --device, --client-secret-env, --client-secret-file and --private-key.',
    )
  }
  if (keyId !== undefined && keyFile === undefined) {
    throw new UsageError('--key-id belongs to --private-key.')
  }
  const how = placeOf(secretIn)
  if (device === true) return { by: 'device' }
  if (typeof env === 'string') return { by: 'secret', proof: { env }, ...how }
  if (typeof secretFile === 'string') {
    return { by: 'secret', proof: { file: resolve(secretFile) }, ...how }
  }
  if (typeof keyFile !== 'string') return {}
  return { by: 'key', proof: { file: resolve(keyFile) }, ...(keyId && { keyId }) }
}

function placeOf(secretIn: string | undefined): Pick<SignIn, 'secretIn'> {
  if (secretIn === undefined) return {}
  if (secretIn === 'header' || secretIn === 'body') return { secretIn }
  throw new UsageError('--secret-in must be header or body.')
}
