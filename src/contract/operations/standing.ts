/** Operations on what holds for a client beside its settings. */

import { CHANGE_OF_CLIENT, type Operation, READ_OF_CLIENT, WRITE } from './row.ts'

export const STANDING_OPERATIONS = {
  /** Callers without `clients:read` get those leases that they have taken, and no others. */
  getStanding: {
    ...READ_OF_CLIENT,
    path: '/clients/{clientId}/standing',
    summary: 'Shows the standing of a client besides its settings, and the running change.',
    page: '#standing',
    alternative: 'leases:write',
    answers: { 200: 'Standing', 304: 'nothing' },
  },
  protectClient: {
    ...CHANGE_OF_CLIENT,
    method: 'PUT',
    path: '/clients/{clientId}/protection',
    summary: 'Protects a client from being removed or suspended, or ends the protection.',
    page: '#protecting-a-client',
    permission: 'clients:protect',
    query: WRITE,
    body: 'ProtectionRequest',
    answers: { 200: 'Client' },
  },
  /** Grants can be limited to teams, so who may say whose a client is decides who may do what with it. */
  assignClient: {
    ...CHANGE_OF_CLIENT,
    method: 'PUT',
    path: '/clients/{clientId}/team',
    summary: 'Says which team a client belongs to.',
    page: '#teams',
    permission: 'clients:assign',
    query: WRITE,
    body: 'TeamRequest',
    answers: { 200: 'Client' },
  },
  suspendClient: {
    ...CHANGE_OF_CLIENT,
    method: 'POST',
    path: '/clients/{clientId}/suspend',
    summary: 'Switches a client off until it is resumed.',
    page: '#suspending-a-client',
    permission: 'clients:suspend',
    body: 'SuspensionRequest',
    bodyOptional: true,
    answers: { 200: 'Client' },
  },
  resumeClient: {
    ...CHANGE_OF_CLIENT,
    method: 'POST',
    path: '/clients/{clientId}/resume',
    summary: 'Ends the suspension of a client and restores what it removed.',
    page: '#suspending-a-client',
    permission: 'clients:suspend',
    body: 'ResumptionRequest',
    bodyOptional: true,
    answers: { 200: 'Client' },
  },
} as const satisfies Readonly<Record<string, Operation>>
