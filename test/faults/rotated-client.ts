/**
 * One life of a secret: the client is rotated, and where both secrets can be live, the old one is retired
 * when its time has come. One of the two meets a fault upstream and a crash; the settlement after it can
 * crash too. The rotation is then sent again with its key.
 */

import { secret } from '../../src/core/secrecy/secret.ts'
import { startAuth0Emulator } from '../../src/emulators/auth0/index.ts'
import { startCognitoEmulator } from '../../src/emulators/cognito/index.ts'
import { startOktaEmulator } from '../../src/emulators/okta/index.ts'
import type { Emulator } from '../../src/emulators/server.ts'
import type { ClientRef } from '../../src/providers/call.ts'
import { createProviders } from '../../src/providers/configured.ts'
import type { Provider } from '../../src/providers/provider.ts'
import type { CrashPoint } from '../../src/service/base/crash-points.ts'
import type { Key } from '../../src/service/base/request.ts'
import { rotateSecret } from '../../src/service/secrets/rotate.ts'
import { carryOutDue } from '../../src/service/upkeep/due.ts'
import type { Entry } from '../../src/store/log/entry.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { auth0Over } from '../contract/auth0-provider.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { fullCognitoClient, POOL_ID } from '../fixtures/cognito.ts'
import { APP_ID, fullOktaApp } from '../fixtures/okta.ts'
import { NO_LIMITS, orgAt } from '../providers/okta/subject.ts'
import { only } from '../providers/subject.ts'
import type { UpstreamFault } from './changed-client.ts'
import {
  CALM_TIMEOUT_MS,
  type Crash,
  calmly,
  type Instance,
  keyFor,
  onFreshStore,
  openInstance,
  sweepUntilSettled,
  takesTime,
  UPSTREAM_TIMEOUT_MS,
} from './instance.ts'

export interface RotationScenario {
  readonly provider: 'auth0' | 'cognito' | 'okta'
  /** Which of the two meets it all. */
  readonly disturbed: 'rotation' | 'retirement'
  /** It meets the call that writes, the one that lists the live secrets, or the second one of a retirement (Okta). */
  readonly fault?: { readonly kind: UpstreamFault; readonly at: 'write' | 'list' | 'end' }
  readonly crash?: Crash
  readonly recoveryCrash?: Crash
}

export interface RotationEvidence {
  readonly broken: readonly string[]
  readonly passed: readonly CrashPoint[]
  readonly passedInRecovery: readonly CrashPoint[]
  readonly crashed: boolean
}

interface RotatedClient {
  readonly ref: ClientRef
  readonly providers: ReadonlyMap<string, Provider>
  readonly emulator: Emulator
  /** The values that are accepted, oldest first. */
  accepted(): readonly string[]
  readonly atOnce: number
  readonly calls: Readonly<Record<'rotation' | 'retirement' | 'list' | 'end', string>>
}

const ID = 'exampleClientId'
const HOUR_MS = 3_600_000
/** When the old secret is to end, and when that is long over. */
const AFTER_SECONDS = 3_600
const OVER_MS = 10 * HOUR_MS
const TIMES = { retryAfter: 0.05, delayMs: 1.5 * UPSTREAM_TIMEOUT_MS }
/** Leaves room for a second attempt, which needs half a second; and for a busy machine. */
const DEADLINE_MS = 1_500

