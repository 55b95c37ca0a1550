/** An exported history proves itself: whatever is changed in the file, or left out of it, is found without the store. */

import { createHash, createPublicKey, randomBytes, verify } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/core/json/json.ts'
import { checkExport } from '../../src/service/evidence/check-export.ts'
import { type ExportRequest, exportHistory } from '../../src/service/evidence/export-history.ts'
import { signedText } from '../../src/service/evidence/export-lines.ts'
import { addCheckpoint } from '../../src/service/upkeep/checkpoint.ts'
import { newKeys } from '../../src/store/keys/keys.ts'
import { openSigner, type Signer } from '../../src/store/keys/signing.ts'
import { createKeyWrapper } from '../../src/store/keys/wrapping.ts'
import type { Entry } from '../../src/store/log/entry.ts'
import { CHECKPOINTS, resourceOf } from '../../src/store/resource.ts'
import { type Bench, openBench } from '../contract/service.ts'
import { type Subject, subjectNamed } from '../contract/subjects.ts'
import { outsideChangeOf } from '../fixtures/entries.ts'
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
    await expect(linesOf(request)).rejects.toMatchObject({
      code: 'internal',
      message: expect.stringMatching(
        /^Record 4 of .*"exampleClientId".* is not what was written \(.+\), so nothing is signed\. Run clientry verify\.$/,
      ),
    })
  })
})

describe('an export of many logs', () => {
  /** A store of these entries alone, which has no checkpoint. */
  const storeOf = (...entries: readonly Entry[]): ExportRequest['store'] => ({
    last: async () => undefined,
    records: async function* () {
      for (const entry of entries) {
        const { resource, seq } = entry
        yield { resource, seq, text: JSON.stringify(entry) }
      }
    },
  })
  const linesFrom = (store: ExportRequest['store'], more: Partial<ExportRequest> = {}) =>
    linesOf({ store, id: 'the store', signer, now: 1, ...more })
  const changeAt = (resource: string, seq: number, at: number, previous = '') =>
    outsideChangeOf(resource, seq, { at, previous })

  it('names five hundred logs in a line, and says how far it is from time to time', async () => {
    const entries = Array.from({ length: 10_000 }, (_, index) => changeAt(`log ${index}`, 1, 1))
    const progress: number[] = []
    const all = await linesFrom(storeOf(...entries), { progress: (count) => progress.push(count) })
    expect(progress).toEqual([10_000])
    const named = all.map((line) => JSON.parse(line)).filter((one) => one.export === 'logs')
    expect(named.map(({ logs }) => logs.length)).toEqual(Array(20).fill(500))
    expect(await check(all)).toMatchObject({ records: 10_000, logs: 10_000, faults: [] })
    expect(JSON.parse(all.at(-1) ?? '').checkpoint).toBeNull()
    expect(await linesFrom(storeOf(...entries))).toHaveLength(all.length)
  })

  it('has what was written from the first moment on and before the last one', async () => {
    const one = changeAt('log', 1, 100)
    const two = changeAt('log', 2, 200, one.hash)
    const three = changeAt('log', 3, 300, two.hash)
    const seqs = async (from: number, to: number) =>
      (await linesFrom(storeOf(one, two, three), { from, to }))
        .map((line) => JSON.parse(line))
        .flatMap(({ seq }) => (seq === undefined ? [] : [seq]))
    expect(await seqs(200, 300)).toEqual([2])
    expect(await seqs(100, 301)).toEqual([1, 2, 3])
    expect(await seqs(101, 200)).toEqual([])
  })
})

