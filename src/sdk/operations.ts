/**
 * The routes as the SDK calls them, by their operationId; a test holds them against the route table of
 * the server, which cannot be loaded in a browser.
 */

import type { QueryName } from '../http/wire/query.ts'

export interface Operation {
  readonly method: 'GET' | 'PATCH' | 'POST' | 'PUT' | 'DELETE'
  /** With `{parameters}`: each is an argument of the method, in order. */
  readonly path: string
  readonly query: readonly QueryName[]
  /** Whether the argument after those of the path is the body. */
  readonly body?: true
}

const CLIENT = ['provider', 'userPoolId'] as const
const WRITE = [...CLIENT, 'dryRun'] as const
/** Writes that can harm a client by means of which the server works. */
const WRITE_OWN = [...WRITE, 'ownClient'] as const
const PAGE = ['limit', 'cursor'] as const

export const OPERATIONS = {
  listClients: {
    method: 'GET',
    path: '/clients',
    query: [...CLIENT, 'q', 'filter', 'fresh', ...PAGE],
  },
  createClient: { method: 'POST', path: '/clients', query: WRITE, body: true },
  deleteClient: { method: 'DELETE', path: '/clients/{clientId}', query: WRITE_OWN },
  getClient: { method: 'GET', path: '/clients/{clientId}', query: CLIENT },
  updateClient: { method: 'PATCH', path: '/clients/{clientId}', query: WRITE_OWN, body: true },
  lintClient: { method: 'GET', path: '/clients/{clientId}/lint', query: CLIENT },
  lintClients: { method: 'GET', path: '/lint', query: [...CLIENT, 'severity', ...PAGE] },
  getClientHistory: {
    method: 'GET',
    path: '/clients/{clientId}/history',
    query: [...CLIENT, ...PAGE],
  },
  rollbackClient: {
    method: 'POST',
    path: '/clients/{clientId}/rollback',
    query: WRITE_OWN,
    body: true,
  },
  copyClient: { method: 'POST', path: '/clients/{clientId}/copy', query: WRITE, body: true },
  protectClient: {
    method: 'PUT',
    path: '/clients/{clientId}/protection',
    query: WRITE,
    body: true,
  },
  adoptClient: {
    method: 'PUT',
    path: '/clients/{clientId}/registration',
    query: WRITE,
    body: true,
  },
  suspendClient: {
    method: 'POST',
    path: '/clients/{clientId}/suspend',
    query: WRITE_OWN,
    body: true,
  },
  resumeClient: {
    method: 'POST',
    path: '/clients/{clientId}/resume',
    query: WRITE_OWN,
    body: true,
  },
  listLeases: { method: 'GET', path: '/clients/{clientId}/leases', query: CLIENT },
  putLease: { method: 'PUT', path: '/clients/{clientId}/leases', query: WRITE, body: true },
  endLeases: {
    method: 'DELETE',
    path: '/clients/{clientId}/leases',
    query: [...WRITE, 'owner', 'field', 'value'],
  },
  rotateSecret: {
    method: 'POST',
    path: '/clients/{clientId}/rotate-secret',
    query: WRITE_OWN,
    body: true,
  },
  listSecrets: { method: 'GET', path: '/clients/{clientId}/secrets', query: CLIENT },
  retireSecret: {
    method: 'DELETE',
    path: '/clients/{clientId}/secrets/{secretId}',
    query: [...WRITE, 'afterSeconds', 'ownClient'],
  },
  searchHistory: {
    method: 'GET',
    path: '/history',
    query: ['provider', 'actor', 'actorIssuer', 'outcome', 'from', 'to', ...PAGE],
  },
  getOperation: { method: 'GET', path: '/operations/{operationId}', query: [] },
  createJob: { method: 'POST', path: '/jobs', query: ['dryRun'], body: true },
  listJobs: { method: 'GET', path: '/jobs', query: ['actor', 'actorIssuer', ...PAGE] },
  getJob: { method: 'GET', path: '/jobs/{jobId}', query: [] },
  getJobResults: { method: 'GET', path: '/jobs/{jobId}/results', query: PAGE },
  getJobEvents: { method: 'GET', path: '/jobs/{jobId}/events', query: [] },
  startJob: { method: 'POST', path: '/jobs/{jobId}/start', query: [] },
  pauseJob: { method: 'POST', path: '/jobs/{jobId}/pause', query: [] },
  resumeJob: { method: 'POST', path: '/jobs/{jobId}/resume', query: [] },
  cancelJob: { method: 'POST', path: '/jobs/{jobId}/cancel', query: [] },
  undoJob: { method: 'POST', path: '/jobs/{jobId}/undo', query: [], body: true },
  listProviders: { method: 'GET', path: '/providers', query: [] },
  getProvider: { method: 'GET', path: '/providers/{providerId}', query: [] },
  getOpenapi: { method: 'GET', path: '/openapi.json', query: [] },
  getHealth: { method: 'GET', path: '/healthz', query: [] },
  getReadiness: { method: 'GET', path: '/readyz', query: [] },
  getMetrics: { method: 'GET', path: '/metrics', query: [] },
} as const satisfies Readonly<Record<string, Operation>>

export type OperationName = keyof typeof OPERATIONS