async function startClient(provider: RotationScenario['provider']): Promise<RotatedClient> {
  if (provider === 'auth0') {
    const emulator = await startAuth0Emulator({ clients: [fullAuth0Client] })
    return {
      ref: { provider: 'auth0', id: ID },
      providers: await auth0Over(emulator.url),
      emulator,
      accepted: () => [String(emulator.client(ID)?.client_secret)],
      atOnce: 1,
      calls: { rotation: 'PATCH /clients/{id}', retirement: '', list: '', end: '' },
    }
  }
  if (provider === 'okta') return startOkta()
  const emulator = await startCognitoEmulator({
    pools: [{ id: POOL_ID, identityProviders: ['Google'], clients: [fullCognitoClient] }],
    lockMs: 0,
  })
  const settings = {
    type: 'cognito' as const,
    pools: { [POOL_ID]: { region: 'us-east-1', endpoint: emulator.url } },
    credentials: { accessKeyId: 'emulator', secretAccessKey: secret('emulator-secret') },
    pace: { perOperation: 10_000, perCategory: 10_000 },
  }
  const surroundings = { now: Date.now, environmentCredentials: () => undefined }
  return {
    ref: { provider: 'it', userPoolId: POOL_ID, id: ID },
    providers: await createProviders({ it: settings }, surroundings),
    emulator,
    accepted: () => emulator.secrets(POOL_ID, ID),
    atOnce: 2,
    calls: {
      rotation: 'AddUserPoolClientSecret',
      retirement: 'DeleteUserPoolClientSecret',
      list: 'ListUserPoolClientSecrets',
      end: '',
    },
  }
}

const SECRETS = '/apps/{id}/credentials/secrets'

async function startOkta(): Promise<RotatedClient> {
  const emulator = await startOktaEmulator({ apps: [fullOktaApp], limits: NO_LIMITS })
  return {
    ref: { provider: 'it', id: APP_ID },
    providers: new Map([['it', await only({ type: 'okta', ...orgAt(emulator) })]]),
    emulator,
    // One that is switched off would take the place of the next one.
    accepted: () => emulator.secrets(APP_ID).map((one) => one.client_secret),
    atOnce: 2,
    calls: {
      rotation: `POST ${SECRETS}`,
      retirement: `POST ${SECRETS}/{secretId}/lifecycle/deactivate`,
      list: `GET ${SECRETS}`,
      end: `DELETE ${SECRETS}/{secretId}`,
    },
  }
}

/** Runs one; it takes some tens of milliseconds. */
export async function runRotation(scenario: RotationScenario): Promise<RotationEvidence> {
  const start = async () => {
    const client = await startClient(scenario.provider)
    return { ...client, close: client.emulator.close }
  }
  return onFreshStore(start, (client, path) => run(scenario, client, path))
}

