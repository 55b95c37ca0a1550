/**
 * OAuth flows, the flag that switches OAuth on, and the refresh flow, which Cognito keeps in three
 * places (AllowedOAuthFlows, ExplicitAuthFlows, RefreshTokenRotation).
 */

import type { RefreshTokenRotation } from '../../core/client.ts'
import { ClientError } from '../../core/errors.ts'
import { doubleOf } from '../../core/json/json-number.ts'
import { inner, texts } from '../../core/mapping/lenses.ts'
import type { Lens, Native, NativeChange } from '../../core/mapping/row.ts'
import { modernFlows, oauthIsOn, rotates } from './record.ts'

const REFRESH = 'ALLOW_REFRESH_TOKEN_AUTH'
/** What an unset ExplicitAuthFlows means (UpdateUserPoolClient). */
const DEFAULT_FLOWS = [REFRESH, 'ALLOW_USER_SRP_AUTH', 'ALLOW_CUSTOM_AUTH']

const FLOW_OF_GRANT: Readonly<Record<string, string>> = {
  authorization_code: 'code',
  implicit: 'implicit',
  client_credentials: 'client_credentials',
}

/** Whether users get refresh tokens, by OAuth or by the sign-in calls of Cognito itself. */
export const refreshes = (native: Native) =>
  rotates(native) || modernFlows(native).length === 0 || modernFlows(native).includes(REFRESH)

const grantsOf = (native: Native) => (oauthIsOn(native) ? storedGrants(native) : [])

/** The grant types of the stored flows, whether OAuth is on or off. */
export function storedGrants(native: Native): readonly string[] {
  const flows = texts(native.AllowedOAuthFlows)
  const grants = flows.map(
    (flow) => Object.keys(FLOW_OF_GRANT).find((grant) => FLOW_OF_GRANT[grant] === flow) ?? flow,
  )
  return flows.includes('code') && refreshes(native) ? [...grants, 'refresh_token'] : grants
}

/** Grant types as a client registration names them (RFC 7591 section 2). */
export const grantTypes: Lens<readonly string[]> = {
  support: 'derived',
  keys: ['AllowedOAuthFlows', 'AllowedOAuthFlowsUserPoolClient'],
  get: grantsOf,
  put: (grants, native) => {
    const flows = (grants ?? []).flatMap((grant) => FLOW_OF_GRANT[grant] ?? [])
    if (grants?.includes('refresh_token') !== flows.includes('code') && grants !== null) {
      throw new ClientError(
        'rule_violated',
        'client.grantTypes must contain authorization_code and refresh_token together: Cognito lets every client with the code flow refresh.',
        { field: 'client.grantTypes' },
      )
    }
    return {
      AllowedOAuthFlows: flows.length > 0 ? flows : undefined,
      AllowedOAuthFlowsUserPoolClient: flows.length > 0,
      ...(flows.includes('code') && !refreshes(native) ? withRefresh(native) : {}),
    }
  },
  limits: { values: [...Object.keys(FLOW_OF_GRANT), 'refresh_token'] },
  note: 'Switches AllowedOAuthFlowsUserPoolClient on when there is a flow, and off when there is none.',
}

const MAX_GRACE_SECONDS = 60

/**
 * Rotation and the refresh flow exclude each other and must change in one write
 * (hashicorp/terraform-provider-aws#47196).
 */
export const refreshTokenRotation: Lens<RefreshTokenRotation | null> = {
  support: 'native',
  keys: ['RefreshTokenRotation'],
  get: (native) => {
    const { RetryGracePeriodSeconds: grace } = inner(native, 'RefreshTokenRotation')
    return { enabled: rotates(native), graceSeconds: doubleOf(grace) ?? 0 }
  },
  put: (rotation, native) => {
    const enabled = rotation?.enabled ?? false
    if ((rotation?.graceSeconds ?? 0) > MAX_GRACE_SECONDS) {
      throw new ClientError(
        'invalid_field',
        `client.refreshTokenRotation.graceSeconds must be at most ${MAX_GRACE_SECONDS} with this provider.`,
        { field: 'client.refreshTokenRotation.graceSeconds' },
      )
    }
    return {
      RefreshTokenRotation:
        rotation === null
          ? undefined
          : {
              ...inner(native, 'RefreshTokenRotation'),
              Feature: enabled ? 'ENABLED' : 'DISABLED',
              RetryGracePeriodSeconds: rotation.graceSeconds,
            },
      ...(enabled === rotates(native)
        ? {}
        : enabled
          ? withoutRefresh(native)
          : withRefresh(native)),
    }
  },
  limits: { members: { graceSeconds: MAX_GRACE_SECONDS } },
  note: 'Moves ALLOW_REFRESH_TOKEN_AUTH in ExplicitAuthFlows, which Cognito refuses beside rotation.',
}

function withRefresh(native: Native): NativeChange {
  const flows = modernFlows(native)
  if (flows.length === 0 || flows.includes(REFRESH)) return {}
  return { ExplicitAuthFlows: [...texts(native.ExplicitAuthFlows), REFRESH] }
}

function withoutRefresh(native: Native): NativeChange {
  const flows =
    native.ExplicitAuthFlows === undefined ? DEFAULT_FLOWS : texts(native.ExplicitAuthFlows)
  return { ExplicitAuthFlows: flows.filter((flow) => flow !== REFRESH) }
}
