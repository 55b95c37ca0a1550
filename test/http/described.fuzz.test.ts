/**
 * The description and the judge are of one mind: a request that the description of a development server allows is taken,
 * or refused for a reason of which `scripts/suites/explained.json` says why no schema can state it. And each query
 * parameter and header is described to the letter: what its schema allows is what its parser takes.
 */

import { readFileSync } from 'node:fs'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import fc, { type GeneratorValue } from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { OPERATIONS, type Operation } from '../../src/contract/operations.ts'
import type { QueryName } from '../../src/contract/query.ts'
import { isClientError } from '../../src/core/errors.ts'
import { parseFilters } from '../../src/core/search.ts'
import { querySchema } from '../../src/http/openapi/query-schemas.ts'
import { QUERY_PARAMETERS, queryOf, timeIn } from '../../src/http/wire/query.ts'
import { HISTORY_OUTCOMES } from '../../src/service/reading/history.ts'
import { MAX_RETIRE_SECONDS } from '../../src/service/secrets/retirements.ts'
import { startWorld, type World } from '../contract/world.ts'
import { createTally, patience, runs } from '../property.ts'
import { createDrawing, type Schema } from './described-values.ts'

interface Refusal {
  readonly code: string
  readonly error: string
  readonly media?: readonly string[]
  readonly query?: string
}

const { statuses, refusals } = JSON.parse(
  readFileSync(new URL('../../scripts/suites/explained.json', import.meta.url), 'utf8'),
) as { statuses: Record<string, string>; refusals: Refusal[] }

/** As RFC 3339 section 5.6 has it, with the days that there are. */
const formats = { 'date-time': (value: string) => timeIn(value) !== undefined, uri: true } as const

let world: World
let token: string
let drawing: ReturnType<typeof createDrawing>
let validatorOf: (schema: Schema) => ValidateFunction
let paths: Record<string, Record<string, { requestBody?: { content: Record<string, Schema> } }>>

beforeAll(async () => {
  world = await startWorld({ quotas: { leasesPerHour: 1_000_000, jobsPerHour: 1_000_000 } })
  token = await world.token()
  const { body } = await world.clientry.app({
    method: 'GET',
    path: '/openapi.json',
    query: '',
    headers: {},
    body: undefined,
    deadline: Date.now() + 20_000,
  })
  const document = JSON.parse(body)
  paths = document.paths
  drawing = createDrawing(document.components)
  const ajv = new Ajv2020({ strict: false, formats })
  ajv.addSchema({ $id: 'document', components: document.components })
  validatorOf = (schema) =>
    ajv.compile(
      JSON.parse(JSON.stringify(schema).replaceAll('"#/components', '"document#/components')),
    )
})
afterAll(() => world.close())

/** Operations of which a dry run says what a change would: nothing of what is drawn has an effect. */
const PLANNED = Object.entries<Operation>(OPERATIONS).filter(
  ([, { body, query }]) => body !== undefined && query.includes('dryRun'),
)

describe('a body that the description allows', () => {
  it.each(PLANNED.map(([name, row]) => ({ name, ...row })))(
    'of $name is taken, or refused for a reason that no schema can state',
    { timeout: patience(120_000) },
    async ({ name, method, path }) => {
      const { content = {} } = paths[path]?.[method.toLowerCase()]?.requestBody ?? {}
      const schema = content['application/json']?.schema as Schema
      const validate = validatorOf(schema)
      const tally = createTally(`bodies of ${name}`)
      const draw = (gen: GeneratorValue) => drawing(gen, schema)
      await fc.assert(
        fc.asyncProperty(fc.gen(), async (gen) => {
          const body = draw(gen)
          if (!validate(body)) return tally.add('not described')
          const answer = await dryRun({ method, path, body })
          const { code = '', error = '' } = answer
          if (answer.status < 400) return tally.add('taken')
          const isExplained =
            String(answer.status) in statuses ||
            refusals.some((row) => explains(row, { code, error }))
          tally.add(isExplained ? 'refused for a reason' : 'refused')
          expect(isExplained, `${answer.status} ${code}: ${error} ${JSON.stringify(body)}`).toBe(
            true,
          )
        }),
        { numRuns: runs(150, 3) },
      )
      tally.print()
      // A third of what is drawn fits where the least does: fewer than two of fifty once in ten million runs.
      expect(tally.total() - tally.count('not described')).toBeGreaterThan(tally.total() / 50)
    },
  )
})

