/**
 * G1: mutants of the update body, by hand: whichever member a body builder forgets, and whichever read-only one it
 * sends, the comparison by which the suites judge a change names it. So those suites cannot pass with such a
 * program.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import { fieldOfPath, MAPPED_FIELDS } from '../../src/core/mapping/mapping.ts'
import { isLens, type Row } from '../../src/core/mapping/row.ts'
import { SETTINGS as COGNITO_SETTINGS } from '../../src/emulators/cognito/members.ts'
import { mapping as auth0 } from '../../src/providers/auth0/mapping.ts'
import { mapping as cognito } from '../../src/providers/cognito/mapping.ts'
import { mapping as local } from '../../src/providers/local/mapping.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { withMembers } from '../plan.ts'
import type { Samples } from './samples.ts'
import { openBench } from './service.ts'
import { differences, SAMPLES, type Subject, type SubjectKind, subjectNamed } from './subjects.ts'

type Edit = (body: Record<string, Json>) => void
type Members = Readonly<Record<string, Json | undefined>>

/** The same provider, whose first update of the client itself carries another body. */
function broken(provider: Provider, edit: Edit): Provider {
  return {
    ...provider,
    steps: (ref, base, next) => {
      const steps = provider.steps(ref, base, next)
      const update = steps.find(({ request }) => !request.target.includes('/connections/'))
      // What a step sends is the very object that it shows.
      if (update !== undefined) edit(update.request.body as Record<string, Json>)
      return steps
    },
  }
}

const lacking =
  (member: string): Edit =>
  (body) => {
    delete body[member]
  }
const sending =
  (member: string, value: Json): Edit =>
  (body) => {
    body[member] = value
  }

/** A subject, and a way to change its client through a provider that is broken as an edit says. */
function useSubject(kind: SubjectKind) {
  let subject: Subject

  beforeAll(async () => {
    subject = await kind.start()
  })
  afterAll(() => subject.close())

  return async (record: JsonObject, client: object, edit: Edit) => {
    await subject.put(record)
    const before = shown(subject.stored())
    const bench = await openBench(new Map([['it', broken(subject.provider, edit)]]))
    const planned = await bench.change(subject.ref, client, { dryRun: true })
    const attempt = await bench.change(subject.ref, client).then(
      ({ warnings }) => ({ warnings: warnings.map(({ code }) => code), code: undefined }),
      ({ code }: { code: string }) => ({ warnings: [], code }),
    )
    await bench.close()
    const stored = shown(subject.stored())
    return {
      ...attempt,
      /** What differs from before, and from what was planned. */
      changed: differences(kind, before, stored),
      unplanned: differences(kind, shown(planned.native), stored).filter(
        (name) =>
          ![
            ...subject.provider.mapping.volatileKeys,
            // They move with what they are copies of.
            ...subject.provider.mapping.mirrorKeys,
          ].includes(name),
      ),
    }
  }
}

/** Without what a provider's `read` adds to the stored record. */
const shown = (record: JsonObject) =>
  Object.fromEntries(Object.entries(record).filter(([name]) => !name.startsWith('$')))

function kindOf(name: string): SubjectKind {
  const kind = subjectNamed(name)
  return kind
}

/** Other values of settings that have no attribute of their own. */
const AUTH0_SETTINGS: JsonObject = {
  addons: { samlp: { audience: 'https://other.example.com' } },
  allowed_clients: ['anotherClient'],
  client_aliases: ['another-alias'],
  cross_origin_authentication: true,
  custom_login_page_on: false,
  is_token_endpoint_ip_header_trusted: true,
  jwt_configuration: { secret_encoded: true },
  mobile: { ios: { team_id: 'ZYXWV54321' } },
  native_social_login: { apple: { enabled: true } },
  oidc_logout: { backchannel_logout_urls: ['https://other.example.com/backchannel'] },
  organization_require_behavior: 'pre_login_prompt',
  organization_usage: 'require',
  sso_disabled: true,
}
const LOCAL_SETTINGS: JsonObject = {
  backchannel_logout_uri: 'https://other.example.com/backchannel',
  default_max_age: 60,
}

