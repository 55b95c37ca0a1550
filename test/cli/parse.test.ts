/** How a command line is read: ids are words, whatever they begin with, and what looks like an option is one. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Command } from '../../src/cli/command.ts'
import { UsageError } from '../../src/cli/exit.ts'
import { parseLine } from '../../src/cli/parse.ts'
import { runs } from '../property.ts'

const command = {
  name: 'jobs pause',
  takes: [{ name: 'JOB' }],
  options: ['json', 'owner'],
} as unknown as Command

/** Ids in base64url, as those of jobs that were submitted with a key. */
const dashed = fc.stringMatching(/^-[A-Za-z0-9_][\w-]{30}$/)

describe('an id that begins with a dash', () => {
  it('is a word, and a value', () => {
    fc.assert(
      fc.property(dashed, dashed, (id, owner) => {
        const line = parseLine(command, [id, '--json', '--owner', owner])
        expect(line).toEqual({ words: [id], options: { json: true, owner } })
        expect(parseLine(command, [`--owner=${owner}`, id]).words).toEqual([id])
      }),
      { numRuns: runs() },
    )
  })

  it.each([['-h'], ['-v'], ['--jsn'], ['--a-long-option-that-there-is-not']])(
    '%s is none',
    (word) => {
      expect(() => parseLine(command, ['job', word])).toThrow(UsageError)
    },
  )
})
