/**
 * The route table: one row a route. Routing, permissions, OpenAPI and the tests that walk all routes
 * follow it; a route that is not here does not exist.
 */

import type { Permission } from '../core/permissions.ts'
import type { Answer } from './answer.ts'
import { getClient, patchClient } from './clients.ts'
import type { Exchange } from './exchange.ts'
import { getHealth, getReadiness } from './health.ts'
import { getMetrics } from './metrics.ts'
import { getOpenapi } from './openapi.ts'
import { getProvider, listProviders } from './providers.ts'

export interface Route {
  readonly method: 'GET' | 'PATCH' | 'POST' | 'PUT' | 'DELETE'
  /** With `{parameters}`, as OpenAPI writes it. */
  readonly path: string
  readonly operationId: string
  readonly summary: string
  /** `public`: no token is asked for. */
  readonly permission: Permission | 'public'
  /** Query parameters that it takes; any other is refused. */
  readonly query: readonly (keyof typeof QUERY_PARAMETERS)[]
  /** What the body is, where there is one. */
  readonly body?: 'ClientPatch'
  /** What a success answers. */
  readonly answers: 'Client' | 'Provider' | 'ProviderList' | 'Status' | 'Document' | 'Text'
  handle(exchange: Exchange): Answer | Promise<Answer>
}

/** Every query parameter, with the text that it must match and what it is. */
export const QUERY_PARAMETERS = {
  provider: {
    pattern: '^.{1,64}$',
    says: 'The provider that holds the client; absent: the default provider.',
  },
  userPoolId: { pattern: '^.{1,64}$', says: 'The user pool, for providers that have user pools.' },
  dryRun: {
    pattern: '^(true|false)$',
    says: 'true: plan the change, send nothing, show the plan.',
  },
} as const

export const ROUTES: readonly Route[] = [
  {
    method: 'GET',
    path: '/clients/{clientId}',
    operationId: 'getClient',
    summary: 'Reads a client application.',
    permission: 'clients:read',
    query: ['provider', 'userPoolId'],
    answers: 'Client',
    handle: getClient,
  },
  {
    method: 'PATCH',
    path: '/clients/{clientId}',
    operationId: 'updateClient',
    summary: 'Updates specific attributes of a client application.',
    permission: 'clients:write',
    query: ['provider', 'userPoolId', 'dryRun'],
    body: 'ClientPatch',
    answers: 'Client',
    handle: patchClient,
  },
  {
    method: 'GET',
    path: '/providers',
    operationId: 'listProviders',
    summary: 'Lists the providers that the caller may use.',
    permission: 'clients:read',
    query: [],
    answers: 'ProviderList',
    handle: listProviders,
  },
  {
    method: 'GET',
    path: '/providers/{providerId}',
    operationId: 'getProvider',
    summary: 'Tells what a provider can hold: each attribute with its support, reason and limits.',
    permission: 'clients:read',
    query: [],
    answers: 'Provider',
    handle: getProvider,
  },
  {
    method: 'GET',
    path: '/openapi.json',
    operationId: 'getOpenapi',
    summary: 'This description of the API.',
    permission: 'public',
    query: [],
    answers: 'Document',
    handle: () => getOpenapi(ROUTES),
  },
  {
    method: 'GET',
    path: '/healthz',
    operationId: 'getHealth',
    summary: 'Tells that the process runs.',
    permission: 'public',
    query: [],
    answers: 'Status',
    handle: getHealth,
  },
  {
    method: 'GET',
    path: '/readyz',
    operationId: 'getReadiness',
    summary: 'Tells whether changes can be made: the history can be written.',
    permission: 'public',
    query: [],
    answers: 'Status',
    handle: getReadiness,
  },
  {
    method: 'GET',
    path: '/metrics',
    operationId: 'getMetrics',
    summary: 'Counts of this process, in the text format of Prometheus.',
    permission: 'metrics:read',
    query: [],
    answers: 'Text',
    handle: getMetrics,
  },
]
