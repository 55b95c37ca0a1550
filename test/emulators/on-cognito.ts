/** Tests of the Cognito emulator: one with its own pools is opened for each test, or for the file, and closed after it. */

import { type CognitoEmulator, startCognitoEmulator } from '../../src/emulators/cognito/index.ts'
import { onFresh, onShared } from '../fixtures/opened.ts'
import { type CognitoCaller, cognitoCaller } from './cognito-caller.ts'

interface OnCognito {
  readonly emulator: CognitoEmulator
  readonly call: CognitoCaller
}

type Start = Parameters<typeof startCognitoEmulator>[0]

async function openCognito(start: Start) {
  const emulator = await startCognitoEmulator(start)
  return { emulator, call: cognitoCaller(emulator.url), close: emulator.close }
}

/** Hands over what the helpers of a file need, for each test. */
export const onCognito = (start: Start, handOver: (opened: OnCognito) => void) =>
  onFresh(() => openCognito(start), handOver)

/** The same, once for the file. */
export const onOneCognito = (start: Start, handOver: (opened: OnCognito) => void) =>
  onShared(() => openCognito(start), handOver)
