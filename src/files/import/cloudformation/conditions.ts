/** Conditions of a CloudFormation template, by the defaults of its parameters. */

import { isRecord, type Json, type JsonObject, memberOf } from '../../../core/json/json.ts'

/** The parts of a template that decide. */
export interface Deciding {
  readonly parameters: JsonObject
  readonly conditions: JsonObject
}

const DEEPEST_CONDITION = 32

/** Whether it holds; `undefined` where only a deployed stack knows. */
export function condition(
  value: Json | undefined,
  template: Deciding,
  depth = 0,
): boolean | undefined {
  if (!isRecord(value) || depth > DEEPEST_CONDITION) return undefined
  const [name = ''] = Object.keys(value)
  const list = Array.isArray(value[name]) ? (value[name] as readonly Json[]) : []
  const inner = () => list.map((one) => condition(one, template, depth + 1))
  switch (name) {
    case 'Condition':
      return condition(memberOf(template.conditions, String(value[name])), template, depth + 1)
    case 'Fn::Equals': {
      const [one, other] = list.map((side) => plainText(side, template))
      return one === undefined || other === undefined ? undefined : one === other
    }
    case 'Fn::Not': {
      const [negated] = inner()
      return negated === undefined ? undefined : !negated
    }
    case 'Fn::And':
      return inner().reduce((all, one) => (one === undefined ? undefined : all && one), true)
    case 'Fn::Or':
      return inner().reduce((any, one) => (one === undefined ? undefined : any || one), false)
    default:
      return undefined
  }
}

/** A text, or the default of a parameter. */
function plainText(value: Json, { parameters }: Deciding): string | undefined {
  if (typeof value !== 'object') return String(value)
  const name = isRecord(value) ? value.Ref : undefined
  const parameter = typeof name === 'string' ? memberOf(parameters, name) : undefined
  const text = isRecord(parameter) ? parameter.Default : undefined
  return text === undefined || typeof text === 'object' ? undefined : String(text)
}
