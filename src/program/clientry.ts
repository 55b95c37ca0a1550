/**
 * The whole program, assembled from a configuration: one plain object of dependencies, built in the
 * entry and passed down. Nothing here decides anything about a request.
 */

import { randomUUID } from 'node:crypto'
import { ownApiAt } from '../config/config-overlap.ts'
import type { Config } from '../config/config-parse.ts'
import { ClientError, isClientError } from '../core/errors.ts'
import { lazy } from '../core/lazy.ts'
import { createFingerprints } from '../core/secrecy/fingerprint.ts'
import { createApp } from '../http/app.ts'
import { allPermissions, createPermissions } from '../http/auth/permissions.ts'
import { type Principal, principalAgain } from '../http/auth/principal.ts'
import { createVerifier, type Verifier } from '../http/auth/verify.ts'
import { withCors } from '../http/cors.ts'
import type { HttpSettings, LogLine } from '../http/exchange.ts'
import type { DescribedPlaces } from '../http/openapi/places.ts'
import { createQuotas } from '../http/quotas.ts'
import type { ConsoleIssuer, ConsoleSettings } from '../http/session/console-settings.ts'
import type { App } from '../http/wire/message.ts'
import { eventLine } from '../observe/event-lines.ts'
import {
  type Metrics,
  type Observe,
  observedProviders,
  observedStore,
  type Readings,
} from '../observe/observe.ts'
import { createProviders, loadProviders } from '../providers/configured.ts'
import type { ProviderSurroundings } from '../providers/definition.ts'
import { createBudget } from '../providers/pace/pace-budget.ts'
import type { Provider } from '../providers/provider.ts'
import { withinDeadline } from '../service/base/deadline.ts'
import { createLate } from '../service/base/late-work.ts'
import type { Service } from '../service/base/service.ts'
import { within } from '../service/base/time-limit.ts'
import { createTurns } from '../service/base/turns.ts'
import { createJobs } from '../service/jobs/jobs.ts'
import type { Pauses } from '../service/upkeep/due.ts'
import type { OpenedKeys } from '../store/keys/keys.ts'
import { overAt } from '../store/log/over.ts'
import { refOf } from '../store/resource.ts'
import type { Store } from '../store/store.ts'
import { acceptedIssuers } from './accepted-issuers.ts'
import { fetchDocument } from './fetch-document.ts'
import type { Erasing } from './keys/erase-old.ts'
import { keysOfStore } from './keys/open-keys.ts'
import type { Webhooks } from './webhooks/webhooks.ts'

const betweenRequests = lazy(() => import('./between-requests.ts'))
const consoleFiles = lazy(() => import('./console/console-files.ts'))
const consoleIssuer = lazy(() => import('./console/console-issuer.ts'))

export interface Clientry {
  readonly app: App
  readonly service: Service
  /**
   * Settles changes that a crash left open, does what is due, works on jobs, adds a checkpoint; run
   * at start and periodically.
   */
  sweep(): Promise<void>
  /** Lets jobs continue until then (epoch ms), and ends running work in an orderly way. */
  rest(until: number): Promise<void>
  /** Sends events to webhooks for a while; `true` if there is more to do right away. */
  notify(stopped?: () => boolean): Promise<boolean>
  /** Works on the mirror for a while; `true` if there is more to do right away. */
  refresh(stopped?: () => boolean): Promise<boolean>
  /** What is not counted but read, for metrics that go to a collector. */
  readings(): Promise<Readings>
  close(): Promise<void>
}

/** What the entry provides. */
export interface Surroundings
  extends Pick<ProviderSurroundings, 'environmentCredentials' | 'documents' | 'openidAddress'> {
  /** Other things are loaded and fetched while it is opened. */
  readonly store: Store | Promise<Store>
  /** Those of the store; absent: they are opened as those of a store that was there before. */
  readonly keys?: OpenedKeys | Promise<OpenedKeys>
  /** Counts events; absent if no one could read the counts. */
  readonly metrics?: Metrics
  /** Takes events beside the log; absent where no collector wants them. */
  readonly telemetry?: { readonly observe: Observe }
  /** `false`: a process that is frozen between requests, so jobs run only after a sweep. */
  readonly background?: boolean
  /**
   * The only caller of a program without a network: anyone who can read its configuration may do
   * everything, and needs no token.
   */
  readonly operator?: Principal
  /** Of the module that was started: the console of its build is beside it. */
  readonly entryUrl?: string
  log(line: LogLine): void
}

