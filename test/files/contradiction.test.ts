/**
 * Two lines of a file that contradict each other are refused by the plan that would bring them about, at every provider, and
 * not by the one after it; a dry run shows what one of them takes away.
 */

import { afterEach, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import type { Mapping } from '../../src/core/mapping/mapping.ts'
import type { Lens } from '../../src/core/mapping/row.ts'
import { planChange } from '../../src/core/plan/plan.ts'
import type { ClientFile } from '../../src/files/client-file.ts'
import { mapping as okta } from '../../src/providers/okta/mapping.ts'
import { subjectNamed } from '../contract/subjects.ts'
import { openTenants, read } from './tenants.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** A client of a provider, with its file. */
async function worldOf(name: string, record: (full: JsonObject) => JsonObject) {
  const kind = subjectNamed(name)
  const subject = await kind.start()
  const tenants = await openTenants(new Map([['here', subject.provider]]))
  closing.push(subject.close, tenants.close)
  await subject.put(record(kind.full))
  const all = await tenants.exported('here')
  const [file] = read(all.filter(({ text }) => text.includes(String(subject.ref.id))))
  if (file === undefined) throw new Error('no file')
  return { tenants, file, id: String(subject.ref.id) }
}

const withClient = (file: ClientFile, client: JsonObject): ClientFile => ({
  ...file,
  client: { ...file.client, ...client },
})

it('at Okta: refresh_token leaves the grant types, and the rotation of its tokens stays', async () => {
  const refresh = 'settings.oauthClient.refresh_token'
  const { tenants, file, id } = await worldOf('okta', (full) => ({
    ...full,
    'settings.oauthClient.grant_types': ['authorization_code', 'refresh_token'],
    [`${refresh}.rotation_type`]: 'ROTATE',
    [`${refresh}.leeway`]: 20,
  }))
  const grants = { grantTypes: ['authorization_code'] }
  const { items, faults } = await tenants.plan([withClient(file, grants)])
  expect(items).toEqual([])
  expect(faults).toMatchObject([
    { about: file.path, client: `here/${id}`, field: 'client.refreshTokenRotation' },
  ])
  expect(faults[0]?.says).toContain('needs refresh_token in client.grantTypes')
  const { body } = await tenants.api.updateClient({ provider: 'here', id }, grants, {
    dryRun: true,
  })
  expect(body.client.refreshTokenRotation).toBeNull()
  expect(body.changes.map(({ field }) => field)).toContain('refreshTokenRotation')
  // Both lines together say what is meant.
  const whole = withClient(file, { ...grants, refreshTokenRotation: null })
  const { failures } = await tenants.apply([whole])
  expect(failures).toEqual([])
  expect(await tenants.plan([whole])).toMatchObject({ items: [], faults: [], kept: [] })
})

it('at Cognito: a setting that comes with an edit and that the file excludes is a line that is missing', async () => {
  const { tenants, file } = await worldOf('cognito', ({ ExplicitAuthFlows: _, ...full }) => ({
    ...full,
    RefreshTokenRotation: { Feature: 'DISABLED', RetryGracePeriodSeconds: 0 },
  }))
  const rotating = withClient(file, { refreshTokenRotation: { enabled: true, graceSeconds: 0 } })
  const { items, faults } = await tenants.plan([rotating])
  expect(items).toEqual([])
  expect(faults).toMatchObject([
    { about: file.path, field: 'client.providerSettings.ExplicitAuthFlows' },
  ])
  const [, line = ''] = /name it there: (.*)$/.exec(faults[0]?.says ?? '') ?? []
  const settings = { ...(file.client.providerSettings as JsonObject) }
  const whole = withClient(rotating, {
    providerSettings: { ...settings, ExplicitAuthFlows: JSON.parse(line) },
  })
  const { failures } = await tenants.apply([whole])
  expect(failures).toEqual([])
  expect(await tenants.plan([whole])).toMatchObject({ items: [], faults: [], kept: [] })
})

/** A provider that forgets the description of a client whose users are asked. */
const FORGETFUL: Mapping = {
  ...okta,
  fields: {
    ...okta.fields,
    firstParty: {
      ...(okta.fields.firstParty as Lens<boolean>),
      put: (value) => ({
        'settings.oauthClient.consent_method': value ? 'TRUSTED' : 'REQUIRED',
        'settings.notes.admin': null,
      }),
    },
  },
}

it.each<[string, JsonObject]>([
  ['a value that is set', { description: 'New', firstParty: false }],
  ['a value that is to stay', { description: 'Mine', firstParty: false }],
])('no provider is sent a patch whose one part takes away another: %s', (_, fields) => {
  const { full } = subjectNamed('okta')
  const consent = { 'settings.oauthClient.consent_method': 'TRUSTED' }
  const base = { ...full, ...consent, 'settings.notes.admin': 'Mine' }
  const plan = () => planChange(FORGETFUL, base, { kind: 'merge', fields })
  expect(plan).toThrow(
    /^client\.description cannot be as asked for together with client\.firstParty/,
  )
  // Alone, each is planned; and the default of a provider follows from whatever else is asked for.
  for (const one of [{ firstParty: false }, { description: null, firstParty: false }]) {
    const { next } = planChange(FORGETFUL, base, { kind: 'merge', fields: one })
    expect(next['settings.notes.admin']).toBeNull()
  }
})
