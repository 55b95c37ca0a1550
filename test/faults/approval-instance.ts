/** Instances of one store, one after the other, at which approvals are asked for, decided and carried out, or die. */

import { parseMergePatch } from '../../src/core/patch/patch.ts'
import type { HttpSettings } from '../../src/http/exchange.ts'
import type { Provider } from '../../src/providers/provider.ts'
import type { CrashPoint } from '../../src/service/base/crash-points.ts'
import { changeClient } from '../../src/service/change/change.ts'
import { settingsOver } from '../http/approval-world.ts'
import type { Clients } from './action-places.ts'
import { type Crash, type Instance, openInstance } from './instance.ts'

/** A store in a file, and the clients of one provider. */
export interface Place {
  readonly path: string
  readonly clients: Clients
}

/** How long jobs may go on at an instance (milliseconds). */
const REST_MS = 120_000

/** Something done at an instance of its own, which may die of it. */
export async function at<T>(
  { path, clients }: Place,
  lateMs: number,
  crash: Crash | undefined,
  work: (settings: HttpSettings) => Promise<T>,
): Promise<{ readonly result: T | 'crashed'; readonly passed: readonly CrashPoint[] }> {
  const providers = new Map<string, Provider>()
  const instance: Instance = await openInstance(path, providers, { crash, lateMs })
  const { provider } = clients.ref
  providers.set(provider, clients.providerFor(instance.service))
  try {
    const settings = settingsOver(instance.service, provider)
    const done = work(settings).then(async (worked) => {
      // Jobs go on until they rest, or the instance dies of them.
      await settings.jobs.rest(settings.service.now() + REST_MS)
      return worked
    })
    return {
      result: await Promise.race([done, instance.crashed]),
      passed: [...instance.passed],
    }
  } finally {
    await instance.close()
  }
}

/** Another instance changes the client, by what this one does not know of until it looks. */
export const changeOutside = ({ service }: HttpSettings, { ref, providerFor }: Clients) =>
  changeClient(service, {
    ref,
    provider: providerFor(service),
    patch: parseMergePatch({ logoUri: 'https://someone.example.com/logo.png' }),
    dryRun: false,
    actor: { subject: 'someone', issuer: 'https://issuer.example' },
    requestId: 'outside',
    deadline: service.now() + 10_000,
  })
