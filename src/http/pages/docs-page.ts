/** `GET /docs`: the OpenAPI description as a page to read, made on the server. */

import { isRecord, type Json, type JsonObject } from '../../core/json/json.ts'
import { escaped } from '../../core/page/text.ts'
import type { Answer } from '../answer.ts'
import { describeApi } from '../openapi/openapi.ts'
import { page } from './html.ts'

let answer: Answer | undefined

/** The reference; made at its first use, and the same from then on. */
export function getDocs(): Answer {
  answer ??= reference(describeApi())
  return answer
}

const objects = (value: Json | undefined): readonly JsonObject[] =>
  Array.isArray(value) ? value.filter(isRecord) : []
const members = (value: Json | undefined): readonly [string, JsonObject][] =>
  isRecord(value)
    ? Object.entries(value).filter((one): one is [string, JsonObject] => isRecord(one[1]))
    : []
const text = (value: Json | undefined) => (typeof value === 'string' ? escaped(value) : '')
/** Words between back quotes are code. */
const prose = (value: Json | undefined) => text(value).replace(/`([^`]+)`/g, '<code>$1</code>')

function reference(api: JsonObject): Answer {
  const operations = members(api.paths).flatMap(([path, methods]) =>
    members(methods).map(([method, operation]) => ({ path, method, operation })),
  )
  const tags = objects(api.tags)
  const contents = tags.map(({ name }) => `<a href="#tag-${text(name)}">${text(name)}</a>`)
  const groups = tags.map(({ name, description }) => {
    const own = operations.filter(
      ({ operation: { tags: of } }) => Array.isArray(of) && of.includes(name ?? ''),
    )
    return `<h2 id="tag-${text(name)}">${text(name)}</h2><p>${prose(description)}</p>${own.map(operationHtml).join('')}`
  })
  const { schemas } = isRecord(api.components) ? api.components : {}
  return page(
    'Clientry: reference',
    `<h1>Clientry: reference</h1><p><a href=".">Start</a>, <a href="openapi.json">OpenAPI description</a></p><p>${contents.join(' · ')} · <a href="#schemas">schemas</a></p>${groups.join('')}<h2 id="schemas">schemas</h2>${members(schemas).map(schemaHtml).join('')}`,
  )
}

function operationHtml(one: { path: string; method: string; operation: JsonObject }): string {
  const { path, method, operation } = one
  const parameters = objects(operation.parameters).filter(({ name }) => name !== undefined)
  const rows = parameters.map(
    ({ name, in: place, required, description }) =>
      `<tr><td><code>${text(name)}</code></td><td>${text(place)}${required === true ? ', required' : ''}</td><td>${prose(description)}</td></tr>`,
  )
  const statuses = isRecord(operation.responses) ? Object.keys(operation.responses) : []
  return `<h3 id="${text(operation.operationId)}"><code>${method.toUpperCase()} ${escaped(path)}</code></h3><p>${prose(operation.description)}</p>${rows.length === 0 ? '' : `<table>${rows.join('')}</table>`}${bodyHtml(operation.requestBody)}${answersHtml(operation.responses)}<p>Statuses: ${statuses.join(', ')}</p>`
}

function bodyHtml(body: Json | undefined): string {
  const [first] = isRecord(body) ? members(body.content) : []
  if (first === undefined || !isRecord(body)) return ''
  const types = members(body.content).map(([type]) => `<code>${escaped(type)}</code>`)
  const [, { schema, example }] = first
  return `<p>Body: ${typeHtml(schema)}${body.required === true ? '' : ', may be absent'}; ${types.join(', ')}</p>${example === undefined ? '' : `<pre>${escaped(JSON.stringify(example, undefined, 2))}</pre>`}`
}

function answersHtml(responses: Json | undefined): string {
  const bodies = members(responses).flatMap(([status, { content }]) =>
    members(content).map(([, { schema }]) => `${status}: ${typeHtml(schema)}`),
  )
  return bodies.length === 0 ? '' : `<p>Answers: ${bodies.join(', ')}</p>`
}

function schemaHtml([name, schema]: readonly [string, JsonObject]): string {
  const rows = members(schema.properties).map(
    ([member, of]) =>
      `<tr><td><code>${escaped(member)}</code></td><td>${typeHtml(of)}</td><td>${prose(of.description)}</td></tr>`,
  )
  const shape = rows.length === 0 ? `<p>${typeHtml(schema)}</p>` : `<table>${rows.join('')}</table>`
  return `<h3 id="schema-${escaped(name)}">${escaped(name)}</h3><p>${prose(schema.description)}</p>${shape}`
}

/** A schema in a few words; named ones are links. */
function typeHtml(schema: Json | undefined): string {
  if (!isRecord(schema)) return 'any'
  const { $ref, anyOf, allOf, enum: values, const: only, type, items, pattern } = schema
  if (typeof $ref === 'string') {
    const name = escaped($ref.slice($ref.lastIndexOf('/') + 1))
    return `<a href="#schema-${name}">${name}</a>`
  }
  if (Array.isArray(anyOf)) return anyOf.map((one) => typeHtml(one as Json)).join(' or ')
  if (Array.isArray(allOf)) return allOf.map((one) => typeHtml(one as Json)).join(' and ')
  if (Array.isArray(values))
    return values.map((one) => `<code>${escaped(String(one))}</code>`).join(', ')
  if (only !== undefined) return `<code>${escaped(JSON.stringify(only))}</code>`
  if (type === 'array') return `list of ${typeHtml(items)}`
  return `${text(type) || 'any'}${typeof pattern === 'string' ? ` <code>${escaped(pattern)}</code>` : ''}`
}