describe('what is wrong with an export', () => {
  /** The same with other lines before the end, signed again. */
  function signedAgain(body: readonly string[], more: JsonObject = {}): readonly string[] {
    const { signature: _, ...before } = JSON.parse(lines.at(-1) ?? '')
    const digest = createHash('sha256').update(body.map((line) => `${line}\n`).join(''))
    const records = body.filter((line) => line.includes('"seq":') && !line.includes('"export":'))
    const statement = {
      ...{ ...before, digest: digest.digest('base64url'), records: records.length },
      ...more,
    }
    const signature = signer.sign(signedText(statement))
    return [...body, JSON.stringify({ signature, ...statement })]
  }
  const body = () => lines.slice(0, -1)
  const faults = async (all: readonly string[]) => (await check(all)).faults
  const client = () => resourceOf(subject.ref)
  const withLogs = (edit: (logs: readonly JsonObject[]) => unknown) =>
    body().map((line) => {
      const read = JSON.parse(line)
      return read.export === 'logs' ? JSON.stringify({ ...read, logs: edit(read.logs) }) : line
    })
  const at = (resource: string, seq: number) =>
    lines.findIndex((line) => {
      const read = JSON.parse(line)
      return read.resource === resource && read.seq === seq
    })
  const without = (index: number) => body().filter((_, one) => one !== index)

  it('is nothing where it is signed again as it is', async () => {
    expect(await check(signedAgain(body()))).toMatchObject({ records: 7, logs: 2, faults: [] })
  })

  it('is a line that is no object', async () => {
    for (const line of ['no JSON', '[1]', '7', '']) {
      const [first = '', ...others] = body()
      expect(await faults(signedAgain([first, line, ...others]))).toEqual([
        'line 2: it is not a JSON object',
      ])
    }
  })

  it('is a beginning of something else, of which nothing more is read', async () => {
    const [first = '', ...others] = lines
    const begin = JSON.parse(first)
    const verdict = {
      ...{ records: 0, logs: 0 },
      faults: ['line 1: it is not the beginning of an export (clientry-history-2)'],
    }
    for (const one of [
      { ...begin, format: 'other' },
      { ...begin, export: 'logs' },
    ]) {
      expect(await check([JSON.stringify(one), ...others])).toStrictEqual(verdict)
    }
    expect(await check(others)).toStrictEqual(verdict)
  })

  it('is an end that lacks what a signature is checked by', async () => {
    const statement = JSON.parse(lines.at(-1) ?? '')
    const wrong = [
      ...['store', 'keyId', 'publicKey', 'signature', 'at'].map((name) => ({ [name]: null })),
      ...[{ at: '1' }, { at: 8.64e15 + 2 }],
    ]
    for (const one of wrong) {
      const verdict = await check([...body(), JSON.stringify({ ...statement, ...one })])
      expect(verdict.faults).toEqual([
        `line ${lines.length}: it is not a signed checkpoint`,
        'the signed checkpoint at the end is missing',
      ])
      expect(verdict).not.toHaveProperty('statement')
    }
    expect(await faults(signedAgain(body(), { at: 8.64e15 }))).toEqual([])
  })

  it('is an end that is missing, or that is none', async () => {
    expect(await faults(body())).toEqual(['the signed checkpoint at the end is missing'])
    expect(await faults([...lines, lines[1] ?? '', lines[2] ?? ''])).toEqual([
      `line ${lines.length + 1}: it comes after the signed checkpoint`,
    ])
  })

  it('is named by the line and the record, once for each log', async () => {
    const place = at(client(), 2)
    const edited = body().map((line, one) =>
      one === place ? line.replace('"at":1', '"at":2') : line,
    )
    const [fault, ...others] = await faults(signedAgain(edited))
    expect(others).toEqual([])
    expect(fault).toMatch(/^line \d+, record 2 of .*: .{5,}/)
    expect(fault).toContain(`line ${place + 1}, record 2 of ${client()}: `)
    // What follows a record that is missing says so, and what comes after that is no further fault.
    const [next, ...more] = await faults(signedAgain(without(place)))
    expect(more).toEqual([])
    expect(next).toContain(`line ${place + 1}, record 3 of ${client()}: `)
  })

  it('is a part of a log that is not there', async () => {
    const last = at(client(), 6)
    expect(await faults(signedAgain(without(last)))).toEqual([
      `of the log ${client()} records 1 to 6 were exported, here are 1 to 5`,
    ])
    const checkpoints = at(CHECKPOINTS, 1)
    expect(await faults(signedAgain(without(checkpoints)))).toEqual([
      `of the log ${CHECKPOINTS} records 1 to 1 were exported, here are none`,
    ])
    const first = at(client(), 1)
    expect(await faults(signedAgain(without(first)))).toEqual([
      `of the log ${client()} records 1 to 6 were exported, here are 2 to 6`,
    ])
    const renamed = withLogs((logs) => logs.map((log) => ({ ...log, hash: 'another' })))
    expect(await faults(signedAgain(renamed))).toHaveLength(2)
  })

  it('is a log that is not said to be there', async () => {
    const left = withLogs((logs) => logs.filter(({ resource }) => resource !== CHECKPOINTS))
    expect(await faults(signedAgain(left))).toEqual([
      `the log ${CHECKPOINTS} is not one of those that were exported`,
    ])
    for (const none of [null, 'all', [7]]) {
      expect(await faults(signedAgain(withLogs(() => none)))).toHaveLength(2)
    }
  })

  it('is an end about other lines, and one that another text is signed in', async () => {
    const other = 'the signed checkpoint is about other lines'
    expect(await faults(signedAgain(body(), { records: 8 }))).toEqual([other])
    expect(await faults(signedAgain(body(), { digest: 'another' }))).toEqual([other])
    const { signature } = JSON.parse(signedAgain(body(), { keyId: 'another' }).at(-1) ?? '')
    const forged = JSON.stringify({ ...JSON.parse(lines.at(-1) ?? ''), signature })
    expect(await faults([...body(), forged])).toEqual(['the signature of the checkpoint is wrong'])
  })
})
