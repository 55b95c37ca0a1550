/** Which clients of a job are read as many at once: all that carry no tag of their own, at providers that can. */

import { expect, it } from 'vitest'
import type { Provider, ReadOneOfMany } from '../../../src/providers/provider.ts'
import type { JobItem } from '../../../src/service/jobs/items.ts'
import { readersFor } from '../../../src/service/jobs/run/read-many.ts'

const client = (provider: string, ifMatch?: string): JobItem => ({
  ref: { provider, id: 'abc' },
  ...(ifMatch === undefined ? {} : { ifMatch }),
})

it('are read by one reader of each provider, which knows how many they are', () => {
  const counts: [name: string, count: number][] = []
  const readers = new Map<string, ReadOneOfMany>()
  const named = (name: string) => {
    const reader: ReadOneOfMany = async () => ({})
    readers.set(name, reader)
    const readMany = (count: number) => {
      counts.push([name, count])
      return reader
    }
    return [name, { readMany } as unknown as Provider] as const
  }
  const providers = new Map([
    named('one'),
    named('two'),
    ['plain', {} as unknown as Provider],
    named('unused'),
  ])
  const readerOf = readersFor({ providers }, [
    client('one'),
    client('one'),
    client('two'),
    client('one'),
    client('two', 'tag'),
    client('plain'),
    client('unknown'),
    client('unused', 'tag'),
  ])
  expect(counts).toEqual([
    ['one', 3],
    ['two', 1],
  ])
  expect(readerOf(client('one'))).toBe(readers.get('one'))
  expect(readerOf(client('two'))).toBe(readers.get('two'))
  // Its caller relies on all of its state, so that it is read by itself.
  expect(readerOf(client('two', 'tag'))).toBeUndefined()
  expect(readerOf(client('plain'))).toBeUndefined()
  expect(readerOf(client('unknown'))).toBeUndefined()
})
