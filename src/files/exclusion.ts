/**
 * Clients that files are not about: by name, kind, first party or id. They are neither exported nor compared, and no plan
 * removes them.
 */

import { CLIENT_KINDS } from '../core/client-kind.ts'
import { ClientError } from '../core/errors.ts'
import type { ClientFile } from './client-file.ts'
import type { LiveClient } from './compare.ts'
import { kindOfClient } from './render.ts'

/** What an exclusion is judged by; a client, or what a file says of one that is not there yet. */
interface Subject {
  readonly id?: string | undefined
  readonly name: string | null
  readonly kind?: string | undefined
  readonly firstParty?: boolean | undefined
}

/** The first term that excludes a client, or a file of a new one; `undefined`: it is not excluded. */
export interface Exclusions {
  ofClient(client: LiveClient): string | undefined
  ofFile(file: ClientFile): string | undefined
}

const EXPECTED =
  'must be name:TEXT (* stands for any characters), kind:KIND, firstParty:true, firstParty:false or id:ID'

type Judge = (subject: Subject) => boolean

/** By the word before the colon. */
const TERMS: Readonly<Record<string, (value: string) => Judge | undefined>> = {
  name: (value) => {
    const pattern = new RegExp(`^${value.split('*').map(literal).join('.*')}$`, 's')
    return ({ name }) => name !== null && pattern.test(name)
  },
  kind: (value) =>
    CLIENT_KINDS.some((kind) => kind === value) ? ({ kind }) => kind === value : undefined,
  firstParty: (value) =>
    ['true', 'false'].includes(value)
      ? ({ firstParty }) => firstParty === (value === 'true')
      : undefined,
  id:
    (value) =>
    ({ id }) =>
      id === value,
}

const literal = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')

/**
 * Reads terms.
 * @throws ClientError `invalid_field` for one that is none
 */
export function parseExclusions(terms: readonly string[]): Exclusions {
  const judges = terms.map((term) => [term, judgeOf(term)] as const)
  const first = (subject: Subject) => judges.find(([, judge]) => judge(subject))?.[0]
  return {
    ofClient: (client) => {
      const { firstParty } = client.attributes
      const party = typeof firstParty === 'boolean' ? firstParty : undefined
      const { id, name } = client
      return first({ id, name, kind: kindOfClient(client), firstParty: party })
    },
    ofFile: ({ id, kind, client: { name, firstParty } }) =>
      first({
        id,
        kind,
        name: typeof name === 'string' ? name : null,
        firstParty: typeof firstParty === 'boolean' ? firstParty : undefined,
      }),
  }
}

function judgeOf(term: string): Judge {
  const colon = term.indexOf(':')
  const [word, value] = [term.slice(0, colon), term.slice(colon + 1)]
  const read = colon > 0 && Object.hasOwn(TERMS, word) ? TERMS[word] : undefined
  const judge = value === '' ? undefined : read?.(value)
  if (judge !== undefined) return judge
  throw new ClientError('invalid_field', `The exclusion ${JSON.stringify(term)} ${EXPECTED}.`, {
    field: 'exclude',
  })
}
