/**
 * G5, G6, G7 for secrets: rotations and retirements under every crash and fault, where two secrets can be live (Cognito, Okta, where the end of one is two calls) and where
 * one takes the place of the other (Auth0): a value that is shown is accepted, sent again with its key it is
 * shown again and nothing is made twice, there are never more secrets than there can be, and the last one
 * stays. Every crash point that is passed, and every one that the settlement after it passes.
 * `npm test` runs every crash without a fault, and draws from the rest.
 */

import { expect, it } from 'vitest'
import { inParallel } from '../../src/core/in-parallel.ts'
import { createDraw, patience } from '../property.ts'
import { UPSTREAM_FAULTS } from './changed-client.ts'
import { visits } from './instance.ts'
import { type RotationEvidence, type RotationScenario, runRotation } from './rotated-client.ts'

const AT_ONCE = 8

const SUBJECTS = [
  { provider: 'cognito', disturbed: 'rotation' },
  { provider: 'cognito', disturbed: 'retirement' },
  { provider: 'auth0', disturbed: 'rotation' },
  { provider: 'okta', disturbed: 'rotation' },
  { provider: 'okta', disturbed: 'retirement' },
] as const

/** What a fault can meet. */
function placesOf({ provider, disturbed }: (typeof SUBJECTS)[number]) {
  if (provider === 'auth0') return ['write'] as const
  const isTwoCalls = provider === 'okta' && disturbed === 'retirement'
  return isTwoCalls ? (['write', 'list', 'end'] as const) : (['write', 'list'] as const)
}

const combinations: RotationScenario[] = SUBJECTS.flatMap((subject) => {
  const places = placesOf(subject)
  const faults = places.flatMap((at) => UPSTREAM_FAULTS.map((kind) => ({ kind, at })))
  return [subject, ...faults.map((fault) => ({ ...subject, fault }))]
})

it(
  'returns a value that is accepted, makes nothing twice, and ends what is to end',
  async () => {
    const isDrawn = createDraw('rotations', 10)
    const broken: string[] = []
    const count = { run: 0, crashes: 0, recoveryCrashes: 0, missed: 0 }
    const judge = async (scenario: RotationScenario): Promise<RotationEvidence> => {
      const evidence = await runRotation(scenario)
      count.run += 1
      if (scenario.recoveryCrash !== undefined) count.recoveryCrashes += 1
      else if (scenario.crash !== undefined) count.crashes += 1
      if (!evidence.crashed) count.missed += 1
      for (const wrong of evidence.broken) broken.push(`${JSON.stringify(scenario)}: ${wrong}`)
      return evidence
    }
    const explore = async (scenario: RotationScenario) => {
      const { passed } = await judge(scenario)
      for (const crash of visits(passed)) {
        const { passedInRecovery } = await judge({ ...scenario, crash })
        // A fault and two crashes are one too many for the suite.
        if (scenario.fault !== undefined) continue
        for (const recoveryCrash of visits(passedInRecovery)) {
          const settled = { ...scenario, crash, recoveryCrash }
          if (isDrawn(JSON.stringify(settled))) await judge(settled)
        }
      }
    }
    const isRun = (one: RotationScenario) => one.fault === undefined || isDrawn(JSON.stringify(one))
    await inParallel(combinations.filter(isRun), AT_ONCE, explore)
    process.stdout.write(`${JSON.stringify(count)}\n`)
    expect(broken).toEqual([])
    // Those without a fault, which are always run.
    expect(count.crashes).toBeGreaterThan(20)
  },
  patience(300_000),
)
