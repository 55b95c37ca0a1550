/**
 * What a request or an answer may hold, in one form for published models and for our own tables, and the
 * differences between two of them: one line for each member, bound and value.
 */

export interface Model {
  /** `unread` is a type that the reader of published types does not know. */
  readonly type: 'string' | 'number' | 'boolean' | 'list' | 'object' | 'any' | 'unread'
  readonly members?: Readonly<Record<string, Model>>
  /** Takes members that are not named. */
  readonly open?: boolean | undefined
  readonly items?: Model
  readonly nullable?: boolean | undefined
  readonly required?: readonly string[] | undefined
  readonly values?: readonly string[] | undefined
  readonly min?: number | undefined
  readonly max?: number | undefined
  readonly pattern?: string | undefined
  readonly sensitive?: boolean | undefined
}

const ASPECTS = ['nullable', 'min', 'max', 'pattern', 'sensitive', 'open'] as const

/** What a published model says of a member beside its type and its values. */
export type Aspect = (typeof ASPECTS)[number] | 'required'

/** What a model is compared with: our own table, and what the published model says at all. */
export interface Comparison {
  readonly theirs: Model | undefined
  readonly ours: Model | undefined
  readonly aspects: readonly Aspect[]
  /** As a line names it. */
  readonly place: string
}

/** A line for each difference. Below a member that only one side has there is none. */
export function differences({ theirs, ours, aspects, place }: Comparison): readonly string[] {
  if (theirs === undefined) return ours === undefined ? [] : [`gone: ${place}`]
  if (ours === undefined) return [`new: ${place} (${theirs.type})`]
  if (theirs.type === 'unread') return [`not read: ${place}`]
  if (ours.type === 'any' || theirs.type === 'any') return aspectLines(theirs, ours, aspects, place)
  if (theirs.type !== ours.type) return [`changed: ${place}: ${ours.type} → ${theirs.type}`]
  return [
    ...aspectLines(theirs, ours, aspects, place),
    ...valueLines(theirs, ours, place),
    ...differences({ theirs: theirs.items, ours: ours.items, aspects, place: `${place}[]` }),
    ...memberNames(theirs, ours).flatMap((name) =>
      differences({
        theirs: theirs.members?.[name],
        ours: ours.members?.[name],
        aspects,
        place: `${place}.${name}`,
      }),
    ),
  ]
}

const asWord = (value: unknown) => (value === undefined || value === false ? 'no' : String(value))

/** Members that both name, and those that one names and the other does not take unnamed. */
function memberNames(theirs: Model, ours: Model): readonly string[] {
  const [published, known] = [theirs, ours].map(({ members = {} }) => Object.keys(members))
  const shared = published?.filter((name) => known?.includes(name)) ?? []
  const added = ours.open ? [] : (published ?? [])
  const removed = theirs.open ? [] : (known ?? [])
  return [...new Set([...shared, ...added, ...removed])].sort()
}

function aspectLines(
  theirs: Model,
  ours: Model,
  aspects: readonly Aspect[],
  place: string,
): readonly string[] {
  const own = ASPECTS.filter((aspect) => aspects.includes(aspect)).flatMap((aspect) => {
    const [was, is] = [ours[aspect], theirs[aspect]].map(asWord)
    return was === is ? [] : [`changed: ${place}: ${aspect} ${was} → ${is}`]
  })
  if (!aspects.includes('required')) return own
  const [was, is] = [ours, theirs].map(({ required = [] }) => [...required].sort().join(', '))
  const line = `changed: ${place}: required (${was}) → (${is})`
  return was === is || theirs.type !== ours.type ? own : [...own, line]
}

function valueLines({ values: published }: Model, { values: known }: Model, place: string) {
  if (published === undefined || known === undefined) {
    return published === known ? [] : [`changed: ${place}: ${wordOf(known)} → ${wordOf(published)}`]
  }
  const added = published.filter((value) => !known.includes(value))
  const removed = known.filter((value) => !published.includes(value))
  return [
    ...added.map((value) => `new: ${place} value ${value}`),
    ...removed.map((value) => `gone: ${place} value ${value}`),
  ]
}

const wordOf = (values: readonly string[] | undefined) =>
  values === undefined ? 'any text' : `one of ${values.join(', ')}`

/** The model of a member, by a path with dots; `*` is any member, and lists are entered. */
export function modelAt(model: Model | undefined, path: string): Model | undefined {
  return path.split('.').reduce<Model | undefined>((at, name) => {
    const object = at?.type === 'list' ? at.items : at
    if (object?.open && object.members?.[name] === undefined) return { type: 'any' }
    return name === '*' ? Object.values(object?.members ?? {})[0] : object?.members?.[name]
  }, model)
}