describe('where omission resets (cognito)', () => {
  const kind = kindOf('cognito')
  const change = useSubject(kind)
  const oauthOff: Members = { AllowedOAuthFlowsUserPoolClient: false }

  /** What a client must be like for the service to take a body that lacks the member. */
  const STATES: Readonly<Record<string, Members>> = {
    CallbackURLs: { ...oauthOff, AllowedOAuthFlows: undefined },
    AllowedOAuthFlows: oauthOff,
    AllowedOAuthScopes: oauthOff,
    DefaultRedirectURI: { DefaultRedirectURI: 'https://app.example.com/callback' },
    // In hours, the unit that holds when none is given.
    TokenValidityUnits: { AccessTokenValidity: 6, IdTokenValidity: 7 },
    RefreshTokenRotation: {
      RefreshTokenRotation: { Feature: 'ENABLED', RetryGracePeriodSeconds: 30 },
      ExplicitAuthFlows: ['USER_PASSWORD_AUTH'],
    },
  }

  it.each([...Object.keys(COGNITO_SETTINGS), 'MemberOfTomorrow'])(
    'a body without %s is noticed by exactly that member',
    async (member) => {
      const record = withMembers(kind.full, STATES[member] ?? {})
      expect(record[member]).toBeDefined()
      const intact = await change(record, { name: 'Renamed' }, () => {})
      expect(intact).toMatchObject({ changed: ['ClientName'], unplanned: [] })
      const forgetful = await change(record, { name: 'Renamed' }, lacking(member))
      expect(forgetful.changed.filter((name) => name !== 'ClientName')).toEqual([member])
      expect(forgetful.unplanned).toEqual([member])
    },
  )

  it.each([...cognito.readOnlyKeys, 'ClientSecrets'])(
    'a body with %s, which is read-only, is refused',
    async (member) => {
      const sent = sending(member, kind.full[member] ?? [])
      const meddling = await change(kind.full, { name: 'Renamed' }, sent)
      expect(meddling).toMatchObject({ code: 'provider_refused', changed: [] })
    },
  )
})

describe.each([
  {
    name: 'auth0',
    mapping: auth0,
    settings: AUTH0_SETTINGS,
    // A deprecated spelling of oidc_logout.
    told: { oidc_backchannel_logout: { backchannel_logout_urls: ['https://x.example.com/'] } },
  },
  {
    name: 'local',
    mapping: local,
    settings: LOCAL_SETTINGS,
    // The provider is a part of this program and refuses nothing.
    told: { client_id: 'another', client_id_issued_at: 1 },
  },
] as const)('where omission keeps ($name)', ({ name, mapping, settings, ...kinds }) => {
  const told: JsonObject = kinds.told
  const kind = kindOf(name)
  const change = useSubject(kind)
  const samples = SAMPLES[name] as Samples
  const patches: (readonly [string, JsonObject])[] = [
    ...MAPPED_FIELDS.filter((field) => isLens(mapping.fields[field] as Row<unknown>))
      // Connections are changed in calls of their own.
      .filter((field) => field !== 'supportedIdp')
      .map((field) => [field, { [field]: samples[field] as Json }] as const),
    ...Object.entries(settings).map(
      ([setting, value]) => [setting, { providerSettings: { [setting]: value } }] as const,
    ),
  ]

  // Time stamps that every write sets anew, and what is read beside the client, are in no body.
  const readOnly = mapping.readOnlyKeys.filter(
    (member) => member !== 'updated_at' && !member.startsWith('$'),
  )

  it.each(patches)(
    'a body without what holds %s is noticed by exactly that',
    async (what, patch) => {
      // Together with another member, since a body must not be empty.
      const beside = what === 'logoUri' ? 'initiateLoginUri' : 'logoUri'
      const client = { [beside]: 'https://beside.example.com/', ...patch }
      let sent: readonly string[] = []
      const intact = await change(kind.full, client, (body) => {
        sent = Object.keys(body)
      })
      expect(intact).toMatchObject({ warnings: [], unplanned: [] })
      const members = sent.filter((member) => fieldOfPath(mapping, member) !== beside)
      expect(members.length).toBeGreaterThan(0)
      for (const member of members) {
        const forgetful = await change(kind.full, client, lacking(member))
        expect(forgetful.unplanned).toEqual([member])
        expect(forgetful.code).toBe('partly_applied')
      }
    },
  )

  it.each(readOnly)(
    'a body with %s, which is read-only, is refused or reported',
    async (member) => {
      const value = told[member] ?? false
      const meddling = await change(kind.full, { name: 'Renamed' }, sending(member, value))
      if (member in told) expect(meddling.changed).toContain(member)
      else expect(meddling).toMatchObject({ code: 'provider_refused', changed: [] })
    },
  )
})
