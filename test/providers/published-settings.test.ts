/** Settings and values that the published models have since 2026 (npm `auth0` 7.1.0, botocore 1.44.8). */

import { expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { openBench } from '../contract/service.ts'
import { SUBJECTS } from '../contract/subjects.ts'

const SETTINGS: readonly [string, JsonObject][] = [
  ['auth0', { anonymous_sessions: { active: true } }],
  ['auth0', { b2b_integration_configuration: { integration_type: 'third_party' } }],
  [
    'cognito',
    { ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH', 'ALLOW_TOKEN_EXCHANGE_DELEGATION'] },
  ],
  [
    'cognito',
    { ExplicitAuthFlows: ['ALLOW_REFRESH_TOKEN_AUTH', 'ALLOW_TOKEN_EXCHANGE_IMPERSONATION'] },
  ],
]

it.each(SETTINGS)('%s takes %j, and nothing else changes', async (name, settings) => {
  const kind = SUBJECTS.find((one) => one.name === name)
  const subject = await kind?.start()
  if (subject === undefined) throw new Error(`No subject is called ${name}`)
  const bench = await openBench(new Map([['it', subject.provider]]))
  try {
    const before = subject.stored()
    const change = await bench.change(subject.ref, { providerSettings: settings })
    expect(change).toMatchObject({ outcome: 'applied', warnings: [] })
    const { LastModifiedDate: _, updated_at: __, ...after } = subject.stored()
    expect({ ...before, ...after }).toEqual({ ...before, ...settings })
    expect(Object.keys(before)).toEqual(
      expect.arrayContaining(Object.keys(after).filter((key) => !(key in settings))),
    )
  } finally {
    await bench.close()
    await subject.close()
  }
})
