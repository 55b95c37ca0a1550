/** Undoing, case by case: what goes back, what stays with the one who decided it, and what is reported. */

import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../../src/core/json/json.ts'
import type { Mapping } from '../../src/core/mapping/mapping.ts'
import { undoPatch } from '../../src/core/plan/undo.ts'
import { mapping as auth0 } from '../../src/providers/auth0/mapping.ts'
import { mapping as cognito } from '../../src/providers/cognito/mapping.ts'
import { mapping as hydra } from '../../src/providers/hydra/mapping.ts'
import { mapping as local } from '../../src/providers/local/mapping.ts'
import { fullAuth0Client } from '../fixtures/auth0.ts'
import { fullCognitoClient } from '../fixtures/cognito.ts'
import { fullHydraClient } from '../fixtures/hydra.ts'
import { fullLocalClient } from '../fixtures/local.ts'
import { withMembers } from '../plan.ts'

type Members = Readonly<Record<string, Json | undefined>>

/** One step of what happened: whose it was, and the native members that it left. */
type Step = readonly ['ours' | 'theirs', Members]

/** What an undo of our steps asks for after all steps. */
function undo(mapping: Mapping, start: JsonObject, ...steps: readonly Step[]) {
  const ours: { base: JsonObject; next: JsonObject }[] = []
  let now = start
  for (const [who, members] of steps) {
    const next = withMembers(now, members)
    if (who === 'ours') ours.unshift({ base: now, next })
    now = next
  }
  return undoPatch(mapping, now, ours)
}

const undoLocal = (...steps: readonly Step[]) => undo(local, fullLocalClient, ...steps)
const undoAuth0 = (...steps: readonly Step[]) => undo(auth0, fullAuth0Client, ...steps)
const undoCognito = (...steps: readonly Step[]) => undo(cognito, fullCognitoClient, ...steps)

const uri = (name: string) => `https://${name}.example.com/callback`
const [APP, A, B, C] = [uri('app'), uri('a'), uri('b'), uri('c')]
/** The clause of the mapping's own sentence. */
const NO_WAY_BACK = 'the provider has no way back to its default; set a value instead'
const overwritten = (field: string) => ({ field, why: 'someone else has changed it since' })

describe('one value', () => {
  it('is as it was before the oldest change', () => {
    expect(undoLocal(['ours', { client_name: 'A' }], ['ours', { client_name: 'B' }])).toEqual({
      fields: { name: 'Example' },
      blocked: [],
    })
  })

  it('is left alone, and reported, where someone else has set it since', () => {
    const steps: Step[] = [
      ['ours', { client_name: 'A', description: 'A' }],
      ['theirs', { client_name: 'B' }],
    ]
    expect(undoLocal(...steps)).toEqual({
      fields: { description: 'An example' },
      blocked: [overwritten('name')],
    })
  })

  it('goes back as far as someone else came in between', () => {
    const between: Step[] = [
      ['ours', { client_name: 'A' }],
      ['theirs', { client_name: 'B' }],
      ['ours', { client_name: 'C' }],
    ]
    expect(undoLocal(...between)).toEqual({ fields: { name: 'B' }, blocked: [overwritten('name')] })
  })

  it('is not reported as overwritten where someone else had brought back what was there', () => {
    const back: Step[] = [
      ['ours', { client_name: 'A' }],
      ['theirs', { client_name: 'Example' }],
      ['ours', { client_name: 'C' }],
    ]
    expect(undoLocal(...back)).toEqual({ fields: { name: 'Example' }, blocked: [] })
  })

  it('stays with the one who decided it, also for changes older than that', () => {
    const steps: Step[] = [
      ['ours', { response_modes: ['a@example.com'] }],
      ['ours', { response_modes: undefined }],
      ['theirs', { response_modes: ['a@example.com'] }],
    ]
    expect(undoLocal(...steps)).toEqual({
      fields: {},
      blocked: [overwritten('providerSettings.response_modes')],
    })
  })

  it('that is no list before, after or now is decided as a whole', () => {
    const one: Json = ['a@example.com']
    const two: Json = ['b@example.com']
    for (const [was, became, is] of [
      [undefined, one, two],
      [one, undefined, two],
      [one, two, undefined],
    ]) {
      const start = withMembers(fullLocalClient, { response_modes: was })
      const steps: Step[] = [
        ['ours', { response_modes: became }],
        ['theirs', { response_modes: is }],
      ]
      expect(undo(local, start, ...steps)).toEqual({
        fields: {},
        blocked: [overwritten('providerSettings.response_modes')],
      })
    }
  })

  it('that only follows others is not asked for', () => {
    const { fields } = undoCognito(['ours', { AllowedOAuthFlows: ['implicit'] }])
    expect(fields).toEqual({ grantTypes: ['authorization_code', 'refresh_token'] })
    expect(undoAuth0(['ours', { is_first_party: false }])).toEqual({ fields: {}, blocked: [] })
  })
})

