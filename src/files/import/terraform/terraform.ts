/**
 * Clients in a Terraform state: `terraform.tfstate` of version 4, or what `terraform show -json` prints. A state has
 * secrets in it, of which nothing is read but whether there are any.
 */

import { isRecord, type Json, type JsonObject, memberOf } from '../../../core/json/json.ts'
import type { ImportedClient, Loss, Reading, Source } from '../imported.ts'
import { fault, jsonOf } from '../source-value.ts'
import { auth0Native } from './terraform-auth0.ts'
import { cognitoNative } from './terraform-cognito.ts'
import { entraNative } from './terraform-entra.ts'
import { ENTRA_PARTS } from './terraform-entra-parts.ts'
import { keycloakNative } from './terraform-keycloak.ts'
import { oktaNative } from './terraform-okta.ts'
import type { Resource, ResourceReader } from './terraform-resource.ts'

const READERS: Readonly<Record<string, ResourceReader>> = {
  auth0_client: auth0Native,
  aws_cognito_user_pool_client: cognitoNative,
  aws_cognito_managed_user_pool_client: cognitoNative,
  azuread_application: entraNative,
  azuread_application_registration: entraNative,
  keycloak_openid_client: keycloakNative,
  okta_app_oauth: oktaNative,
}

/** Resources that are read together with those. */
const PARTS = ['auth0_client_credentials', ...ENTRA_PARTS]

/**
 * Reads states.
 * @throws ClientError `invalid_field`
 */
export function readTerraform(sources: readonly Source[]): Reading {
  const readings = sources.map((source) => {
    const resources = resourcesOf(source)
    const losses: Loss[] = []
    const clients = resources.flatMap((resource): readonly ImportedClient[] => {
      const { address, type, sensitive } = resource
      const about = `${source.path}: ${address}`
      const reader = Object.hasOwn(READERS, type) ? READERS[type] : undefined
      if (reader === undefined) {
        const isPart = PARTS.includes(type) || !/client|app/.test(type)
        if (!isPart) losses.push({ about, what: type, why: 'no provider here has such a resource' })
        return []
      }
      const attributes = withoutMembersOf(resource.attributes, sensitive)
      const hasSecret = secretsOf(resource).includes('client_secret')
      const read = reader({ ...resource, attributes, hasSecret }, resources)
      losses.push(...read.losses.map((loss) => ({ about, ...loss })))
      losses.push(...secretsOf(resource).map((what) => ({ about, what, why: SECRET })))
      return [{ about, ...read.client }]
    })
    return { clients, losses }
  })
  return {
    clients: readings.flatMap(({ clients }) => clients),
    losses: readings.flatMap(({ losses }) => losses),
    variables: new Map(),
  }
}

const SECRET = 'secrets are in no file'

/** Attributes that hold a secret, whatever the state marks. */
const secretsOf = ({ attributes, sensitive }: Resource): readonly string[] =>
  [...new Set([...sensitive, 'client_secret', 'registration_access_token'])].filter((name) => {
    const value = memberOf(attributes, name)
    return value !== undefined && value !== null && value !== ''
  })

const withoutMembersOf = (attributes: JsonObject, sensitive: readonly string[]): JsonObject =>
  Object.fromEntries(
    Object.entries(attributes).filter(
      ([name]) => !sensitive.includes(name) && name !== 'client_secret',
    ),
  )

function resourcesOf({ path, text }: Source): readonly Resource[] {
  const state = jsonOf(path, text)
  if (!isRecord(state)) throw fault(path, 'is no Terraform state')
  const { version, resources, values } = state
  if (Array.isArray(resources) && version === 4) return resources.flatMap(storedResource)
  const root = isRecord(values) ? values.root_module : undefined
  if (isRecord(root)) return shownResources(root)
  throw fault(
    path,
    'is no Terraform state of version 4, and not what "terraform show -json" prints',
  )
}

/** Of a state: one resource has an instance for each key of `count` or `for_each`. */
function storedResource(resource: Json): readonly Resource[] {
  if (!isRecord(resource) || resource.mode !== 'managed' || !Array.isArray(resource.instances)) {
    return []
  }
  const { module, type, name, instances } = resource
  const base = [module, type, name].filter((part) => typeof part === 'string').join('.')
  return instances.flatMap((instance: Json): readonly Resource[] => {
    if (!isRecord(instance) || !isRecord(instance.attributes)) return []
    const { index_key: key, attributes, sensitive_attributes: marked } = instance
    const address = key === undefined ? base : `${base}[${JSON.stringify(key)}]`
    return [{ address, type: String(type), attributes, sensitive: markedNames(marked) }]
  })
}

/** `sensitive_attributes` is a list of paths, each a list of steps. */
const markedNames = (marked: Json | undefined): readonly string[] =>
  (Array.isArray(marked) ? marked : []).flatMap((path: Json) => {
    const [step] = Array.isArray(path) ? path : []
    return isRecord(step) && typeof step.value === 'string' ? [step.value] : []
  })

/** Of `terraform show -json`, in which modules lie within each other. */
function shownResources(module: JsonObject): readonly Resource[] {
  const { resources, child_modules: children } = module
  const own = (Array.isArray(resources) ? resources : []).flatMap((one: Json) => {
    if (!isRecord(one) || one.mode === 'data' || !isRecord(one.values)) return []
    const marked = isRecord(one.sensitive_values) ? one.sensitive_values : {}
    const sensitive = Object.keys(marked).filter((name) => marked[name] === true)
    const { address, type, values } = one
    return [{ address: String(address), type: String(type), attributes: values, sensitive }]
  })
  const inner = (Array.isArray(children) ? children : []).filter(isRecord).flatMap(shownResources)
  return [...own, ...inner]
}
