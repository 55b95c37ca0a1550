/** The files by which a host of the repository works: each names what is there, and no workflow may do more than it needs. */

import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { PROVIDER_TYPES } from '../src/providers/configured.ts'

const text = (path: string) => readFileSync(path, 'utf8')
const { scripts, engines, license } = JSON.parse(text('package.json'))

interface Step {
  readonly uses?: string
  readonly run?: string
  readonly with?: Readonly<Record<string, unknown>>
}
interface Job {
  readonly permissions?: Readonly<Record<string, string>>
  readonly strategy?: { readonly matrix: { readonly node: readonly number[] } }
  readonly 'timeout-minutes'?: number
  readonly steps: readonly Step[]
}
interface Workflow {
  readonly on: Readonly<Record<string, unknown>>
  readonly permissions: Readonly<Record<string, string>>
  readonly jobs: Readonly<Record<string, Job>>
}

const FOLDER = '.github/workflows'
const WORKFLOWS = readdirSync(FOLDER).map(
  (name) => [name, parse(text(`${FOLDER}/${name}`)) as Workflow] as const,
)
const workflow = (name: string) => WORKFLOWS.find(([file]) => file === name)?.[1]

describe.each(WORKFLOWS)('the workflow %s', (name, { on, permissions, jobs }) => {
  const steps = Object.values(jobs).flatMap((job) => job.steps)

  it('runs scripts that are there', () => {
    const named = steps.flatMap(({ run = '' }) => [...run.matchAll(/npm run (?:-s )?([\w:]+)/g)])
    expect(named.map(([, script = '']) => script).filter((one) => !(one in scripts))).toEqual([])
  })

  it('takes actions of the host alone, and keeps no credentials in the checkout', () => {
    const used = steps.flatMap((step) => (step.uses === undefined ? [] : [step]))
    expect(
      used.map(({ uses = '' }) => uses).filter((one) => !/^actions\/[\w-]+@v\d+$/.test(one)),
    ).toEqual([])
    for (const { uses = '', with: options } of used) {
      if (uses.startsWith('actions/checkout@')) expect(options?.['persist-credentials']).toBe(false)
    }
  })

  it('reads the sources and nothing else, but for the release, and ends', () => {
    expect(permissions).toEqual({ contents: 'read' })
    expect(on).not.toHaveProperty('pull_request_target')
    for (const job of Object.values(jobs)) {
      expect(job['timeout-minutes']).toBeGreaterThan(0)
      if (name !== 'release.yml') expect(job.permissions).toBeUndefined()
    }
    // What others write (titles, branches) never becomes a part of a command.
    for (const { run = '' } of steps) expect(run).not.toMatch(/\$\{\{/)
  })
})

it('tests every Node that the package promises', () => {
  const nodes = workflow('ci.yml')?.jobs.test?.strategy?.matrix.node ?? []
  expect(nodes).toEqual([20, 22, 24])
  expect(engines.node).toMatch(new RegExp(`^>=${nodes[0]}\\.`))
})

it('releases what was tested, with a statement of where it was built, and to no registry', () => {
  const { permissions, steps = [] } = workflow('release.yml')?.jobs.release ?? {}
  expect(permissions).toEqual({ contents: 'write', 'id-token': 'write', attestations: 'write' })
  const order = ['npm test', 'npm run build', 'npm pack', 'attest-build-provenance', 'gh release']
  const places = order.map((one) =>
    steps.findIndex(({ run = '', uses = '' }) => run.includes(one) || uses.includes(one)),
  )
  expect(places).toEqual([...places].sort((one, other) => one - other))
  expect(places).not.toContain(-1)
  expect(JSON.stringify(steps)).not.toContain('npm publish')
})

it('comes under the licence that it names', () => {
  expect(license).toBe('Apache-2.0')
  expect(text('LICENSE')).toMatch(/^\s+Apache License\n\s+Version 2\.0, January 2004\n/)
})

it('asks in a report for a provider that is there', () => {
  const { body } = parse(text('.github/ISSUE_TEMPLATE/fault.yml'))
  const asked = body.find(({ id }: { id?: string }) => id === 'provider')
  expect(asked.attributes.options.toSorted()).toEqual(['none', ...PROVIDER_TYPES].sort())
})
