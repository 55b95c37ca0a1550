/** The operations that list or describe what is in a pool. */

import { BOUNDED_TOKEN, type Members, NEXT_TOKEN, POOL_ID, type Shape } from './members.ts'
import type { Operation } from './operation.ts'
import { refuse } from './refusal.ts'
import type { Input } from './rules/constraints.ts'

const paging = (min: number, max: number, token: Shape): Members => ({
  UserPoolId: POOL_ID,
  MaxResults: { shape: { type: 'integer', min, max } },
  NextToken: { shape: token },
})

/** A page when MaxResults is left out, or 0; the service's own choice is undocumented. */
const PAGE_SIZE = 60

export const listOperations: Readonly<Record<string, Operation>> = {
  ListUserPoolClients: {
    category: 'client-read',
    members: {
      ...paging(1, 60, BOUNDED_TOKEN),
      // In SDK releases of late 2026; a client without a type counts as REGULAR.
      ClientType: { shape: { type: 'string', values: ['REGULAR', 'DCR'] } },
    },
    answer: (input, { pools }) => {
      const { items, next } = page([...pools.pool(input.UserPoolId).clients.values()], input)
      // The filter comes after the page is cut, so pages may be short or empty and still have a
      // NextToken, as the model says of it.
      const matches = items.filter(
        ({ ClientType: type }) => (input.ClientType ?? type ?? 'REGULAR') === (type ?? 'REGULAR'),
      )
      return {
        UserPoolClients: matches.map(({ ClientId, ClientName }) => ({
          ClientId,
          UserPoolId: input.UserPoolId,
          ClientName,
        })),
        ...next,
      }
    },
  },
  ListIdentityProviders: {
    category: 'pool-read',
    members: paging(0, 60, NEXT_TOKEN),
    answer: (input, { pools }) => {
      const pool = pools.pool(input.UserPoolId)
      const { items, next } = page(pool.identityProviders, input)
      return {
        Providers: items.map((name) => ({
          ProviderName: name,
          ProviderType: SOCIAL.includes(name) ? name : 'OIDC',
          LastModifiedDate: pool.createdAt,
          CreationDate: pool.createdAt,
        })),
        ...next,
      }
    },
  },
  ListResourceServers: {
    category: 'pool-read',
    members: paging(1, 50, NEXT_TOKEN),
    answer: (input, { pools }) => {
      const pool = pools.pool(input.UserPoolId)
      const { items, next } = page(pool.resourceServers, input)
      return {
        ResourceServers: items.map(({ identifier, scopes }) => ({
          UserPoolId: pool.id,
          Identifier: identifier,
          Name: identifier,
          Scopes: scopes.map((scope) => ({ ScopeName: scope, ScopeDescription: scope })),
        })),
        ...next,
      }
    },
  },
  DescribeUserPool: {
    category: 'pool-read',
    members: { UserPoolId: POOL_ID },
    answer: ({ UserPoolId }, { pools, region }) => {
      const { id, name, createdAt } = pools.pool(UserPoolId)
      return {
        UserPool: {
          Id: id,
          Name: name,
          Arn: `arn:aws:cognito-idp:${region}:000000000000:userpool/${id}`,
          LastModifiedDate: createdAt,
          CreationDate: createdAt,
        },
      }
    },
  },
}

const SOCIAL = ['Facebook', 'Google', 'LoginWithAmazon', 'SignInWithApple']

/** One page of a list; the token is opaque and holds the position after it. */
function page<T>(all: readonly T[], { MaxResults, NextToken }: Input) {
  const start = NextToken === undefined ? 0 : position(String(NextToken))
  const end = start + (Number(MaxResults ?? 0) || PAGE_SIZE)
  const token = Buffer.from(`position:${end}`).toString('base64url')
  return { items: all.slice(start, end), next: end < all.length ? { NextToken: token } : {} }
}

/** The text for a token that the service did not give is unverified. */
function position(token: string): number {
  const [, digits] = /^position:(\d+)$/.exec(Buffer.from(token, 'base64url').toString()) ?? []
  return digits === undefined
    ? refuse('InvalidParameterException', 'Invalid pagination token.')
    : Number(digits)
}
