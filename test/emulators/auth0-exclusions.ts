/**
 * Recorded answers that the emulator does not reproduce, each with its reason. The replay fails when
 * one of them no longer differs, or differs otherwise, so that the list cannot rot.
 */

export interface Exclusion {
  readonly file: string
  readonly indexes: readonly number[]
  /** Exactly what differs. */
  readonly differences: readonly string[]
  readonly why: string
}

const CHANNELS = ['async_approval_notification_channels']
const CHANNELS_WHY =
  'Creates of November 2025 carry a default channel, those of 2026 do not; nothing sent explains it'
const NO_EXPIRY_WHY =
  'The API of April 2023 showed a missing expiry as null; newer answers leave it out'

export const EXCLUSIONS: readonly Exclusion[] = [
  {
    file: 'TestClientGrant_ExpressConfiguration.yaml',
    indexes: [0, 3],
    differences: CHANNELS,
    why: CHANNELS_WHY,
  },
  {
    file: 'TestClient_ExpressConfiguration.yaml',
    indexes: [0, 2, 5, 7, 12, 14, 15],
    differences: CHANNELS,
    why: CHANNELS_WHY,
  },
  {
    file: 'TestPromptManager_BulkUpdateRendering.yaml',
    indexes: [2],
    differences: CHANNELS,
    why: CHANNELS_WHY,
  },
  {
    file: 'TestClient_GetCredentials.yaml',
    indexes: [2],
    differences: ['expires_at'],
    why: NO_EXPIRY_WHY,
  },
  {
    file: 'TestClient_ListCredentials.yaml',
    indexes: [2],
    differences: ['body'],
    why: NO_EXPIRY_WHY,
  },
  {
    file: 'TestAccDataSourceClientGrantOrganizations.yaml',
    indexes: [5, 14],
    differences: ['client_secret'],
    why: 'The secret is missing from two reads, though not from the create; nothing sent explains it',
  },
  {
    file: 'TestClient_MyOrganizationConfiguration.yaml',
    indexes: [2],
    differences: ['status 201: undefined'],
    why: 'Refused for an unknown connection profile; the emulator holds no profiles',
  },
]
