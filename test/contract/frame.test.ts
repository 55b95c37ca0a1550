/**
 * G1, the frame: from any state of a client, any patch changes settings that it names and no other.
 * Random states (members there or not, with members that no program knows) and random patches over every
 * field that can be set, in every form, against what is really stored behind the provider. What a patch
 * may change is written out by hand (`frame/`), down to the members of objects.
 */

import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FIELD_NAMES } from '../../src/core/client.ts'
import { isLens, type Row } from '../../src/core/mapping/row.ts'
import { parseJsonPatch, parseMergePatch } from '../../src/core/patch/patch.ts'
import { createTally, patience, runs } from '../property.ts'
import { CHOSEN } from '../servers/chosen.ts'
import { measured } from '../servers/figures.ts'
import { changedPaths, isWithin, samples, wholeOf } from './frame/sample.ts'
import { type Bench, openBench } from './service.ts'
import { everySubject, isFramed, type Subject, type SubjectKind } from './subjects.ts'

/** Patches at each provider; the services themselves are asked by `npm run test:servers` alone. */
const SAMPLES = CHOSEN === undefined ? 60 : 300

const framed = (await everySubject()).filter(isFramed)

describe.each<SubjectKind>(framed)('$name', (kind) => {
  let subject: Subject
  let bench: Bench
  const { frame } = kind

  beforeAll(async () => {
    subject = await kind.start()
    bench = await openBench(new Map([['it', subject.provider]]))
  })

  afterAll(async () => {
    await bench?.close()
    await subject?.close()
  })

  it(
    'changes what is named, and nothing else',
    async (context) => {
      const tally = createTally(`frame at ${kind.name}`)
      const fields = createTally(`fields changed at ${kind.name}`)
      await fc.assert(
        fc.asyncProperty(
          samples(kind, frame),
          async ({ record, names, client, operations, touches }) => {
            await subject.put(record)
            subject.elsewhere?.put(names)
            const before = wholeOf(kind, subject)
            const patch =
              operations === undefined ? parseMergePatch(client) : parseJsonPatch([...operations])
            const { outcome, warnings } = await bench.change(subject.ref, {}, { patch })
            const changed = changedPaths(before, wholeOf(kind, subject))
            expect(changed.filter((path) => !isWithin(path, touches))).toEqual([])
            // No one else writes here, so that such a warning would be false.
            expect(warnings.filter(({ code }) => code === 'not_as_planned')).toEqual([])
            // The property would hold of a program that refuses everything: each sample is allowed.
            // A default that is cleared is what it was, in another spelling.
            const isCleared = Object.values(client).every((value) => value === null)
            if (isCleared && outcome === 'unchanged') return tally.add('cleared, and as it was')
            expect(outcome).toBe('applied')
            tally.add(
              operations === undefined ? 'applied as a merge patch' : 'applied as a JSON Patch',
            )
            for (const field of Object.keys(client)) fields.add(field)
          },
        ),
        { numRuns: runs(SAMPLES, CHOSEN === undefined ? 2 : 1) },
      )
      tally.print()
      fields.print()
      measured(context, { kind: kind.name, figure: 'patches', value: `0 of ${tally.total()}` })
    },
    patience(2_000 * SAMPLES),
  )

  it('is tried with every field that can be set', () => {
    const { mapping } = subject.provider
    const settable = FIELD_NAMES.filter(
      (field) => field === 'providerSettings' || isLens(mapping.fields[field] as Row<unknown>),
    )
    const asked = new Set(
      fc
        .sample(samples(kind, frame), { seed: 1, numRuns: 2_000 })
        .flatMap(({ client }) => Object.keys(client)),
    )
    const settled = Object.keys(frame.settled ?? {})
    expect(settable.filter((field) => !asked.has(field))).toEqual(settled)
  })
})