describe('a list', () => {
  it('loses what we added and gets back what we removed, and keeps what others did', () => {
    const steps: Step[] = [
      ['ours', { redirect_uris: [A, B] }],
      ['theirs', { redirect_uris: [A, B, C] }],
    ]
    expect(undoLocal(...steps)).toEqual({ fields: { callbacks: [C, APP] }, blocked: [] })
  })

  it('has nothing to give back where others have done so', () => {
    const steps: Step[] = [
      ['ours', { redirect_uris: [A, B] }],
      ['theirs', { redirect_uris: [APP, C] }],
    ]
    expect(undoLocal(...steps)).toEqual({ fields: {}, blocked: [] })
  })

  it('keeps a value that others took away and we had brought and taken before', () => {
    const steps: Step[] = [
      ['ours', { redirect_uris: [APP, A] }],
      ['ours', { redirect_uris: [APP] }],
      ['theirs', { redirect_uris: [APP, A] }],
    ]
    expect(undoLocal(...steps)).toEqual({ fields: {}, blocked: [] })
  })

  it('stays without a value that others took away and we had taken and brought before', () => {
    const steps: Step[] = [
      ['ours', { redirect_uris: [A] }],
      ['ours', { redirect_uris: [A, APP] }],
      ['theirs', { redirect_uris: [A, B] }],
    ]
    expect(undoLocal(...steps)).toEqual({ fields: { callbacks: [B] }, blocked: [] })
  })

  it('is judged value by value once others have decided one, though it looks as we left it', () => {
    const steps: Step[] = [
      ['ours', { redirect_uris: [APP, A] }],
      ['theirs', { redirect_uris: [APP] }],
      ['theirs', { redirect_uris: [APP, A, B] }],
      ['ours', { redirect_uris: [APP, A, B, C] }],
      ['theirs', { redirect_uris: [APP, A, C] }],
    ]
    expect(undoLocal(...steps)).toEqual({ fields: { callbacks: [APP] }, blocked: [] })
    const emptied: Step[] = [
      ['ours', { redirect_uris: [APP, A] }],
      ['theirs', { redirect_uris: [APP, B] }],
      ['ours', { redirect_uris: [A, B] }],
      ['theirs', { redirect_uris: [APP, A] }],
    ]
    expect(undoLocal(...emptied)).toEqual({ fields: { callbacks: [APP] }, blocked: [] })
  })
})

describe('a secret', () => {
  const other = 'b-secret-b-secret-b-secret-b-secret-b-secret'

  it('goes back to the one before, itself and not its fingerprint', () => {
    expect(undoLocal(['ours', { client_secret: other }])).toEqual({
      fields: { secret: fullLocalClient.client_secret },
      blocked: [],
    })
  })

  it('that was not there before stays, and that is reported', () => {
    const bare = withMembers(fullLocalClient, { client_secret: undefined })
    expect(undo(local, bare, ['ours', { client_secret: other, client_name: 'A' }])).toEqual({
      fields: { name: 'Example' },
      blocked: [{ field: 'secret', why: 'the provider has no way to remove a secret' }],
    })
  })

  it('that no read shows stays as it is, and that is reported', () => {
    const start = withMembers(fullHydraClient, { client_secret: 'a-secret-a-secret-a-secret' })
    expect(undo(hydra, start, ['ours', { client_secret: other, client_name: 'A' }])).toEqual({
      fields: { name: fullHydraClient.client_name },
      blocked: [
        {
          field: 'secret',
          why: 'the provider shows no secrets, so the previous one is unknown',
        },
      ],
    })
  })

  it('inside the settings goes back with them', () => {
    const at = (secret: string, audience: string) => ({
      addons: { samlp: { audience }, azure_sb: { sasKey: secret, entityPath: 'a' } },
    })
    const start = withMembers(fullAuth0Client, at('one', 'a'))
    expect(undo(auth0, start, ['ours', at('two', 'b')])).toEqual({
      fields: {
        providerSettings: { addons: { samlp: { audience: 'a' }, azure_sb: { sasKey: 'one' } } },
      },
      blocked: [],
    })
  })

  it('that no field shows is reported where it cannot go back', () => {
    const start = withMembers(fullLocalClient, { live_secrets: ['one'] })
    const { fields, blocked } = undo(local, start, ['ours', { live_secrets: ['two'] }])
    expect(fields).toEqual({})
    expect(blocked.map(({ field }) => field)).toEqual(['providerSettings.live_secrets'])
  })
})