/** Builds the program. */
export async function createClientry(
  config: Config,
  surroundings: Surroundings,
): Promise<Clientry> {
  const { metrics, log, operator } = surroundings
  const now = Date.now
  const observe: Observe = (event) => {
    metrics?.observe(event)
    surroundings.telemetry?.observe(event)
    const line = eventLine(event, now())
    if (line !== undefined) log(line)
  }
  const verify = createVerifier({
    issuers: config.issuers,
    fetchDocument,
    now,
    onKeyFault: (issuer, fault) => observe({ kind: 'keys_failed', issuer, fault }),
  })
  // What starts cold has a request to answer, which needs the keys and all that follows.
  const isCold = surroundings.background === false && operator === undefined
  if (isCold) void verify.renew()
  const opening = Promise.resolve(surroundings.store)
  const [opened, keys] = await Promise.all([
    opening,
    surroundings.keys ?? opening.then((one) => keysOfStore(one, config)),
    loadProviders(config.providers),
  ])
  const store = observedStore(opened, observe)
  const { seal, historySeal } = keys
  const permissions = permissionsOf(config, operator)
  const fingerprints = createFingerprints(keys.digestKey)
  const { notes } = store.within?.(() => NOTES_MS) ?? store
  const providers = await createProviders(config.providers, {
    ...surroundings,
    ...(notes && { budget: createBudget({ notes, id: randomUUID(), now }) }),
    store,
    seal,
    now,
    fingerprintOf: fingerprints.ofSecret,
  })
  const service: Service = {
    store,
    seal,
    historySeal,
    fingerprints,
    providers: observedProviders(withOwnApi(config, providers), observe),
    turns: createTurns(now),
    keysInUse: new Set(),
    late: createLate(),
    leaseShares: config.leases,
    requestsWaitMs: config.requestsWaitMs,
    permits: (caller, providerId) => permissions.of(principalAgain(caller), providerId),
    grantsOf: (caller, providerId) => permissions.grantsAt(principalAgain(caller), providerId),
    upstreamTimeoutMs: config.limits.upstreamTimeoutMs,
    now,
    sleep: (milliseconds) => new Promise((resume) => setTimeout(resume, milliseconds)),
    newId: randomUUID,
  }
  const readingsOf = async (bounded: Service | undefined): Promise<Readings> => ({
    keys: verify.health(),
    pace: [...providers].map(([provider, { pace }]) => ({ provider, buckets: pace?.() ?? [] })),
    overdue: bounded && (await overdueIn(bounded)),
  })
  const jobs = createJobs({
    service,
    limitMs: config.limits.deadlineMs,
    background: surroundings.background ?? true,
    observe: (event) => observe(event),
  })
  const owner = randomUUID()
  // The providers of a development server are new at each start, whatever its file knows.
  // One that begins in this very millisecond is of this start.
  const notBefore = config.mode === 'development' ? now() - 1 : 0
  if (isCold) prepare(service, config)
  const http: HttpSettings = {
    service,
    jobs,
    quotas: createQuotas(config.quotas, now),
    defaultProvider: config.defaultProvider,
    permissions,
    issuers: operator === undefined ? acceptedIssuers(config) : [],
    ...(operator === undefined
      ? { verify, hasKeys: () => hasKeys(verify) }
      : { verify: async () => operator, hasKeys: async () => true }),
    ...(metrics && {
      metrics: async (bounded: Service) => metrics.render(await readingsOf(bounded)),
    }),
    ...(operator === undefined && (await consoleSettingsOf(config, surroundings))),
    ...(config.mode === 'development' && { describedPlaces: placesOf(config, providers) }),
    log: (line) => observe({ kind: 'request', line }),
  }
  const app = createApp(http)
  const pauses: Pauses = new Map()
  const erasing: Erasing = {}
  let keysLoadedAt = now()
  const refreshKeys = async () => {
    keysLoadedAt = now()
    await keys.refresh().catch((error: unknown) => {
      const says = isClientError(error) ? error.message : 'unknown'
      log({ time: new Date(now()).toISOString(), level: 'error', message: 'keys', fault: says })
    })
  }
  const hasWebhooks = Object.keys(config.webhooks).length > 0
  let webhooks: Webhooks | undefined
  return {
    app: withCors(async (request) => {
      // A server does so at each sweep.
      if (isCold && now() - keysLoadedAt >= KEYS_EVERY_MS) await refreshKeys()
      return app(withDeadline(request, config.limits.deadlineMs))
    }, config.server.corsOrigins),
    service,
    sweep: async () => {
      const { addCheckpoint, carryOutDue, eraseOld, keepRecords, sweep, sweepRequests } =
        await betweenRequests()
      const parts = [
        async () => {
          const retained = await keepRecords({ ...service, store }, config)
          if (retained !== undefined)
            log({
              time: new Date(now()).toISOString(),
              level: 'info',
              message: 'retention',
              ...retained,
            })
        },
        refreshKeys,
        async () => {
          const erased = await eraseOld({ ...service, store }, config, erasing)
          const time = new Date(now()).toISOString()
          if (erased > 0) log({ time, level: 'info', message: 'retention', erased })
        },
        async () => {
          const { settled, left } = await sweep(service)
          observe({ kind: 'sweep', settled, left })
        },
        async () => {
          const { done, failed, notices } = await carryOutDue(service, pauses)
          observe({ kind: 'due', done })
          for (const one of failed) observe({ kind: 'due_failed', ...one })
          for (const one of notices) observe({ kind: 'notice', ...one })
        },
        async () => {
          await sweepRequests(http)
        },
        jobs.sweep,
        async () => {
          const checkpoint = await addCheckpoint(withinDeadline(service, now() + CHECKPOINT_MS))
          if (checkpoint === undefined) return
          const { seq, hash } = checkpoint
          const time = new Date(now()).toISOString()
          log({ time, level: 'info', message: 'checkpoint', seq, hash })
        },
      ]
      // A failure of one part does not stop the others.
      const failures: unknown[] = []
      const renewal = operator === undefined ? verify.renew() : undefined
      for (const part of parts) await part().catch((error: unknown) => failures.push(error))
      await renewal
      if (failures.length > 0) throw failures[0]
    },
    notify: async (stopped) => {
      if (!hasWebhooks) return false
      const { createWebhooks } = await betweenRequests()
      webhooks ??= createWebhooks(config.webhooks, { service, owner, observe })
      return webhooks.deliver(stopped)
    },
    refresh: async (stopped = () => false) => {
      const { refreshMirror } = await betweenRequests()
      const { refreshSeconds } = config.mirror
      const everyMs = refreshSeconds * 1_000
      const until = now() + REFRESH_MS
      const done = await refreshMirror(service, { everyMs, notBefore, until, owner, stopped })
      for (const one of done) observe({ kind: 'mirror', ...one })
      return done.some(({ more }) => more)
    },
    rest: jobs.rest,
    // Of what is cold each reading would cost a query of the table.
    readings: () => readingsOf(isCold ? undefined : withinDeadline(service, now() + READINGS_MS)),
    close: async () => {
      await jobs.rest(now())
      await service.late.flush()
      await store.close()
    },
  }
}

