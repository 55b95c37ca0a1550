/** What the service keeps by a client outside of its record; here no one has set any of it. */

import { CLIENT_ID, POOL_ID } from './members.ts'
import type { Operation } from './operation.ts'
import { refuse } from './refusal.ts'

const members = { UserPoolId: POOL_ID, ClientId: CLIENT_ID }
const category = 'pool-read'

export const elsewhereOperations: Readonly<Record<string, Operation>> = {
  GetUserPoolClientSessionConfiguration: {
    category,
    members,
    answer: ({ UserPoolId, ClientId }, { pools }) => {
      pools.client(UserPoolId, String(ClientId))
      // The default where it was never set (API reference).
      return { UserPoolId, ClientId, SSOSession: { MaxValidityMinutes: 60 } }
    },
  },
  DescribeManagedLoginBrandingByClient: {
    category,
    members: { ...members, ReturnMergedResources: { shape: { type: 'boolean' } } },
    answer: () => refuse('ResourceNotFoundException', 'The client has no style.'),
  },
  DescribeRiskConfiguration: {
    category,
    // Without a ClientId: that of the pool.
    members: { UserPoolId: POOL_ID, ClientId: { shape: CLIENT_ID.shape } },
    answer: ({ UserPoolId }) => ({ RiskConfiguration: { UserPoolId } }),
  },
}
