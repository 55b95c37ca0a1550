/** An exported history proves itself: whatever is changed in the file, or left out of it, is found without the store. */

import { createPublicKey, randomBytes, verify } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkExport } from '../../src/service/evidence/check-export.ts'
import { type ExportRequest, exportHistory } from '../../src/service/evidence/export-history.ts'
import { addCheckpoint } from '../../src/service/upkeep/checkpoint.ts'
import { newKeys } from '../../src/store/keys/keys.ts'
import { openSigner, type Signer } from '../../src/store/keys/signing.ts'
import { createKeyWrapper } from '../../src/store/keys/wrapping.ts'
import { resourceOf } from '../../src/store/resource.ts'
import { type Bench, openBench } from '../contract/service.ts'
import { type Subject, subjectNamed } from '../contract/subjects.ts'
import { runs } from '../property.ts'

let subject: Subject
let bench: Bench
let signer: Signer
let lines: readonly string[]

const wrappers = [createKeyWrapper(randomBytes(32), 'key')] as const
const signerOf = () =>
  openSigner({
    cell: bench.service.store.keyring,
    wrappers,
    firstKeys: async () => newKeys(),
    now: Date.now,
  })

async function exported(range: Pick<ExportRequest, 'from' | 'to'> = {}): Promise<string[]> {
  const { store } = bench.service
  const request = { store, id: 'the store', signer, now: 1_800_000_000_000, ...range }
  return linesOf(request)
}

async function linesOf(request: ExportRequest): Promise<string[]> {
  const all: string[] = []
  for await (const line of exportHistory(request)) all.push(line)
  return all
}

async function* given(all: readonly string[]): AsyncIterable<string> {
  yield* all
}
const check = (all: readonly string[], key: string | undefined = signer.publicKey) =>
  checkExport(given(all), key)

beforeAll(async () => {
  subject = await subjectNamed('local').start()
  bench = await openBench(new Map([['it', subject.provider]]))
  // Line separators of Unicode are in texts of records as they are.
  for (const name of ['One', 'Two\u2028', 'Three']) await bench.change(subject.ref, { name })
  await addCheckpoint(bench.service)
  signer = await signerOf()
  lines = await exported()
})
afterAll(async () => {
  await bench.close()
  await subject.close()
})

describe('an export', () => {
  it('is right as it is, and says what is in it', async () => {
    const verdict = await check(lines)
    expect(verdict).toMatchObject({ records: 7, logs: 2, faults: [] })
    expect(verdict.statement).toMatchObject({
      store: 'the store',
      records: 7,
      checkpoint: { seq: 1, hash: expect.any(String) },
    })
  })

  it('is signed over what anyone can recompute, by the one key of the store', async () => {
    const { signature, ...statement } = JSON.parse(lines.at(-1) ?? '')
    const names = Object.keys(statement).sort()
    const part = (value: unknown) =>
      typeof value === 'object' && value !== null
        ? JSON.stringify(value, Object.keys(value).sort())
        : JSON.stringify(value)
    const text = `{${names.map((name) => `"${name}":${part(statement[name])}`).join(',')}}`
    const key = { kty: 'OKP', crv: 'Ed25519', x: statement.publicKey }
    const isRight = verify(
      null,
      Buffer.from(text),
      createPublicKey({ key, format: 'jwk' }),
      Buffer.from(signature, 'base64url'),
    )
    expect(isRight).toBe(true)
    expect((await signerOf()).publicKey).toBe(signer.publicKey)
  })

  it('has the records of a time, without gaps in any log', async () => {
    const { store } = bench.service
    const entries = await store.entries(resourceOf(subject.ref))
    const [from, to] = [entries[2]?.at ?? 0, (entries[3]?.at ?? 0) + 1]
    const part = await exported({ from, to })
    const verdict = await check(part)
    expect(verdict.faults).toEqual([])
    expect(verdict.statement).toMatchObject({ from, to })
    const seqs = part.map((line) => JSON.parse(line)).filter(({ seq }) => seq !== undefined)
    expect(seqs.map(({ at }) => at >= from && at < to)).not.toContain(false)
    expect(await check(await exported({ from: 1, to: 2 }))).toMatchObject({
      records: 0,
      faults: [],
    })
  })

  it('shows every line that is changed, left out, repeated or put elsewhere', async () => {
    const index = fc.nat(lines.length - 1)
    const edit = fc.oneof(
      index.map((at) => lines.filter((_, one) => one !== at)),
      index.map((at) => [...lines.slice(0, at), lines[at] ?? '', ...lines.slice(at)]),
      fc
        .tuple(index, index)
        .filter(([one, other]) => one !== other)
        .map(([one, other]) =>
          lines.map((line, at) => (at === one ? lines[other] : at === other ? lines[one] : line)),
        ),
      fc.tuple(index, fc.nat(), fc.constantFrom('0', 'a', ' ', '"')).map(([at, place, character]) =>
        lines.map((line, one) => {
          if (one !== at) return line
          const here = place % line.length
          return line.slice(0, here) + character + line.slice(here + 1)
        }),
      ),
    )
    await fc.assert(
      fc.asyncProperty(edit, async (edited) => {
        const all = edited.map(String)
        fc.pre(all.join('\n') !== lines.join('\n'))
        expect((await check(all)).faults).not.toEqual([])
      }),
      { numRuns: runs(300) },
    )
  })

  it('shows a file that another key has signed, where the right one is known', async () => {
    const other = await openBench(new Map())
    const stranger = await openSigner({
      cell: other.service.store.keyring,
      wrappers,
      firstKeys: async () => newKeys(),
      now: Date.now,
    })
    const { store } = bench.service
    const forged = await linesOf({ store, id: 'the store', signer: stranger, now: 1 })
    expect((await checkExport(given(forged))).faults).toEqual([])
    expect((await check(forged)).faults).toEqual([
      `it was signed with another key: ${stranger.publicKey}`,
    ])
    await other.close()
  })

  it('is not made of a store whose chain is broken', async () => {
    const { store } = bench.service
    async function* without(seq: number) {
      for await (const record of store.records()) if (record.seq !== seq) yield record
    }
    const broken = { last: store.last, records: () => without(3) }
    const request = { store: broken, id: 'the store', signer, now: 1 }
    await expect(linesOf(request)).rejects.toThrow('so nothing is signed')
  })
})
