/**
 * Clients that files are not about: by name, kind, first party or id. They are neither exported nor compared, and no plan
 * removes them.
 */

import { FIELDS, isFieldName } from '../core/client.ts'
import { CLIENT_KINDS } from '../core/client-kind.ts'
import { ClientError } from '../core/errors.ts'
import type { JsonObject } from '../core/json/json.ts'
import type { ClientFile } from './client-file.ts'
import type { LiveClient } from './compare.ts'
import { kindOfClient } from './render.ts'

/** What an exclusion is judged by: a client, or what a file says of one that is not there yet. */
interface Subject {
  readonly attributes: JsonObject
  readonly kind?: string | undefined
}

/** The first term that excludes a client, or a file of a new one; `undefined`: it is not excluded. */
export interface Exclusions {
  ofClient(client: LiveClient): string | undefined
  ofFile(file: ClientFile): string | undefined
}

const EXPECTED =
  'must be kind:KIND, or the name of an attribute with a text (* stands for any characters), true or false behind a colon, as in name:Deploy*, firstParty:false or id:ID'

type Judge = (subject: Subject) => boolean

/**
 * Reads terms.
 * @throws ClientError `invalid_field` for one that is none
 */
export function parseExclusions(terms: readonly string[]): Exclusions {
  const judges = terms.map((term) => [term, judgeOf(term)] as const)
  const first = (subject: Subject) => judges.find(([, judge]) => judge(subject))?.[0]
  return {
    ofClient: (client) => {
      const { id, name, attributes } = client
      return first({ attributes: { ...attributes, id, name }, kind: kindOfClient(client) })
    },
    ofFile: ({ id, kind, client }) =>
      first({ attributes: { ...client, ...(id === undefined ? {} : { id }) }, kind }),
  }
}

function judgeOf(term: string): Judge {
  const colon = term.indexOf(':')
  const [word, value] = [term.slice(0, colon), term.slice(colon + 1)]
  const judge = value === '' ? undefined : judgeBy(word, value)
  if (judge !== undefined) return judge
  throw new ClientError('invalid_field', `The exclusion ${JSON.stringify(term)} ${EXPECTED}.`, {
    field: 'exclude',
  })
}

function judgeBy(word: string, value: string): Judge | undefined {
  if (word === 'kind') {
    return CLIENT_KINDS.some((kind) => kind === value) ? ({ kind }) => kind === value : undefined
  }
  if (!isFieldName(word)) return undefined
  if (FIELDS[word].kind === 'boolean') {
    const isFlag = value === 'true' || value === 'false'
    return isFlag ? ({ attributes }) => String(attributes[word]) === value : undefined
  }
  if (FIELDS[word].kind !== 'string') return undefined
  const pattern = new RegExp(`^${value.split('*').map(literal).join('.*')}$`, 's')
  return ({ attributes: { [word]: text } }) => typeof text === 'string' && pattern.test(text)
}

const literal = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
