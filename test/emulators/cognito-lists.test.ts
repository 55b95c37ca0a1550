/** Lists of the Cognito emulator: pages, tokens, identity providers, resource servers. */

import { expect } from 'vitest'
import { type CognitoCaller, type Members, POOL } from './cognito-caller.ts'
import { onOneCognito } from './on-cognito.ts'

let call: CognitoCaller

const ids = Array.from({ length: 130 }, (_, index) => `client${index}`)

const clients = ids.map((ClientId, index) => ({
  ClientId,
  ClientName: `Name ${index}`,
  ...(index < 3 ? { ClientType: 'DCR' } : {}),
}))
const identityProviders = ['Google', 'corp']
const resourceServers = [
  { identifier: 'a', scopes: ['read', 'write'] },
  { identifier: 'b', scopes: [] },
]
const pools = [{ id: POOL, name: 'Main', clients, identityProviders, resourceServers }]

const it = onOneCognito({ pools }, (opened) => {
  call = opened.call
})

/** All pages of a list, as the sizes of the pages and the items in order. */
async function pages(operation: string, members: string, input: Members = {}) {
  const sizes: number[] = []
  const items: Members[] = []
  let NextToken: unknown
  do {
    const asked = { UserPoolId: POOL, ...input, ...(NextToken === undefined ? {} : { NextToken }) }
    const { body } = await call(operation, asked)
    const page = body[members] as Members[]
    sizes.push(page.length)
    items.push(...page)
    NextToken = body.NextToken
  } while (NextToken !== undefined)
  return { sizes, items }
}

it('lists clients in pages of 60 at most, with three members each', async () => {
  const { sizes, items } = await pages('ListUserPoolClients', 'UserPoolClients', { MaxResults: 60 })
  expect(sizes).toEqual([60, 60, 10])
  expect(items.map(({ ClientId }) => ClientId)).toEqual(ids)
  expect(items[7]).toEqual({ ClientId: 'client7', UserPoolId: POOL, ClientName: 'Name 7' })
})

it('gives no token after a page that ends with the list', async () => {
  const { sizes } = await pages('ListUserPoolClients', 'UserPoolClients', { MaxResults: 26 })
  expect(sizes).toEqual([26, 26, 26, 26, 26])
})

it('refuses 0 and 61 for MaxResults', async () => {
  for (const MaxResults of [0, 61]) {
    const { body } = await call('ListUserPoolClients', { UserPoolId: POOL, MaxResults })
    expect(body.message).toContain(`Value '${MaxResults}' at 'maxResults'`)
  }
})

it('refuses a token that it did not give', async () => {
  const { body } = await call('ListUserPoolClients', { UserPoolId: POOL, NextToken: 'invented' })
  expect(body.__type).toBe('InvalidParameterException')
})

it('filters by type after cutting pages, so that a page may be empty and not the last', async () => {
  const dcr = { MaxResults: 50, ClientType: 'DCR' }
  const regular = { MaxResults: 50, ClientType: 'REGULAR' }
  expect((await pages('ListUserPoolClients', 'UserPoolClients', dcr)).sizes).toEqual([3, 0, 0])
  expect((await pages('ListUserPoolClients', 'UserPoolClients', regular)).sizes).toEqual([
    47, 50, 30,
  ])
})

it('lists identity providers, COGNITO not among them', async () => {
  const { sizes, items } = await pages('ListIdentityProviders', 'Providers', { MaxResults: 1 })
  expect(sizes).toEqual([1, 1])
  expect(items).toMatchObject([
    { ProviderName: 'Google', ProviderType: 'Google' },
    { ProviderName: 'corp', ProviderType: 'OIDC' },
  ])
})

it('lists resource servers with their scopes', async () => {
  const { items } = await pages('ListResourceServers', 'ResourceServers')
  expect(items).toMatchObject([
    { UserPoolId: POOL, Identifier: 'a', Scopes: [{ ScopeName: 'read' }, { ScopeName: 'write' }] },
    { Identifier: 'b', Scopes: [] },
  ])
})

it('describes the pool', async () => {
  const { body } = await call('DescribeUserPool', { UserPoolId: POOL })
  expect(body.UserPool).toMatchObject({
    Id: POOL,
    Name: 'Main',
    Arn: `arn:aws:cognito-idp:eu-central-1:000000000000:userpool/${POOL}`,
  })
})
