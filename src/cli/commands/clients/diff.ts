/** `clientry diff CLIENT OTHER` and `clientry diff CLIENT FIELD=VALUE...`. */

import { FIELDS, isFieldName } from '../../../core/client.ts'
import { isRecord, memberOf, same, without } from '../../../core/json/json.ts'
import type { Capabilities } from '../../../files/render.ts'
import type { Client, FieldChange, Json, JsonObject, Provider } from '../../../sdk/types.ts'
import { addressOf } from '../../address.ts'
import { isAssignment } from '../../change/assign.ts'
import { clientOf } from '../../change/settings.ts'
import { wishOf } from '../../change/wish.ts'
import type { Invocation, Run } from '../../command.ts'
import { EXIT, UsageError } from '../../exit.ts'
import { nameOf, showChanges } from '../../show/show.ts'

export const run: Run = async (invocation) => {
  const { options, terminal, words } = invocation
  const [, second] = words
  const other = second !== undefined && !isAssignment(second)
  const { title, changes } = await (other ? betweenTwo(invocation, second) : fromWish(invocation))
  if (options.json === true) terminal.printJson({ changes })
  else if (changes.length > 0) {
    terminal.print(terminal.style('strong', title))
    showChanges(terminal, changes)
  }
  return changes.length === 0 ? EXIT.ok.code : EXIT.differs.code
}

interface Difference {
  readonly title: string
  readonly changes: readonly FieldChange[]
}

async function fromWish(invocation: Invocation): Promise<Difference> {
  const patch = await wishOf(invocation, invocation.words.slice(1))
  if (Object.keys(patch).length === 0) {
    throw new UsageError(
      'There is nothing to compare with. Give OTHER, FIELD=VALUE or --from FILE.',
    )
  }
  const { updateClient } = await invocation.connect()
  const { body } = await updateClient(clientOf(invocation), patch, { dryRun: true })
  return { title: nameOf(body.client), changes: body.changes }
}

async function betweenTwo(invocation: Invocation, second: string): Promise<Difference> {
  if (invocation.words.length > 2)
    throw new UsageError('Two clients are compared as they are, so no attributes can be given.')
  const { getClient, getProvider } = await invocation.connect()
  const [one, other] = await Promise.all([
    getClient(clientOf(invocation)),
    getClient(addressOf(second, second.includes('/') ? {} : invocation.options)),
  ])
  const ids = [...new Set([one.body.provider, other.body.provider])]
  const providers = await Promise.all(ids.map(async (id) => (await getProvider(id)).body))
  const title = `${nameOf(one.body)} compared with ${nameOf(other.body)}`
  return { title, changes: differences(one.body, other.body, ownOf(providers)) }
}

/** Members of an answer that are not attributes of the client. */
const BESIDE: readonly string[] = ['provider', 'userPoolId', 'secretRedacted', 'warnings']

interface Own {
  /** Attributes that each client has of its own, or that no one can set. */
  isField(name: string): boolean
  /** Settings that a place or a client has of its own. */
  isSetting(name: string): boolean
}

/** What is of no two clients: ids and times, what a provider only shows, and what names keys of the very client. */
function ownOf(providers: readonly Provider[]): Own {
  const capabilities = providers.map((body) => body as unknown as Capabilities & Provider)
  return {
    isField: (name) => {
      if (!isFieldName(name)) return BESIDE.includes(name)
      const isSet = ({ fields }: Capabilities) => fields[name]?.writable || fields[name]?.creatable
      return FIELDS[name].own !== 'no' || !capabilities.some(isSet)
    },
    isSetting: (name) =>
      capabilities.some(
        ({ readOnlySettings, boundSettings }) =>
          readOnlySettings.includes(name) || boundSettings.includes(name),
      ),
  }
}

function differences(one: Client, other: Client, own: Own): readonly FieldChange[] {
  const [before, after] = [one, other].map((client) => client as unknown as JsonObject)
  if (before === undefined || after === undefined) return []
  return [...new Set([...Object.keys(one), ...Object.keys(other)])]
    .filter((name) => !own.isField(name))
    .flatMap((field) => {
      const sides = [memberOf(before, field) ?? null, memberOf(after, field) ?? null] as const
      return isFieldName(field) && FIELDS[field].kind === 'raw'
        ? settingChanges(field, sides, own)
        : changeOf(field, sides)
    })
}

type Sides = readonly [before: Json, after: Json]

/** Of raw settings, one for each member. */
function settingChanges(field: string, sides: Sides, own: Own): readonly FieldChange[] {
  const [before = {}, after = {}] = sides.map((side) => (isRecord(side) ? side : {}))
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => !own.isSetting(name))
    .flatMap((name) =>
      changeOf(`${field}.${name}`, [memberOf(before, name) ?? null, memberOf(after, name) ?? null]),
    )
}

function changeOf(field: string, [before, after]: Sides): readonly FieldChange[] {
  if (!Array.isArray(before) || !Array.isArray(after)) {
    return same(before, after) ? [] : [{ field, before, after }]
  }
  const [added, removed] = [without(after, before), without(before, after)]
  return added.length + removed.length === 0 ? [] : [{ field, before, after, added, removed }]
}
