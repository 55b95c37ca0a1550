/** References to what the provider does not have. */

import type { LintRule } from './rule.ts'

export const DANGLING_RULES: readonly LintRule[] = [
  {
    id: 'dangling_reference',
    severity: 'error',
    says: 'an identity provider or a scope that the user pool no longer has, so that Cognito refuses every change of the client',
    source:
      'lgallard/terraform-aws-cognito-user-pool#72; Cognito, UpdateUserPoolClient, ScopeDoesNotExistException',
    find: ({ dangling }) =>
      dangling.map(({ field, message, mend }) => ({
        field: `client.${field}`,
        message,
        ...(mend === undefined ? {} : { mend }),
      })),
  },
]
