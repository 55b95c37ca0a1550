import { expect, it } from 'vitest'
import { ClientError } from '../../src/core/errors.ts'
import { recordsNamed } from '../../src/providers/named.ts'
import type { ListPage } from '../../src/providers/provider.ts'

const page = async (): Promise<ListPage> => ({
  items: ['a', 'b', 'c'].map((id) => ({ id, name: id === 'c' ? 'Other' : 'Name' })),
})
const failing = (code: 'not_found' | 'provider_throttled') => async (id: string) => {
  if (id === 'a') throw new ClientError(code, 'It fails.')
  return { id }
}

it('passes over a client that goes between the list and its read', async () => {
  expect(await recordsNamed('Name', page, failing('not_found'))).toEqual([{ id: 'b' }])
})

it('fails as a read of any of them fails', async () => {
  const attempt = recordsNamed('Name', page, failing('provider_throttled'))
  await expect(attempt).rejects.toMatchObject({ code: 'provider_throttled' })
})
