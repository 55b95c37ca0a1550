/** `npm test`: everything, the long enumerations and properties as samples (docs/decisions/0057). */

import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { IN_MEMORY } from './test/memory.ts'

/** No socket, no store, no process: they need no build, and share what they import. */
const PURE = ['test/core/**/*.test.ts']

/** They change their process, or leave something behind in it, so that each has one of its own. */
export const ALONE = [
  'test/contract/{dynamodb,earlier-stores,entries,frame,providers,registrations,seen,stores}.test.ts',
  'test/faults/**/*.test.ts',
  'test/{build,install,lambda,store-place}.test.ts',
  // They stop the timers of the whole process, and count them.
  'test/service/{bounded-store,late-work,jobs/bell}.test.ts',
]

/** `npm run test:servers` has the servers, `npm run test:postgres` PostgreSQL. */
const ELSEWHERE = ['test/{servers,postgres}/**']

/** They take longest, whatever their size. */
const FIRST = [
  'contract/registrations',
  'contract/providers',
  'cli/cli',
  'service/jobs/kill',
  'faults/enumeration',
  'contract/entries',
  'service/multi-step',
  'service/copy',
  'contract/mutants',
  'contract/frame',
].map((name) => `/test/${name}.test.ts`)

const placeOf = ({ moduleId }: TestSpecification) => {
  const place = FIRST.findIndex((path) => moduleId.endsWith(path))
  return place < 0 ? FIRST.length : place
}

/** The longest first, so that none of them runs alone in the end; by projects, since a process goes on with files of its own. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const order = [...new Set(sorted.map(({ project }) => project.name))]
    const rank = ({ project }: TestSpecification) => order.indexOf(project.name)
    return sorted.sort((one, other) => rank(one) - rank(other) || placeOf(one) - placeOf(other))
  }
}

export default defineConfig({
  test: {
    // Two a core: half of the suite is waiting, for time-outs that are tested and for processes.
    maxWorkers: 2 * availableParallelism(),
    sequence: { sequencer: LongestFirst },
    projects: [
      { extends: true, test: { name: 'pure', include: PURE, isolate: false } },
      {
        extends: true,
        test: { name: 'alone', include: ALONE, env: IN_MEMORY, globalSetup: ['test/setup.ts'] },
      },
      {
        extends: true,
        test: {
          // A third of their work was importing, each what the others had.
          name: 'shared',
          include: ['test/**/*.test.ts'],
          exclude: [...PURE, ...ALONE, ...ELSEWHERE],
          isolate: false,
          env: IN_MEMORY,
          globalSetup: ['test/setup.ts'],
          setupFiles: ['test/real-timers.ts'],
        },
      },
    ],
    // What takes as long as this hangs; a busy machine takes long.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
  },
})
