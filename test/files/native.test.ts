/** Records as each provider spells them become client files that say what the provider holds. */

import { describe, expect, it } from 'vitest'
import { showClient } from '../../src/core/mapping/mapping.ts'
import { planChange } from '../../src/core/plan/plan.ts'
import { parseClientFile } from '../../src/files/client-file.ts'
import { convertNative, nativeRecords } from '../../src/files/native.ts'
import { type Capabilities, renderClientFile } from '../../src/files/render.ts'
import { capabilitiesOf } from '../../src/http/routes/providers.ts'
import { PROVIDER_SUBJECTS } from '../contract/subjects.ts'

const MAPPINGS = PROVIDER_SUBJECTS.flatMap(({ mappings }) => mappings)

describe.each(MAPPINGS)('of $name', ({ mapping, native }) => {
  const place = { provider: 'there' }
  const capabilities = capabilitiesOf(mapping) as unknown as Capabilities
  const convert = (record = native) => {
    const [read = {}] = nativeRecords('clients.json', JSON.stringify([record]))
    return convertNative(mapping, read, { place, path: 'clients.json', capabilities })
  }

  it('a file changes nothing of the client that it was made of, and holds no secret', () => {
    const { live, capabilities: said } = convert()
    const text = renderClientFile(live, said)
    const { client, id } = parseClientFile('file.yaml', text)
    expect(id).toBe(showClient(mapping, native).id)
    const patch = { kind: 'merge' as const, fields: client }
    expect(planChange(mapping, native, patch).unchanged).toBe(true)
    const secret = showClient(mapping, native).secret?.reveal() ?? '-none-'
    expect(text).not.toContain(secret)
  })

  it('a record without a member gives no attribute that would clear it', () => {
    const [id = ''] = 'keys' in mapping.fields.id ? mapping.fields.id.keys : []
    const { live, capabilities: said } = convert({ [id]: 'bare' })
    const { client } = parseClientFile('file.yaml', renderClientFile(live, said))
    const patch = { kind: 'merge' as const, fields: client }
    expect(planChange(mapping, native, patch).unchanged).toBe(true)
  })
})
