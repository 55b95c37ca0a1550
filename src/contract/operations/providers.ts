/** Operations on providers. */

import { LIST_ERRORS, type Operation, READ_ERRORS } from './row.ts'

const READ = {
  method: 'GET',
  permission: 'clients:read',
  query: [],
  headers: [],
  answerHeaders: [],
} as const

export const PROVIDER_OPERATIONS = {
  listProviders: {
    ...READ,
    path: '/providers',
    summary: 'Lists the providers that the caller may use.',
    answers: { 200: 'ProviderList' },
    errors: LIST_ERRORS,
  },
  getProvider: {
    ...READ,
    path: '/providers/{providerId}',
    summary: 'Shows what a provider can hold: each attribute with its support, reason and limits.',
    answers: { 200: 'Provider' },
    errors: READ_ERRORS,
  },
} as const satisfies Readonly<Record<string, Operation>>
