/**
 * What each provider shows and does not take back, written out once more by the subjects, since the tables of
 * the mappings are what is tested: a rule that is dropped from them fails here.
 */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBench } from './service.ts'
import { PROVIDER_SUBJECTS, type Subject } from './subjects.ts'

const KINDS = PROVIDER_SUBJECTS.flatMap(({ kinds, shownOnly }) =>
  kinds.map((kind) => ({ kind, name: kind.name, shownOnly })),
)

describe.each(KINDS)('what is only shown ($name)', ({ kind, shownOnly }) => {
  let subject: Subject

  beforeAll(async () => {
    subject = await kind.start()
  })
  afterAll(() => subject.close())

  it.each(shownOnly)('%s is refused before anything is sent', async (member) => {
    await subject.put({ ...kind.full, [member]: kind.full[member] ?? 'held' })
    const before = subject.stored()
    const bench = await openBench(new Map([['it', subject.provider]]))
    const attempt = bench.change(subject.ref, { providerSettings: { [member]: 'other' } })
    await expect(attempt).rejects.toMatchObject({
      code: 'read_only_field',
      field: `client.providerSettings.${member}`,
    })
    await bench.close()
    expect(subject.stored()).toEqual(before)
  })
})

const MAPPINGS = PROVIDER_SUBJECTS.flatMap(({ mappings, shownOnly }) =>
  mappings.map((one) => ({ ...one, shownOnly })),
)

it.each(MAPPINGS)(
  'is all that the mapping of $name has for read-only, with what it hides',
  ({ mapping, shownOnly }) => {
    const { readOnlyKeys, mirrorKeys, hiddenKeys } = mapping
    const shown = [...readOnlyKeys, ...mirrorKeys].filter((member) => !hiddenKeys.includes(member))
    // Connections are read beside the client, and are no member of it.
    const own = shown.filter((member) => !member.startsWith('$'))
    expect([...own].sort()).toEqual([...shownOnly].sort())
  },
)
