/**
 * Switching a Cognito app client off, as far as settings go. Without its OAuth flag the token endpoint
 * answers invalid_grant whatever flows are stored (hashicorp/terraform-provider-aws#34945), so those
 * stay. Sign-in calls have no such flag: an empty list of flows means the default ones, and one flow is
 * the least there can be. ALLOW_REFRESH_TOKEN_AUTH must be there without rotation (aws/aws-cdk#7625)
 * and must not be with it (hashicorp/terraform-provider-aws#47196).
 */

import type { Native, Suspension } from '../../core/mapping/row.ts'
import { rotates } from './record.ts'

const leastFlow = (native: Native) =>
  rotates(native) ? 'ALLOW_CUSTOM_AUTH' : 'ALLOW_REFRESH_TOKEN_AUTH'

export const suspension: Suspension = {
  doesNotStop: [
    'issued access tokens and ID tokens, until they expire',
    "issued refresh tokens, if they are used with Cognito's own sign-in calls",
    'sessions of the hosted login pages and single sign-on of other clients',
    'custom authentication, if refresh tokens rotate and the pool has triggers for it',
  ],
  emulation: {
    keys: ['AllowedOAuthFlowsUserPoolClient', 'ExplicitAuthFlows'],
    suspended: (native) => ({
      ...native,
      AllowedOAuthFlowsUserPoolClient: false,
      ExplicitAuthFlows: [leastFlow(native)],
    }),
  },
}
