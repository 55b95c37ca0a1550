/**
 * The proof of the Entra ID emulator: recorded traffic of azure-cli and azure-powershell with Microsoft Graph, replayed over HTTP
 * and compared answer by answer, members in their order. The recordings are not part of the repository; `CLIENTRY_RECORDINGS`
 * names the folder that holds them.
 */

import { afterAll, describe, expect, it } from 'vitest'
import { type Compared, LEFT_OUT, type Recorded, replay } from './entra-replay.ts'
import { recordedCalls, say } from './recorded-traffic.ts'

/** By file and version: one file was recorded twice. */
const nameOf = ({ file, version }: Recorded) => `${file} at ${version}`
const calls = recordedCalls('Entra ID', 'entra-applications.jsonl', nameOf)
const files: NonNullable<typeof calls> = calls ?? new Map()

describe.skipIf(calls === undefined)('recorded traffic of Microsoft Graph', () => {
  const compared: Compared[] = []
  const told: number[] = []

  it.each([...files.keys()])('%s: answers as recorded', async (name) => {
    const result = await replay(files.get(name) ?? [])
    compared.push(...result.compared)
    told.push(...result.told)
    expect(result.compared.filter(({ differences }) => differences.length > 0)).toEqual([])
    expect(result.compared.length + result.told.length).toBe(files.get(name)?.length)
  })

  it('leaves out one call, which shows the state before the first', () => {
    expect(told).toHaveLength(1)
    expect(compared).toHaveLength(119)
  })

  afterAll(() => {
    const kinds = [...new Set(compared.map(({ kind }) => kind))].sort()
    say(`Entra ID replay: ${compared.length} answers compared, of ${files.size} recordings`)
    for (const kind of kinds) {
      say(`  ${compared.filter((one) => one.kind === kind).length} ${kind}`)
    }
    say(`  ${told.length} not compared: a read of an application that no recorded call has made`)
    for (const { what, why } of LEFT_OUT) say(`  left out: ${what}: ${why}`)
  })
})
