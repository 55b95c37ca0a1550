/** Two places of one type behind the whole API, and what the file commands do with them: export, plan, apply. */

import { applyItems, checkPlan } from '../../src/files/apply.ts'
import { type ClientFile, parseClientFile } from '../../src/files/client-file.ts'
import type { LiveClient } from '../../src/files/compare.ts'
import { readLive, withCapabilities } from '../../src/files/live.ts'
import { compareFiles, placesOf } from '../../src/files/plan.ts'
import { parsePlan, renderPlan } from '../../src/files/plan-file.ts'
import { makePlan } from '../../src/files/planning/make-plan.ts'
import { type Capabilities, pathsOf, renderClientFile } from '../../src/files/render.ts'
import { createApp } from '../../src/http/app.ts'
import { allPermissions } from '../../src/http/auth/permissions.ts'
import { createQuotas, DEFAULT_QUOTAS } from '../../src/http/quotas.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { type Api, connect } from '../../src/sdk/index.ts'
import { createJobs } from '../../src/service/jobs/jobs.ts'
import { openBench } from '../contract/service.ts'

export type Planned = Awaited<ReturnType<Tenants['plan']>>

export interface Tenants {
  readonly api: Api
  /** The file of each client of a provider. */
  exported(provider: string): Promise<readonly { readonly path: string; readonly text: string }[]>
  live(provider: string): Promise<readonly LiveClient[]>
  /** What a provider can hold. */
  capabilities(provider: string): Promise<Capabilities>
  plan(files: readonly ClientFile[]): ReturnType<typeof planned>
  /** Plans, and carries out the plan as it was written; gives what was done. */
  apply(files: readonly ClientFile[]): Promise<Awaited<ReturnType<typeof applyItems>>>
  close(): Promise<void>
}

/** The API over some providers, in this process. */
export async function openTenants(providers: ReadonlyMap<string, Provider>): Promise<Tenants> {
  const bench = await openBench(providers)
  const { service } = bench
  const operator = {
    subject: 'operator',
    issuer: 'urn:clientry:command-line',
    scopes: new Set<string>(),
    expiresAt: Number.POSITIVE_INFINITY,
  }
  const app = createApp({
    service,
    jobs: createJobs({ service, limitMs: 10_000, background: false, observe: () => {} }),
    quotas: createQuotas(DEFAULT_QUOTAS, Date.now),
    defaultProvider: [...providers.keys()][0] ?? '',
    permissions: allPermissions(),
    verify: async () => operator,
    hasKeys: async () => true,
    issuers: [],
    log: () => {},
  })
  const api = connect({
    url: 'http://clientry.invalid',
    token: 'none',
    retryForMs: 0,
    fetch: async (input, init = {}) => {
      const { pathname, search } = new URL(String(input))
      const headers = Object.entries((init.headers ?? {}) as Record<string, string>)
      const { status, body, ...answer } = await app({
        method: init.method ?? 'GET',
        path: pathname,
        query: search.slice(1),
        headers: Object.fromEntries(headers.map(([name, value]) => [name, [value]])),
        body: typeof init.body === 'string' ? Buffer.from(init.body) : undefined,
        deadline: Date.now() + 60_000,
      })
      return new Response(body, { status, headers: answer.headers })
    },
  })
  const live = async (provider: string) => {
    const { clients, unread } = await readLive(api, [{ provider }])
    if (unread[0] !== undefined) throw unread[0].error
    return clients
  }
  const capabilities = async (provider: string) =>
    (await api.getProvider(provider)).body as unknown as Capabilities
  return {
    api,
    live,
    capabilities,
    exported: async (provider) => {
      const [clients, facts] = await Promise.all([live(provider), capabilities(provider)])
      const paths = pathsOf(clients)
      return clients.map((one, index) => ({
        path: `clients/${paths[index]}`,
        text: renderClientFile(one, facts),
      }))
    },
    plan: (files) => planned(api, files),
    apply: async (files) => {
      const { items, faults } = await planned(api, files)
      if (faults.length > 0) throw new Error(JSON.stringify(faults))
      const plan = parsePlan('plan.json', renderPlan(new Date(0), { folder: 'clients', items }))
      const { open, moved, failures } = await checkPlan(api, plan)
      if (moved.length + failures.length > 0) throw new Error(JSON.stringify([moved, failures]))
      return applyItems(api, open)
    },
    close: bench.close,
  }
}

/** What the commands plan for files. */
export async function planned(api: Api, files: readonly ClientFile[]) {
  const live = await readLive(api, placesOf(files))
  const comparison = compareFiles(files, await withCapabilities(api, files, live))
  const options = { deleteUnmanaged: false, newKey: () => crypto.randomUUID() }
  const draft = await makePlan(api, comparison, options)
  const { gone } = comparison
  const faults = [...comparison.faults, ...draft.refused.flatMap((one) => one.faults)]
  return { ...draft, gone, faults }
}

/** Exported files, read as the commands read them. */
export const read = (
  files: readonly { readonly path: string; readonly text: string }[],
): readonly ClientFile[] => files.map(({ path, text }) => parseClientFile(path, text))
