/**
 * What was tried for each aim, and what it gained: printed below the table of aims where one is missed, and a part of
 * docs/internals/benchmarks.md, where a test asks for it. Where no other command is named, a gain is what
 * `npm run bench -- --against=<a checkout of the commit before>` prints.
 */

/** An aim that is missed, as the table has it. */
export interface Missed {
  /** Section and name. */
  readonly what: string
  readonly figure: string
  readonly aim: string
  readonly limit: string
}

interface Tried {
  /** The aims that it is about, by section and name. */
  readonly of: RegExp
  readonly title: string
  readonly attempts: readonly string[]
}

export const TRIED: readonly Tried[] = [
  {
    of: /^one PATCH, .*(added latency|history in memory|CPU)/,
    title: 'Latency and CPU of a change',
    attempts: [
      'Leaving out the sync of the outcome: about a tenth of the added latency, since without any sync (the rows "history in memory") it is a seventh to a fifth less. Not kept: what was answered is in the history, whatever happens (decision 94).',
      'Commits on a thread of their own (decision 93): a quarter to two fifths of the busy time of the only thread was the commit, as a profile (`--profile`) showed. A single caller pays a hop, which stands among the limits.',
      'What is worked out once in a change (decision 115): 16,500 calls of our functions before, 12,034 after, counted by `npm run trace`.',
      'No comparison of an answer in which the time alone is new: 11,582 calls, by the same command.',
      "Another HTTP client than Node's own (undici, as the bare proxy has it): not measured. The trial ended within its first thousand changes, when a call failed on a busy machine; the cause was not looked for. Whether a failed request was sent decides what a change is answered, so a second client would have to prove that first.",
      'Records kept opened between requests: left, since they hold secrets.',
      'A profile is flat: garbage is 6 %, and no function of ours is more than 4 %. The limit beside each row is measured: a proxy that makes the same calls, and seals and records as much, with no token, no plan, no comparison and no answer of its own.',
    ],
  },
  {
    of: /^Lambda cold start/,
    title: 'Cold start',
    attempts: [
      'The connections for keys, history and token opened at the same time, and what a first change does not need loaded later (decision 96).',
      'Some thirty small files in the place of one: no gain, since finding and linking them takes as much CPU as the code that they save.',
      'Less to load in a second round (decision 119): 0.98 x of the CPU at Auth0 (0.91 to 1.06 in 20 rounds), 1.00 x at Cognito; V8 does not compile what is not called.',
      'Checking the configuration without zod: left, as decision 96 says.',
    ],
  },
  {
    of: /^Lambda bundle/,
    title: 'What a function loads',
    attempts: [
      'Jobs, lists, the description of the API, all operations but reading and changing one client, rollbacks, suspensions, leases, the work between requests, and other providers in files of their own, and the list of public suffixes in one that is read when a URI first needs it: 269 kB before, 132 kB after (decision 96); the list is 44 kB of that.',
      'Bodies of forms, moves, dialects of registration servers, and what settles operations other than changes (decision 119): 151 kB before, 143 kB after, 0.95 x.',
      'What is left is zod (13 kB, half of it is not executed), jose (5 kB), the provider (14 kB) and what each change reads. The limit is what V8 executes of it: less can be reached only by splitting single functions from their files.',
    ],
  },
  {
    of: /^job, /,
    title: 'Jobs',
    attempts: [
      'Connections of all clients read at once (decision 95): 3.0 calls for each client before, 2.0 after, and as many more for all together as there are connections and pages.',
      'Both wait for the rate of the account nearly all the time; which of them ends first changes from run to run.',
    ],
  },
  {
    of: /^embedded provider/,
    title: 'The embedded provider',
    attempts: [
      'Commits on a thread, shared by callers that wait at the same time; the mirror after the answer; no sync for the step itself; keys of fingerprints derived once (decisions 93 and 94).',
      "What is left is CPU: the limit beside it is that of disk and threads. A tenth of the CPU is oidc-provider's own check of the record, a twentieth the lines of the log.",
    ],
  },
  {
    of: /^throughput, .*two servers/,
    title: 'Two servers on one file',
    attempts: [
      'Looking for the lock four times a millisecond in place of pauses that grow to 100 ms, and leaving it to the other for half a millisecond in place of one and up to two (decision 93).',
      'Syncing outside of the lock: left, since another server could answer by an outcome that a loss of power takes back.',
      'The two servers, the emulators and the callers share two cores here, and one server with 16 callers uses a whole one.',
    ],
  },
  {
    of: /^throughput, .*16 callers/,
    title: 'Many callers',
    attempts: [
      'One commit for all that wait at the same time: at Auth0 38 changes a second before, 108 after; at Cognito 44 before, 109 after (upstream 20 ms, two quick runs of this section).',
      'With more callers than a core can serve, the rate is that of the CPU of a change; what was tried for that stands above.',
    ],
  },
  {
    of: /^memory of a server/,
    title: 'Memory',
    attempts: [
      'It does not grow; what lives is 11 to 19 MB of heap, the rest is Node itself (42 MB), code, the thread that writes, and garbage that V8 has not collected yet (decision 117).',
      '`--max-semi-space-size=4` alone: 135 to 150 MB; `--heap-growing-percent=30` alone: 148 MB; both, with 20 percent: what the row has. `--max-old-space-size=64`: 112 MB, left, since it ends a server that needs more for a moment.',
      'Limits for the heap of the thread that writes: no change.',
      'Two megabytes of bases for packing in place of eight (decision 115): 118 to 123 MB before, 112 after, when it was done.',
      'Half a megabyte of entries at hand in place of one: 116 MB before, 115 after, two quick runs of this section at the same time.',
    ],
  },
  {
    of: /^list under writes/,
    title: 'Lists under writes',
    attempts: [
      'Results of a tenth of a second are stored in the mirror together (decision 115), which made five commits one.',
      'The median is that of lists without changes. A page waits for at most the change that is being worked out, which takes this thread some milliseconds.',
    ],
  },
]

/** What was tried for one of the missed aims, and the physical limit of each, as Markdown. */
export function renderTried(missed: readonly Missed[]): string {
  const parts = TRIED.map(({ of, title, attempts }) => {
    const ours = missed.filter(({ what }) => of.test(what))
    if (ours.length === 0) return ''
    const figures = ours.map(({ what, figure, aim, limit }) => {
      const least = limit === '' ? '' : `; limit ${limit}`
      return `- ${what}: ${figure}, aim ${aim}${least}`
    })
    const gains = attempts.map((attempt) => `  - ${attempt}`)
    return [`**${title}**`, '', ...figures, '- Tried:', ...gains].join('\n')
  })
  return parts.filter((part) => part !== '').join('\n\n')
}

/** Those of which no one has written what was tried, or what the limit is. */
export const unexplained = (missed: readonly Missed[]): readonly Missed[] =>
  missed.filter(
    ({ what, limit }) =>
      limit === '' || !TRIED.some(({ of, attempts }) => attempts.length > 0 && of.test(what)),
  )
