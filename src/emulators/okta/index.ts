/**
 * An emulator of Okta's Apps API for OpenID Connect applications, on a real socket: its PUT that replaces, its two steps to
 * delete, its secrets in the clear, its small budgets. Held against recorded traffic
 * (`test/emulators/okta-recordings.test.ts`).
 */

import { recordRoute } from '../control-records.ts'
import { copyOf, isRecord } from '../copy.ts'
import { answered } from '../refusal.ts'
import { type Emulator, type ListenOptions, listenAs } from '../server.ts'
import type { EmulatorAnswer, EmulatorRequest } from '../wire.ts'
import { createAccess, newServiceApp, type OktaServiceApp } from './access.ts'
import { clientOf, usesSecret } from './apps.ts'
import { createLimiter, LIMITS, type OktaLimits } from './limits.ts'
import { isRead, operationNamed, operationOf } from './operations.ts'
import {
  createIds,
  FEATURES,
  newSecret,
  type OktaApp,
  type Org,
  type OrgFeatures,
  type Registration,
  secretFor,
} from './org.ts'
import { BAD_TOKEN, BROKEN, failure, NO_RIGHTS, TOO_FAST } from './refusal.ts'
import { registrationFor } from './request.ts'

export { newServiceApp, type OktaApp, type OktaServiceApp, type OrgFeatures }

export interface OktaEmulatorOptions extends ListenOptions {
  readonly apps?: readonly OktaApp[]
  readonly features?: OrgFeatures
  /** Members of an application or of its `settings.oauthClient` that exist and that no one here knows. */
  readonly future?: readonly string[]
  readonly apiTokens?: readonly string[]
  readonly serviceApps?: readonly OktaServiceApp[]
  readonly limits?: OktaLimits
  /** Epoch milliseconds; the clock of what it makes. */
  readonly now?: () => number
  readonly nextId?: Org['nextId']
  readonly nextSecret?: () => string
}

/** The API token of an emulator that is given none. */
export const OKTA_API_TOKEN = 'the-api-token-of-the-emulated-org'

export interface OktaEmulator extends Emulator {
  /** A service application that may manage all others. */
  readonly serviceApp: OktaServiceApp
  /** Stores an application as it is, with a secret where it uses one, in place of any with its id. */
  put(app: OktaApp): void
  /** A copy of an application by its id or client id; `undefined` when there is none. */
  app(id: string): OktaApp | undefined
  /** Its secrets, values and all. */
  secrets(id: string): Registration['secrets']
}

/** Starts an emulated org. */
export async function startOktaEmulator(options: OktaEmulatorOptions = {}): Promise<OktaEmulator> {
  const { serviceApps = [newServiceApp()], apiTokens = [OKTA_API_TOKEN], now = Date.now } = options
  let url = ''
  const org: Org = {
    features: { ...FEATURES, ...options.features },
    baseUrl: () => url,
    apps: new Map(),
    future: new Set(options.future),
    now,
    nextId: options.nextId ?? createIds(),
    nextSecret: options.nextSecret ?? newSecret,
  }
  const access = createAccess(apiTokens, serviceApps, now)
  const limiter = createLimiter(options.limits ?? LIMITS, now)
  const find = (id: string) =>
    org.apps.get(id) ?? [...org.apps.values()].find(({ app }) => clientOf(app).client_id === id)
  const put = (app: OktaApp) => {
    const former = find(String(app.id))
    const { _links, ...ours } = copyOf(app)
    const stored = app.name === 'oidc_client' ? ours : copyOf(app)
    const secrets = usesSecret(app) ? (former?.secrets ?? [secretFor(org, newSecret())]) : []
    org.apps.set(String(app.id), { app: stored, secrets })
  }
  const fill = () => {
    org.apps.clear()
    limiter.reset()
    for (const app of options.apps ?? []) put(app)
  }
  const answerTo = async (request: EmulatorRequest, name: string): Promise<EmulatorAnswer> => {
    const target = `${url}${request.path}`
    if (name === 'POST /oauth2/v1/token') return access.issue(request, target)
    const scopes = await access.scopesOf(request, target)
    if (scopes === undefined) return BAD_TOKEN
    const isAllowed =
      scopes.includes('okta.apps.manage') || (isRead(name) && scopes.includes('okta.apps.read'))
    if (!isAllowed) return NO_RIGHTS
    const operation = operationNamed(name)
    if (operation === undefined) {
      return failure(404, 'E0000022', 'The endpoint does not support the provided HTTP method')
    }
    return limiter.count(name, async () => answered(() => operation(org, request)))
  }
  fill()
  const emulator = await listenAs(
    {
      operation: operationOf,
      answer: answerTo,
      faultAnswer: (kind, { retryAfter = 1 }) => {
        if (kind === 'expired_credentials') access.expire()
        return FAULTS[kind](Math.ceil(now() / 1_000) + retryAfter)
      },
      foreignWrite: (request, change) => {
        const { app } = registrationFor(org, request)
        const changes = Object.entries(change)
        put(changes.reduce<OktaApp>((one, [path, value]) => set(one, path.split('.'), value), app))
      },
      reset: fill,
      control: (request, name) =>
        recordRoute(
          { noun: 'apps', all: () => [...org.apps.values()], idOf: ({ app }) => app.id, put },
          request,
          name,
        ),
    },
    options,
  )
  url = emulator.url
  return {
    ...emulator,
    serviceApp: serviceApps[0] ?? newServiceApp(),
    put,
    app: (id) => copyOf(find(id)?.app),
    secrets: (id) => find(id)?.secrets ?? [],
  }
}

/** An application with another value at a path. */
function set(app: OktaApp, [name = '', ...below]: readonly string[], value: unknown): OktaApp {
  const { [name]: inner } = app
  return {
    ...app,
    [name]: below.length === 0 ? value : set(isRecord(inner) ? inner : {}, below, value),
  }
}

const FAULTS = {
  throttle: (reset: number): EmulatorAnswer => ({
    ...TOO_FAST,
    headers: {
      'x-rate-limit-limit': '600',
      'x-rate-limit-remaining': '0',
      'x-rate-limit-reset': String(reset),
    },
  }),
  error: () => BROKEN,
  expired_credentials: () => BAD_TOKEN,
}
