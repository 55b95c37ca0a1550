/**
 * `AWS::Cognito::UserPoolClient` in CloudFormation, SAM and CDK templates, as YAML with short tags (`!Ref`) or JSON. Its
 * properties have the names of the API (CloudFormation template reference).
 */

import { isRecord, type Json, type JsonObject, memberOf } from '../../../core/json/json.ts'
import type { ImportedClient, ImportedVariable, Loss, Reading, Source } from '../imported.ts'
import { checkSource, holdsVariable } from '../placeholders.ts'
import { fault, valueOfSource } from '../source-value.ts'
import { NO_VALUE, resolved, type Template } from './intrinsics.ts'

const TYPE = 'AWS::Cognito::UserPoolClient'

/** `!GetAtt A.B` is `Fn::GetAtt`; two tags have no such prefix. */
const tagName = (tag: string) => (tag === 'Ref' || tag === 'Condition' ? tag : `Fn::${tag}`)

/** Properties that a template may also write as texts. */
const FLAGS = /^(Enable|GenerateSecret$|AllowedOAuthFlowsUserPoolClient$)/
const NUMBERS = /Validity$/

/**
 * Reads templates.
 * @throws ClientError `invalid_field`
 */
export function readCloudFormation(sources: readonly Source[]): Reading {
  const variables = new Map<string, ImportedVariable>()
  const losses: Loss[] = []
  const clients = sources.flatMap((source) => {
    checkSource(source.path, source.text)
    const template = valueOfSource(source, tagName)
    const resources = isRecord(template) ? template.Resources : undefined
    if (!isRecord(template) || !isRecord(resources)) throw fault(source.path, 'is no template')
    return Object.entries(resources).flatMap(([name, resource]): readonly ImportedClient[] => {
      if (!isRecord(resource) || resource.Type !== TYPE) return []
      return [clientOf({ path: source.path, name, resource, template }, { variables, losses })]
    })
  })
  return { clients, losses, variables }
}

interface Resource {
  readonly path: string
  readonly name: string
  readonly resource: JsonObject
  readonly template: JsonObject
}

function clientOf(
  { path, name, resource, template }: Resource,
  { variables, losses }: { variables: Map<string, ImportedVariable>; losses: Loss[] },
): ImportedClient {
  const about = `${path}: ${name}`
  const { Properties: properties = {}, Condition: condition } = resource
  if (condition !== undefined) {
    losses.push({ about, what: 'Condition', why: 'the client is written whether it holds or not' })
  }
  const native: Record<string, Json> = {}
  for (const [property, value] of Object.entries(isRecord(properties) ? properties : {})) {
    const lose = (why: string) => losses.push({ about, what: property, why })
    const result = resolved(value, { ...partsOf(template), variables, lose })
    if (property === 'ClientId') lose('no template can set it: Cognito makes the id')
    else if (result !== NO_VALUE) native[property] = ofItsType(property, result)
  }
  const { UserPoolId: pool, GenerateSecret: generated, ...settings } = native
  return {
    about,
    type: 'cognito',
    name,
    native: { ...impliedBy(native), ...settings, ClientSecrets: generated === true ? [{}] : [] },
    ...(typeof pool === 'string' ? { userPoolId: pool } : {}),
  }
}

/**
 * What CloudFormation makes of properties that are absent (CreateUserPoolClient), where a new client of a kind starts from
 * something else.
 */
function impliedBy(properties: JsonObject): JsonObject {
  const isOff = properties.AllowedOAuthFlows === undefined
  return {
    ...(isOff ? { AllowedOAuthFlows: [], AllowedOAuthScopes: [] } : {}),
    AllowedOAuthFlowsUserPoolClient: false,
    ExplicitAuthFlows: DEFAULT_FLOWS,
    RefreshTokenRotation: { Feature: 'DISABLED' },
  }
}

/** What an unset ExplicitAuthFlows means (UpdateUserPoolClient). */
const DEFAULT_FLOWS = ['ALLOW_REFRESH_TOKEN_AUTH', 'ALLOW_USER_SRP_AUTH', 'ALLOW_CUSTOM_AUTH']

function partsOf(template: JsonObject): Omit<Template, 'variables' | 'lose'> {
  const part = (name: string) => {
    const value = memberOf(template, name)
    return isRecord(value) ? value : {}
  }
  return {
    parameters: part('Parameters'),
    mappings: part('Mappings'),
    conditions: part('Conditions'),
  }
}

function ofItsType(property: string, value: Json): Json {
  if (typeof value !== 'string' || holdsVariable(value)) return value
  if (FLAGS.test(property) && /^(true|false)$/i.test(value)) return /^true$/i.test(value)
  return NUMBERS.test(property) && /^\d+$/.test(value) ? Number(value) : value
}
