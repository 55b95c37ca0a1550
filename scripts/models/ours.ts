/** Our own tables as models: the requests that the emulators take, and the members and limits of a mapping. */

import { MAPPED_FIELDS, type Mapping } from '../../src/core/mapping/mapping.ts'
import { listsOf, type MemberTable, membersOf } from '../../src/core/mapping/members.ts'
import type { Limits, Row } from '../../src/core/mapping/row.ts'
import type { Shape as Auth0Shape } from '../../src/emulators/auth0/shapes/shapes.ts'
import type { Shape as CognitoShape, Members } from '../../src/emulators/cognito/members.ts'
import { type Aspect, differences, type Model, modelAt } from './model.ts'

/** The model of a shape of the Auth0 emulator. */
export function ofAuth0(shape: Auth0Shape): Model {
  const { nullable } = shape
  if (shape.type === 'object') {
    const { required, others, members = {} } = shape
    return {
      type: 'object',
      nullable,
      required,
      open: others !== undefined,
      members: each(members, ofAuth0),
    }
  }
  if (shape.type === 'array') return { type: 'list', nullable, items: ofAuth0(shape.items) }
  if (shape.type === 'string') return { type: 'string', nullable, values: shape.oneOf }
  return { type: shape.type === 'integer' ? 'number' : shape.type, nullable }
}

/** The model of a request that the Cognito emulator takes. */
export function ofCognito(members: Members): Model {
  const required = Object.keys(members).filter((name) => members[name]?.required)
  return { type: 'object', required, members: each(members, ({ shape }) => ofShape(shape)) }
}

function ofShape(shape: CognitoShape): Model {
  if (shape.type === 'structure') return ofCognito(shape.members)
  if (shape.type === 'list') return { type: 'list', max: shape.max, items: ofShape(shape.of) }
  if (shape.type === 'integer') return { type: 'number', min: shape.min, max: shape.max }
  if (shape.type === 'boolean') return { type: 'boolean' }
  const { min, max, pattern, values, sensitive } = shape
  return { type: 'string', min: min === 0 ? undefined : min, max, pattern, values, sensitive }
}

function each<From>(members: Readonly<Record<string, From>>, to: (from: From) => Model) {
  return Object.fromEntries(Object.entries(members).map(([name, from]) => [name, to(from)]))
}

/** What is published of the clients of a provider. */
export interface Published {
  readonly update: Model
  readonly shown: Model
  readonly aspects: readonly Aspect[]
}

/** The table of members: what is settable and shown, which inner members there are, what is a secret. */
export function memberLines(table: MemberTable, published: Published): readonly string[] {
  const { update, shown, aspects } = published
  const top = Object.keys(table).filter((name) => !name.includes('.'))
  const settable = top.filter((name) => isSettable(table, name))
  const unseen = [...membersOf(table, 'hidden'), ...membersOf(table, 'command')]
  const visible = top.filter((name) => !unseen.includes(name))
  const inner = Object.keys(table).filter((name) => name.includes('.'))
  const nullable = membersOf(table, 'nullable')
  const compared = aspects.filter((aspect) => aspect === 'nullable')
  return [
    ...differences({
      theirs: { ...update, required: [] },
      ours: objectOf(settable, (name) => nullable.includes(name)),
      aspects: compared,
      place: 'settable',
    }),
    ...differences({
      theirs: { ...shown, open: false },
      ours: objectOf(visible),
      aspects: [],
      place: 'shown',
    }),
    ...inner.flatMap((path) => (isIn(published, path) ? [] : [`gone: inner.${path}`])),
    ...secretLines(table, published),
    ...valueLines(table, update),
  ]
}

/** The values of raw settings; of a list, of its items. */
function valueLines(table: MemberTable, update: Model): readonly string[] {
  return Object.entries(listsOf(table).settingValues).flatMap(([path, values]) => {
    const found = modelAt(update, path)
    const theirs = found?.items ?? found
    const isMade = membersOf(table, 'create-only').includes(path)
    if (isMade && theirs === undefined) return []
    return differences({
      theirs,
      ours: { type: 'string', values },
      aspects: [],
      place: `values.${path}`,
    })
  })
}

function isSettable(table: MemberTable, name: string): boolean {
  const classes = table[name] ?? []
  const unsent = ['read-only', 'hidden', 'mirror', 'create-only', 'command'] as const
  return !unsent.some((one) => classes.includes(one))
}

function objectOf(names: readonly string[], isNullable = (_name: string) => false): Model {
  const members = names.map((name) => [name, { type: 'any', nullable: isNullable(name) }] as const)
  return { type: 'object', members: Object.fromEntries(members) }
}

const isIn = ({ update, shown }: Published, path: string) =>
  modelAt(update, path) !== undefined || modelAt(shown, path) !== undefined

function secretLines(table: MemberTable, { shown, aspects }: Published): readonly string[] {
  if (!aspects.includes('sensitive')) return []
  const secret = membersOf(table, 'secret')
  return Object.entries(shown.members ?? {}).flatMap(([name, { sensitive = false }]) =>
    sensitive === secret.includes(name)
      ? []
      : [`changed: ${name}: secret ${!sensitive} → ${sensitive}`],
  )
}

/** The limits of neutral fields, against those of the member that each is made of. */
export function limitLines({ fields }: Mapping, { update, aspects }: Published): readonly string[] {
  return MAPPED_FIELDS.flatMap((field) => {
    const row: Row<unknown> = fields[field]
    if (row.support !== 'native' && row.support !== 'derived') return []
    const [key = ''] = row.keys
    const theirs = modelAt(update, key)
    if (theirs === undefined) return [`gone: ${key} of ${field}`]
    const { ours, known } = modelOf(row.limits ?? {}, theirs)
    const compared = aspects.filter((aspect) => known.includes(aspect))
    return differences({ theirs, ours, aspects: compared, place: `${key} of ${field}` })
  })
}

/** The limits in the form of the member, where a limit of texts is one of the items of a list. */
function modelOf(limits: Limits, theirs: Model): { ours: Model; known: readonly Aspect[] } {
  const { maxItems, maxLength, minimum, maximum, values, pattern } = limits
  const source = pattern?.expression.source.replace(/^\^|\$$/g, '')
  const text: Model = { type: 'string', max: maxLength, values, pattern: source }
  const known: readonly Aspect[] = ['max', ...(pattern ? (['pattern'] as const) : [])]
  if (theirs.type === 'list') return { ours: { type: 'list', max: maxItems, items: text }, known }
  if (theirs.type === 'string') return { ours: text, known }
  if (theirs.type !== 'number') return { ours: { type: 'any' }, known: [] }
  return { ours: { type: 'number', min: minimum, max: maximum }, known: ['min', 'max'] }
}

/** Published values of settings that our rules refuse where the setting stands alone. */
export function ruleLines(mapping: Mapping, { update }: Published): readonly string[] {
  return mapping.settings.flatMap((name) =>
    edgesOf(update.members?.[name]).flatMap((value) => {
      const record = { [name]: value }
      const refused = mapping.rules?.some((rule) => rule.holds({}) && !rule.holds(record))
      return refused ? [`changed: rule of ${name}: refuses ${value}`] : []
    }),
  )
}

/** Its values, or its lowest and its highest number. */
function edgesOf(model: Model | undefined): readonly (string | number)[] {
  const { values = [], type, min, max } = model ?? { type: 'any' }
  const numbers = type === 'number' ? [min, max] : []
  return [...values, ...numbers.flatMap((edge) => edge ?? [])]
}
