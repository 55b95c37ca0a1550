/** The path of a client: an id that proxies take apart stands in the query, whole, and each other id in the path. */

import { describe, expect, it } from 'vitest'
import { clientPath, ID_IN_QUERY, needsQuery } from '../../src/core/client-path.ts'

describe('an id', () => {
  it.each(['abc', 'a-b_c.d~', 'ü', 'a%2Fb', 'a?b', ''])('stands in the path: "%s"', (id) => {
    expect(needsQuery(id)).toBe(false)
    expect(clientPath(id, {})).toBe(`/clients/${encodeURIComponent(id)}`)
  })

  it.each(['a b', 'a/b', 'https://a.example', 'a\tb', ' a', 'b\n'])(
    'stands in the query: "%s"',
    (id) => {
      expect(needsQuery(id)).toBe(true)
      const path = clientPath(id, {})
      expect(path.startsWith(`/clients/${ID_IN_QUERY}?id=`)).toBe(true)
      expect(new URL(path, 'https://api.example').searchParams.get('id')).toBe(id)
    },
  )
})

describe('what follows an id', () => {
  it('comes after it, and a query after that, without what is not given', () => {
    expect(clientPath('abc', {}, '/keys')).toBe('/clients/abc/keys')
    const query = { provider: 'it', userPoolId: undefined, dryRun: 'true' }
    expect(clientPath('abc', query, '/keys')).toBe('/clients/abc/keys?provider=it&dryRun=true')
    expect(clientPath('abc', query)).toBe('/clients/abc?provider=it&dryRun=true')
    expect(clientPath('abc', { provider: undefined })).toBe('/clients/abc')
  })

  it('comes after the sign that stands for an id in the query', () => {
    expect(clientPath('a b', { provider: 'it' }, '/keys')).toBe(
      '/clients/-/keys?id=a+b&provider=it',
    )
  })
})