async function run(
  scenario: RotationScenario,
  client: RotatedClient,
  path: string,
): Promise<RotationEvidence> {
  const { disturbed, fault, crash, recoveryCrash } = scenario
  const { emulator, accepted, calls } = client
  const before = accepted()
  const isRotation = disturbed === 'rotation'
  const landed = () =>
    fault?.kind !== 'delay' || emulator.calls.some((one) => one.fault === 'delay')

  const calmFirst = isRotation ? undefined : await calmly(path, client, 0, rotate)
  const at = isRotation ? 0 : OVER_MS
  if (fault !== undefined) {
    const operation = fault.at === 'write' ? calls[disturbed] : calls[fault.at]
    emulator.inject({ kind: fault.kind, operation, ...TIMES })
  }
  const first = await openInstance(path, client.providers, {
    crash,
    lateMs: at,
    timed: takesTime(fault?.kind),
    landed,
  })
  const work = isRotation ? rotate(first, client) : due(first)
  const answer = await Promise.race([work, first.crashed])
  emulator.clearFaults()
  await first.close()
  const stands = accepted()

  const second = await openInstance(path, client.providers, {
    crash: recoveryCrash,
    lateMs: at + HOUR_MS,
    timed: fault?.kind === 'delay',
    landed,
  })
  const settling = await Promise.race([sweepUntilSettled(second), second.crashed])
  const passedInRecovery = [...second.passed]
  await second.close()
  await calmly(path, client, at + 2 * HOUR_MS, sweepUntilSettled)

  const wrong: [boolean, string][] = []
  const said = (is: boolean, says: string) => wrong.push([is, says])
  if (isRotation) {
    const applied = appliedOf(await entriesOf(path, client), 'rotate')
    const failed = typeof answer === 'object' && 'code' in answer
    const unknown = failed && answer.code === 'outcome_unknown'
    said(failed && !unknown && applied > 0, 'it was answered as failed, and is applied')
    said(failed && !unknown && stands.length !== before.length, 'it failed and left a secret')
    const value = toldValue(answer)
    said(
      value !== undefined && !stands.includes(value),
      'the value that was returned is not accepted',
    )
    const again = toldValue(await calmly(path, client, 0, rotate))
    said(again === undefined, 'sent again, it returns no value')
    said(value !== undefined && again !== value, 'sent again, it returns another value')
    const left = client.atOnce === 1 ? [again] : [...before, again]
    said(accepted().join() !== left.join(), 'what is accepted is not the old one and the new one')
  } else {
    await calmly(path, client, OVER_MS + 3 * HOUR_MS, due)
    said(
      accepted().join() !== String(toldValue(calmFirst)),
      'the new secret is not the only one left',
    )
  }
  const entries = await entriesOf(path, client)
  said(appliedOf(entries, 'rotate') !== 1, `${appliedOf(entries, 'rotate')} rotations are applied`)
  said(!isRotation && appliedOf(entries, 'retire') !== 1, 'not one retirement is applied')
  said(
    entries.some(({ kind }) => kind === 'outside_change' || kind === 'overlap'),
    'our own doing is taken for that of someone else',
  )
  said(
    entries.some((one) => one.kind === 'outcome' && one.surprises.length > 0),
    'something is not as planned',
  )
  const last = entries.at(-1)
  said(last?.kind === 'intent', 'an intent is open')
  said(!isRotation && last?.standing !== undefined, 'something is still to come')
  const text = JSON.stringify(entries)
  said(
    accepted().some((value) => text.includes(value)),
    'the history holds a value',
  )
  return {
    broken: wrong.flatMap(([is, says]) => (is ? [says] : [])),
    passed: [...first.passed],
    passedInRecovery,
    crashed:
      (crash === undefined || answer === 'crashed') &&
      (recoveryCrash === undefined || settling === 'crashed'),
  }
}

type Told = { readonly value: string | undefined } | { readonly code: string }

const toldValue = (answer: unknown): string | undefined =>
  typeof answer === 'object' && answer !== null && 'value' in answer
    ? (answer as { readonly value?: string }).value
    : undefined

const appliedOf = (entries: readonly Entry[], action: 'rotate' | 'retire') =>
  entries.filter((entry, index) => {
    const next = entries[index + 1]
    const closed = next?.kind === 'outcome' && next.outcome === 'applied'
    return entry.kind === 'intent' && entry.action === action && closed
  }).length

async function rotate({ service }: Instance, client: RotatedClient): Promise<Told> {
  const { ref, providers, atOnce } = client
  const key: Key = keyFor({ kind: 'merge', fields: {} })
  const calm = service.upstreamTimeoutMs === CALM_TIMEOUT_MS
  try {
    const { secret: made } = await rotateSecret(service, {
      ref,
      provider: providers.get(ref.provider) as Provider,
      cutOver: atOnce === 1,
      ...(atOnce === 1 ? {} : { retireAfterSeconds: AFTER_SECONDS }),
      key,
      dryRun: false,
      actor: { subject: 'tester', issuer: 'https://issuer.example' },
      requestId: 'request',
      deadline: service.now() + (calm ? 4 * CALM_TIMEOUT_MS : DEADLINE_MS),
    })
    return { value: made?.value?.reveal() }
  } catch (error) {
    return { code: (error as { code?: string }).code ?? String(error) }
  }
}

/** What is due, as often as it takes. */
async function due({ service }: Instance): Promise<'done'> {
  for (let tries = 0; tries < 20; tries += 1) {
    const { failed } = await carryOutDue(service, new Map())
    if (failed.length === 0) return 'done'
  }
  return 'done'
}

const entriesOf = (path: string, client: RotatedClient) =>
  calmly(path, client, 0, ({ service }) => service.store.entries(resourceOf(client.ref)))