/** Lets the provider that most requests are about get ready; what fails now is tried again by the request. */
function prepare({ providers, now, newId }: Service, { defaultProvider, limits }: Config): void {
  const { upstreamTimeoutMs: timeoutMs } = limits
  const call = { deadline: now() + timeoutMs, timeoutMs, operationId: newId() }
  void providers
    .get(defaultProvider)
    ?.prepare?.(call)
    .catch(() => undefined)
}

/** Whether the keys of an issuer were fetched, ever; they are tried for where not. */
async function hasKeys(verify: Verifier): Promise<boolean> {
  const isLoaded = () => verify.health().some(({ loadedAt }) => loadedAt !== undefined)
  if (isLoaded()) return true
  const late = () => new ClientError('keys_unavailable', 'The keys did not come in time.')
  await within(verify.renew(), FIRST_KEYS_MS, late).catch(() => undefined)
  return isLoaded()
}

/** How long `readyz` waits for the first keys (milliseconds); what asks for it waits a second or two. */
const FIRST_KEYS_MS = 800

/** The console, if there is one; what signs people in is loaded with the first sign-in. */
async function consoleSettingsOf(
  config: Config,
  { entryUrl }: Pick<Surroundings, 'entryUrl'>,
): Promise<{ readonly console?: ConsoleSettings }> {
  const { console } = config
  const accepted = acceptedIssuers(config).find(({ issuer }) => issuer === console?.issuer)
  if (console === undefined || accepted === undefined) return {}
  let made: ConsoleIssuer | undefined
  const files =
    entryUrl === undefined ? undefined : (await consoleFiles()).readConsoleFiles(entryUrl)
  const issuer = async () => {
    made ??= (await consoleIssuer()).createConsoleIssuer(console, accepted)
    return made
  }
  return {
    console: {
      url: console.url,
      issuer: {
        issuer: console.issuer,
        begin: async (fresh) => (await issuer()).begin(fresh),
        finish: async (query, checks) => (await issuer()).finish(query, checks),
        renew: async (refreshToken) => (await issuer()).renew(refreshToken),
        revoke: async (refreshToken) => (await issuer()).revoke(refreshToken),
      },
      ...(files === undefined ? {} : { files }),
      ended: new Map(),
    },
  }
}