const explains = (
  { media, query, ...row }: Refusal,
  { code, error }: Record<'code' | 'error', string>,
) =>
  row.code === code &&
  media === undefined &&
  query === undefined &&
  new RegExp(row.error).test(error)

async function dryRun({ method, path, body }: { method: string; path: string; body: unknown }) {
  const answer = await world.clientry.app({
    method,
    path: path.replace('{clientId}', 'exampleClientId'),
    query: 'dryRun=true',
    headers: { authorization: [`Bearer ${token}`], 'content-type': ['application/json'] },
    body: Buffer.from(JSON.stringify(body)),
    deadline: Date.now() + 20_000,
  })
  return {
    ...(JSON.parse(answer.body) as { code?: string; error?: string }),
    status: answer.status,
  }
}

/** What is judged further on than by the parser of queries. */
const LATER: { readonly [Q in QueryName]?: (value: string) => boolean } = {
  outcome: (value) => (HISTORY_OUTCOMES as readonly string[]).includes(value),
  filter: (value) => isTakenBy(() => parseFilters(value)),
  afterSeconds: (value) => Number(value) <= MAX_RETIRE_SECONDS,
  from: (value) => timeIn(value) !== undefined,
  to: (value) => timeIn(value) !== undefined,
}

const ODD = [
  '',
  '2026-02-30T00:00:00Z',
  '2026-01-31T24:00:00Z',
  'true ',
  '0',
  '101',
  '7776001',
  'a\n',
]

describe('a query parameter', () => {
  it.each(Object.keys(QUERY_PARAMETERS) as QueryName[])(
    '%s is described as it is judged',
    (name) => {
      const schema = querySchema(name) as Schema
      const isAllowed = new Ajv2020({ strict: false, formats }).compile(schema)
      const tally = createTally(`texts of ${name}`)
      const { pattern } = { ...QUERY_PARAMETERS[name], ...(schema as { pattern?: string }) }
      const text = fc.oneof(
        fc.stringMatching(new RegExp(pattern), { size: 'small' }),
        fc.string({ unit: 'grapheme' }),
        fc.string({ unit: 'binary' }),
        fc.constantFrom(...ODD, ...((schema.enum ?? []) as string[])),
      )
      const property = fc.property(text, (value) => {
        fc.pre(!/\p{Surrogate}/u.test(value))
        const isNumber = schema.type === 'integer' && /^[1-9][0-9]*$/.test(value)
        const isDescribed = isAllowed(isNumber ? Number(value) : value)
        const isTaken =
          isTakenBy(() => queryOf({ query: [name] }, `${name}=${encodeURIComponent(value)}`)) &&
          (LATER[name]?.(value) ?? true)
        tally.add(
          `${isDescribed ? 'described' : 'not described'}, ${isTaken ? 'taken' : 'refused'}`,
        )
        expect(isDescribed, JSON.stringify(value)).toBe(isTaken)
      })
      fc.assert(property, { numRuns: runs(300, 2) })
      tally.print()
      // One in nine where it is the fewest: fewer than two of 150 once in a million runs.
      expect(tally.count('described, taken')).toBeGreaterThan(tally.total() / 100)
    },
  )
})

function isTakenBy(judge: () => unknown): boolean {
  try {
    judge()
    return true
  } catch (error) {
    if (!isClientError(error)) throw error
    return false
  }
}
