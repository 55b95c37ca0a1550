/** The workflows of the pages, and the inputs that a runner makes of a step of theirs. */

import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

export interface Workflow {
  readonly on: Readonly<Record<string, unknown>>
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly permissions: Readonly<Record<string, string>>
        readonly environment?: string
        /** A workflow that is called. */
        readonly uses?: string
        readonly steps?: readonly { readonly uses?: string; readonly with?: Inputs }[]
      }
    >
  >
}

type Inputs = Readonly<Record<string, string>>

/** Every block of YAML of a page. */
export const blocksOf = (page: string): readonly unknown[] =>
  [...readFileSync(page, 'utf8').matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map(([, text = '']) =>
    parse(text),
  )

/** The workflows of a page that use the action. */
export const workflowsOf = (page: string): readonly Workflow[] =>
  blocksOf(page).filter(
    (one): one is Workflow =>
      typeof one === 'object' &&
      one !== null &&
      'jobs' in one &&
      stepOf(one as Workflow) !== undefined,
  )

const stepOf = ({ jobs }: Workflow) =>
  Object.values(jobs)
    .flatMap(({ steps = [] }) => steps)
    .find(({ uses = '' }) => /^\.\/(trusted\/)?\.github\/actions\/clientry$/.test(uses))

/** The inputs of its step with the action, with the defaults of `action.yml` and what expressions give. */
export function inputsOf(workflow: Workflow | undefined, values: Inputs): Inputs {
  const { inputs } = parse(readFileSync('packages/action/action.yml', 'utf8')) as {
    readonly inputs: Readonly<Record<string, { readonly default?: string }>>
  }
  if (workflow === undefined) throw new TypeError('no such workflow')
  const given = stepOf(workflow)?.with ?? {}
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(inputs, name))
  if (unknown.length > 0) throw new TypeError(`no such input: ${unknown.join(', ')}`)
  return Object.fromEntries(
    Object.entries(inputs).map(([name, one]) => [
      name,
      (given[name] ?? one.default ?? '').replace(/\$\{\{ *([\w.]+) *\}\}/g, (_, expression) => {
        const value = values[expression]
        if (value === undefined) throw new TypeError(`no value for ${expression}`)
        return value
      }),
    ]),
  )
}