/** What the description of a development server names. */
const placesOf = (
  { defaultProvider }: Config,
  providers: ReadonlyMap<string, Provider>,
): DescribedPlaces => ({
  providers: Array.from(providers, ([id, { mapping, userPools, adoption }]) => ({
    id,
    isDefault: id === defaultProvider,
    adopts: adoption !== undefined,
    mapping,
    ...(userPools === undefined ? {} : { userPools }),
  })),
})

/** Lets each provider know whether it issues the tokens of this program's own callers. */
function withOwnApi(
  config: Config,
  providers: ReadonlyMap<string, Provider>,
): ReadonlyMap<string, Provider> {
  return new Map(
    Array.from(providers, ([id, provider]) => {
      const ownApi = ownApiAt(config, id)
      return [id, ownApi === undefined ? provider : { ...provider, ownApi }]
    }),
  )
}

const permissionsOf = ({ permissions }: Config, operator: Principal | undefined) =>
  operator === undefined
    ? createPermissions(permissions === undefined ? {} : { permissions })
    : allPermissions()

/** The time that each call to the store may take while the account's rate is divided (milliseconds). */
const NOTES_MS = 2_000

/** How long one round of work on the mirror lasts (milliseconds). */
const REFRESH_MS = 10_000

/** The time that each call to the store may take while metrics are read (milliseconds). */
const READINGS_MS = 5_000
/** The time that each call to the store may take while checkpoints are added (milliseconds). */
const CHECKPOINT_MS = 30_000
/** Where no sweep runs, a request loads new keys after this time (milliseconds). */
const KEYS_EVERY_MS = 60_000

/**
 * The provider of each overdue change. A failure of the store is counted, and does not hide the
 * other readings.
 */
async function overdueIn({ store, now }: Service): Promise<readonly string[] | undefined> {
  const open = await store.openIntents().catch(() => undefined)
  return open
    ?.filter((intent) => overAt(intent, store) <= now())
    .map(({ resource }) => refOf(resource).provider)
}

function withDeadline<R extends { readonly deadline: number }>(request: R, limitMs: number): R {
  return { ...request, deadline: Math.min(request.deadline, Date.now() + limitMs) }
}
