/**
 * An `azuread_application_registration` and the resources that hold the rest of it, in the form of an `azuread_application`
 * (terraform-provider-azuread, docs/resources/application_redirect_uris.md, application_identifier_uri.md,
 * application_api_access.md, application_fallback_public_client.md).
 */

import type { Json, JsonObject } from '../../../core/json/json.ts'
import type { Resource } from './terraform-resource.ts'

/** Each names its registration by `application_id`. */
export const ENTRA_PARTS: readonly string[] = [
  'azuread_application_redirect_uris',
  'azuread_application_identifier_uri',
  'azuread_application_api_access',
  'azuread_application_fallback_public_client',
]

/** Whether a resource holds a part of a registration. */
export const isPartOf =
  ({ id = null }: JsonObject) =>
  ({ type, attributes }: Resource): boolean =>
    ENTRA_PARTS.includes(type) && id !== null && attributes.application_id === id

/** The attributes of a registration as those of an application. */
export function withParts(own: JsonObject, parts: readonly Resource[]): JsonObject {
  const attributesOf = (type: string) =>
    parts.filter((one) => one.type === type).map(({ attributes }) => attributes)
  const urisOf = (platform: string) =>
    attributesOf('azuread_application_redirect_uris')
      .filter(({ type }) => type === platform)
      .flatMap(({ redirect_uris: uris }) => listOf(uris))
  const { homepage_url, logout_url } = own
  const flows = {
    access_token_issuance_enabled: own.implicit_access_token_issuance_enabled ?? false,
    id_token_issuance_enabled: own.implicit_id_token_issuance_enabled ?? false,
  }
  const web = {
    homepage_url: homepage_url ?? null,
    logout_url: logout_url ?? null,
    redirect_uris: urisOf('Web'),
    implicit_grant: [flows],
  }
  const [fallback] = attributesOf('azuread_application_fallback_public_client')
  return {
    ...own,
    identifier_uris: attributesOf('azuread_application_identifier_uri').flatMap(
      ({ identifier_uri: uri }) => uri ?? [],
    ),
    web: [web],
    single_page_application: [{ redirect_uris: urisOf('SPA') }],
    public_client: [{ redirect_uris: urisOf('PublicClient') }],
    required_resource_access: attributesOf('azuread_application_api_access').map(accessOf),
    ...(fallback === undefined ? {} : { fallback_public_client_enabled: fallback.enabled ?? null }),
  }
}

const accessOf = ({ api_client_id: id, role_ids: roles, scope_ids: scopes }: JsonObject) => ({
  resource_app_id: id ?? null,
  resource_access: [
    ...listOf(roles).map((role) => ({ id: role, type: 'Role' })),
    ...listOf(scopes).map((scope) => ({ id: scope, type: 'Scope' })),
  ],
})

const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : [])