describe('settings of the provider', () => {
  it('go back by a patch of what differs in them only', () => {
    const before = { deep: { kept: 1, changed: 1, gone: 1 }, gone: { a: 1 }, kept: [1], list: [1] }
    const after = { deep: { kept: 1, changed: 2, come: 2 }, come: 2, kept: [1], list: [2] }
    const start = withMembers(fullCognitoClient, { MemberOfTomorrow: before })
    expect(undo(cognito, start, ['ours', { MemberOfTomorrow: after }])).toEqual({
      fields: {
        providerSettings: {
          MemberOfTomorrow: {
            deep: { changed: 1, gone: 1, come: null },
            gone: { a: 1 },
            come: null,
            list: [1],
          },
        },
      },
      blocked: [],
    })
  })

  it('that are a list or a text go back whole', () => {
    const steps: Step[] = [['ours', { client_aliases: ['x'], organization_usage: 'require' }]]
    expect(undoAuth0(...steps)).toEqual({
      fields: {
        providerSettings: { client_aliases: ['example-alias'], organization_usage: 'allow' },
      },
      blocked: [],
    })
  })

  it('that became an object, or were one, go back whole', () => {
    const text = { MemberOfTomorrow: 'text' }
    const start = withMembers(fullCognitoClient, text)
    expect(undo(cognito, start, ['ours', { MemberOfTomorrow: { a: 1 } }]).fields).toEqual({
      providerSettings: text,
    })
    expect(undoCognito(['ours', text]).fields).toEqual({
      providerSettings: { MemberOfTomorrow: fullCognitoClient.MemberOfTomorrow },
    })
  })

  it('of which a field is made go back by the rest of them, and the field by itself', () => {
    const jwt = { alg: 'RS256', lifetime_in_seconds: 36_000, secret_encoded: false }
    const steps: Step[] = [
      ['ours', { jwt_configuration: { ...jwt, lifetime_in_seconds: 600, secret_encoded: true } }],
    ]
    expect(undoAuth0(...steps)).toEqual({
      fields: {
        idTokenLifetime: 36_000,
        providerSettings: { jwt_configuration: { secret_encoded: false } },
      },
      blocked: [],
    })
  })

  it('that the provider cannot clear are reported, and the others go back', () => {
    const steps: Step[] = [['ours', { sso: true, organization_usage: 'require' }]]
    expect(undoAuth0(...steps)).toEqual({
      fields: { providerSettings: { organization_usage: 'allow' } },
      blocked: [{ field: 'providerSettings.sso', why: NO_WAY_BACK }],
    })
  })
})

describe('metadata', () => {
  it('that went is given back, and what came is taken away, in one patch', () => {
    const steps: Step[] = [['ours', { metadata: { a: '1', b: '2' } }]]
    expect(undoLocal(...steps)).toEqual({
      fields: { clientMetadata: { team: 'identity', tier: 'gold', a: null, b: null } },
      blocked: [],
    })
  })

  it('goes back key by key, with dots in the keys', () => {
    const start = withMembers(fullLocalClient, { metadata: { 'a.b': 'x', team: 'a', tier: 'c' } })
    const steps: Step[] = [
      ['ours', { metadata: { 'a.b': 'y', team: 'b', fresh: 'z', tier: 'c' } }],
      ['theirs', { metadata: { 'a.b': 'y', team: 'theirs', fresh: 'z', tier: 'd' } }],
    ]
    expect(undo(local, start, ...steps)).toEqual({
      fields: { clientMetadata: { 'a.b': 'x', fresh: null } },
      blocked: [overwritten('clientMetadata.team')],
    })
  })
})

describe('what hangs together', () => {
  it('is asked for together, though the provider would not take each by itself', () => {
    const steps: Step[] = [['ours', { CallbackURLs: [A], DefaultRedirectURI: A }]]
    const start = withMembers(fullCognitoClient, { DefaultRedirectURI: APP })
    expect(undo(cognito, start, ...steps)).toEqual({
      fields: { callbacks: [APP], defaultCallback: APP },
      blocked: [],
    })
  })

  it('is reported with the reason of the provider where it cannot be taken, without its path', () => {
    const start = withMembers(fullAuth0Client, { app_type: undefined })
    expect(undo(auth0, start, ['ours', { app_type: 'spa', name: 'B' }])).toEqual({
      fields: { name: 'Example' },
      blocked: [{ field: 'appType', why: NO_WAY_BACK }],
    })
  })

  it('is reported with the path where the sentence of the mapping has no clause of its own', () => {
    const start = withMembers(fullLocalClient, { redirect_uris: ['http://a.example.com/'] })
    const { fields, blocked } = undo(local, start, ['ours', { redirect_uris: [A] }])
    expect(fields).toEqual({})
    expect(blocked.map(({ field }) => field)).toEqual(['callbacks'])
    expect(blocked[0]?.why).toMatch(/^client\.callbacks\[0\] must .*[^.]$/)
  })

  it('of which someone else broke a rule before goes back all the same', () => {
    const broken = { DefaultRedirectURI: uri('gone') }
    const steps: Step[] = [
      ['ours', { ClientName: 'B' }],
      ['theirs', broken],
    ]
    expect(undoCognito(...steps)).toEqual({ fields: { name: 'Example' }, blocked: [] })
  })
})
