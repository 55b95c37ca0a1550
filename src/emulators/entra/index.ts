/**
 * An emulator of Microsoft Graph v1.0 for applications of Entra ID, on a real socket: its PATCH without a body, its lists that are
 * replaced whole, its secrets that are shown once, its removed applications, and, where asked for, its reads that are behind.
 * `test/emulators/entra-recordings.test.ts` holds it against recorded traffic.
 */

import { randomBytes, randomUUID } from 'node:crypto'
import { recordRoute } from '../control-records.ts'
import { copyOf } from '../copy.ts'
import { type Emulator, type ListenOptions, listenAs } from '../server.ts'
import { type Account, createAccess } from './access.ts'
import { createDirectory, type Lag } from './directory.ts'
import { createLimiter, type EntraLimits, tooMany } from './limits.ts'
import { type Application, newApplication } from './members.ts'
import { answerTo, applicationOf } from './operations.ts'
import { failure, unauthenticated } from './refusal.ts'
import { operationOf } from './route.ts'
import type { State } from './tenant.ts'

export type { Account, Application }

export interface EntraEmulatorOptions extends ListenOptions {
  readonly applications?: readonly Application[]
  /** Applications that may sign in; `ENTRA_ACCOUNT` unless given. */
  readonly accounts?: readonly Account[]
  /** How long reads show what was before a write (milliseconds); 0 unless given. */
  readonly lagMs?: number
  /** What it throttles; nothing unless given. */
  readonly limits?: EntraLimits
  /** It does otherwise than this program expects, where no source proves what it does. */
  readonly otherwise?: boolean
  readonly tenantId?: string
  readonly publisherDomain?: string
  /** Users that may be owners, as answers show them. */
  readonly people?: readonly Application[]
  /** Epoch milliseconds; the clock of what it makes. */
  readonly now?: () => number
  /** Ids and secrets of what it makes; by chance unless given. */
  readonly newId?: State['newId']
  readonly newSecret?: State['newSecret']
}

export const ENTRA_TENANT = '3c5a1b62-9d1e-4f0a-8b7c-2a6d90e4f511'

/** The registration of an emulator that is given none. */
export const ENTRA_ACCOUNT = {
  clientId: '0f4c1d9e-6a57-4b3e-9c21-7d5e8a2b6c10',
  clientSecret: 'the-secret-of-this-server-at-entra',
  objectId: '6b1f7f9e-0b52-4b53-9d3c-7b5b6a1e110c',
}

export interface EntraEmulator extends Emulator {
  /** Stores an application as if it had been there for long, in place of any with its appId. */
  put(record: Application): void
  /** A copy of the application as it is; `undefined` when there is none. */
  application(appId: string): Application | undefined
  /** Copies of the removed ones. */
  deleted(): readonly Application[]
  /** Forgets the removed ones. */
  purge(): void
  /** Ids of applications that have a service principal. */
  principals(): readonly string[]
  /** How long reads are behind from now on: all of them, or every so many-th. */
  lag(milliseconds: number, every?: number): void
}

/** 40 characters, as they are today: three that are the hint, a mark, and the rest. */
const newSecretText = () => {
  const text = randomBytes(36).toString('base64url').slice(0, 36)
  return `${text.slice(0, 3)}8Q~${text.slice(3)}`.padEnd(40, '_').slice(0, 40)
}

/** Starts an emulated tenant. */
export async function startEntraEmulator(
  options: EntraEmulatorOptions = {},
): Promise<EntraEmulator> {
  const { now = Date.now, accounts = [ENTRA_ACCOUNT], people = [] } = options
  let lag: Lag = { ms: options.lagMs ?? 0, every: 1 }
  const state: State = {
    applications: createDirectory(now, () => lag),
    deleted: new Map(),
    principals: new Map(),
    owners: new Map(),
    access: createAccess(accounts, now),
    limiter: createLimiter(options.limits ?? {}, now),
    otherwise: options.otherwise ?? false,
    tenantId: options.tenantId ?? ENTRA_TENANT,
    publisherDomain: options.publisherDomain ?? 'example.onmicrosoft.com',
    people: new Map(people.map((one) => [String(one.id), one])),
    now,
    newId: options.newId ?? (() => randomUUID()),
    newSecret: options.newSecret ?? newSecretText,
  }
  const find = (appId: unknown) => state.applications.all().find((one) => one.appId === appId)
  const put = (record: Application) => {
    const { appId, ...asked } = record
    const former = find(appId)
    const isOthers = former === undefined && state.applications.latest(String(asked.id))
    const id = String(former?.id ?? (isOthers || asked.id === undefined ? randomUUID() : asked.id))
    const application = {
      id,
      appId: String(appId),
      createdDateTime: new Date(now()).toISOString(),
      publisherDomain: state.publisherDomain,
    }
    state.applications.put(id, {
      ...newApplication(application, asked),
      id,
      appId: application.appId,
    })
    state.owners.set(
      id,
      accounts.map(({ objectId }) => objectId),
    )
  }
  const fill = () => {
    for (const one of [state.applications, state.deleted, state.principals, state.owners]) {
      one.clear()
    }
    state.limiter.reset()
    for (const one of options.applications ?? []) put(one)
  }
  fill()
  const emulator = await listenAs(
    {
      operation: operationOf,
      answer: (request, name) => answerTo(state, request, name),
      faultAnswer: (kind, { retryAfter }) => FAULTS[kind](retryAfter),
      foreignWrite: (request, change) => {
        const before = applicationOf(state, request)
        if (before !== undefined) put({ ...before, ...copyOf(change) })
      },
      reset: fill,
      control: (request, name) =>
        recordRoute(
          {
            noun: 'applications',
            all: state.applications.all,
            idOf: ({ appId }) => appId,
            put,
          },
          request,
          name,
        ),
    },
    options,
  )
  return {
    ...emulator,
    put,
    application: (appId) => copyOf(find(appId)),
    deleted: () => [...state.deleted.values()].map(copyOf),
    purge: () => state.deleted.clear(),
    principals: () => [...state.principals.keys()],
    lag: (ms, every = 1) => {
      lag = { ms, every }
    },
  }
}

/** Retry-After may be missing (Microsoft Graph, "Throttling limits"). */
const FAULTS = {
  throttle: tooMany,
  error: () => failure(500, 'InternalServerError', 'The server could not do this.'),
  expired_credentials: unauthenticated,
}
