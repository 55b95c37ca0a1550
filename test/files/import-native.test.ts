/** Records as each provider spells them become client files that say what the provider holds. */

import { describe, expect, it } from 'vitest'
import { FIELDS, type FieldName } from '../../src/core/client.ts'
import { kindOf } from '../../src/core/client-kind.ts'
import { type Json, type JsonObject, same } from '../../src/core/json/json.ts'
import { showClient } from '../../src/core/mapping/mapping.ts'
import { opened } from '../../src/core/mapping/opened.ts'
import { planChange } from '../../src/core/plan/plan.ts'
import { parseClientFile } from '../../src/files/client-file.ts'
import { clientText } from '../../src/files/import/client-text.ts'
import { FORMATS } from '../../src/files/import/formats.ts'
import { readNative } from '../../src/files/import/native.ts'
import type { Capabilities } from '../../src/files/render.ts'
import { capabilitiesOf } from '../../src/http/routes/providers.ts'
import { mappingOf } from '../../src/providers/configured.ts'
import { PROVIDER_SUBJECTS } from '../contract/subjects.ts'
import { recordedAuth0Clients } from './recorded.ts'

const MAPPINGS = PROVIDER_SUBJECTS.flatMap(({ mappings }) => mappings)

describe.each(MAPPINGS)('of $name', ({ mapping, native }) => {
  const capabilities = capabilitiesOf(mapping) as unknown as Capabilities
  const imported = (record: object = native) => {
    const source = { path: 'clients.json', text: JSON.stringify([record]) }
    const [client = { about: '', native: {} }] = readNative([source]).clients
    const place = { provider: 'there' }
    return clientText(client, { mapping, capabilities, place, isList: () => false })
  }

  it('a file changes nothing of the client that it was made of, and holds no secret', () => {
    const { text } = imported()
    const { client, id } = parseClientFile('file.yaml', text)
    expect(id).toBe(showClient(mapping, native).id)
    const patch = { kind: 'merge' as const, fields: client }
    expect(planChange(mapping, native, patch).unchanged).toBe(true)
    const secret = showClient(mapping, native).secret?.reveal() ?? '-none-'
    expect(text).not.toContain(secret)
  })

  it('a record without a member gives no attribute that would clear it', () => {
    const [id = ''] = 'keys' in mapping.fields.id ? mapping.fields.id.keys : []
    const { client } = parseClientFile('file.yaml', imported({ [id]: 'bare' }).text)
    const patch = { kind: 'merge' as const, fields: client }
    expect(planChange(mapping, native, patch).unchanged).toBe(true)
  })

  it('what no file can set is reported, and nothing is lost without a word', () => {
    const { text, losses } = imported({ ...native, of_no_table: 1 })
    const { client } = parseClientFile('file.yaml', text)
    const said = new Set(losses.flatMap(({ what }) => [what, what.split('.')[0] ?? '']))
    expect(said).toContain('of_no_table')
    const fields = Object.keys(client)
    const raw = (client.providerSettings ?? {}) as JsonObject
    const settings = Object.keys(opened(raw, mapping.opened ?? []))
    const rows = Object.entries(mapping.fields)
    const isSaid = (field: string) =>
      field === 'id' ||
      // The kind of the file says it where no one can set it.
      (field === 'appType' && kindOf(showClient(mapping, native)) !== undefined) ||
      fields.includes(field) ||
      losses.some(({ what }) => what === `client.${field}`) ||
      // What cannot be set and is as it is for every client anyway.
      same(
        showClient(mapping, native)[field as FieldName] as Json,
        FIELDS[field as FieldName].empty as Json,
      )
    const silent = Object.keys(native).filter((name) => {
      const isField = rows.some(
        ([field, row]) =>
          'keys' in row &&
          row.keys.some((key) => [key, key.split('.')[0]].includes(name)) &&
          isSaid(field),
      )
      return !isField && !settings.includes(name) && !said.has(name)
    })
    // What only says whether there is a secret, or stands beside the id, is no setting.
    expect(silent.filter((name) => !mapping.hiddenKeys.includes(name))).toEqual([])
  })
})

it('every recorded Auth0 client is what its own record says, as JSON and in a tenant of auth0-deploy-cli', async () => {
  const mapping = await mappingOf('auth0')
  const capabilities = capabilitiesOf(mapping) as unknown as Capabilities
  const place = { provider: 'auth0' }
  for (const recorded of recordedAuth0Clients()) {
    // Auth0 shows one setting under two names, of which it takes the newer; older recordings have one.
    const { cross_origin_auth: older = null, oidc_backchannel_logout: logout = null } = recorded
    const newer = { cross_origin_authentication: older, oidc_logout: logout }
    const said = Object.entries(newer).filter(([, value]) => value !== null)
    const record = { ...Object.fromEntries(said), ...recorded }
    for (const [format, text] of [
      ['native', JSON.stringify(record)],
      ['auth0-deploy-cli', JSON.stringify({ clients: [record] })],
    ] as const) {
      const sources = [{ path: 'a.json', text }]
      const [client] = FORMATS[format]?.read(sources, () => undefined).clients ?? []
      if (client === undefined) expect.fail(`${format} read no client`)
      const file = clientText(client, { mapping, capabilities, place, isList: () => false })
      const fields = parseClientFile('a.yaml', file.text).client
      const plan = planChange(mapping, record, { kind: 'merge', fields })
      if (!plan.unchanged) expect({ format, ...plan.next }).toEqual({ format, ...record })
    }
  }
})
