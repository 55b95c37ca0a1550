/** A tenant of the Entra ID emulator with one application, and a service over it, in tests. */

import {
  type EntraEmulator,
  type EntraEmulatorOptions,
  startEntraEmulator,
} from '../../../src/emulators/entra/index.ts'
import type { EntraSettings } from '../../../src/providers/entra/index.ts'
import type { Provider } from '../../../src/providers/provider.ts'
import { type Bench, LOST_ANSWERS, openBench } from '../../contract/service.ts'
import { fullEntraApplication } from '../../fixtures/entra.ts'
import { only } from '../subject.ts'
import { tenantAt } from './subject.ts'

export interface EntraTenant {
  readonly emulator: EntraEmulator
  /** Opens a service with these settings, in the place of the one before. */
  open(settings?: Partial<EntraSettings>): Promise<OnTenant>
  close(): Promise<void>
}

export interface OnTenant {
  readonly provider: Provider
  readonly bench: Bench
}

/** Starts one, with more of the emulator; nothing is over it yet. */
export async function startTenant(start: EntraEmulatorOptions = {}): Promise<EntraTenant> {
  const emulator = await startEntraEmulator({ applications: [fullEntraApplication], ...start })
  let bench: Bench | undefined
  return {
    emulator,
    open: async (settings = {}) => {
      await bench?.close()
      const provider = await only({ type: 'entra', ...tenantAt(emulator.url, settings) })
      bench = await openBench(new Map([['it', provider]]), LOST_ANSWERS)
      return { provider, bench }
    },
    close: async () => {
      await bench?.close()
      await emulator.close()
    },
  }
}
