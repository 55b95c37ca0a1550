/**
 * The round-trip rule of client files, for any provider and any server:
 *
 * - export, then plan: no change, and no drift
 * - any one legal edit, plan, apply, plan: no change
 * - any one outside change of what the file names, or of what was empty: drift shows exactly that
 * - export, change the place, plan there: the same client but for what belongs to its account.
 */

import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FIELDS, type FieldName } from '../../src/core/client.ts'
import { isClientError } from '../../src/core/errors.ts'
import {
  isRecord,
  type Json,
  type JsonObject,
  same,
  withoutMembers,
} from '../../src/core/json/json.ts'
import { type MappedField, type Mapping, rawSettings } from '../../src/core/mapping/mapping.ts'
import { opened } from '../../src/core/mapping/opened.ts'
import { isLens, type Row } from '../../src/core/mapping/row.ts'
import type { FieldPatches } from '../../src/core/patch/patch.ts'
import type { Failure } from '../../src/files/apply.ts'
import { type ClientFile, withId } from '../../src/files/client-file.ts'
import { strangersOf } from '../../src/files/exclusive.ts'
import { liveOf } from '../../src/files/live.ts'
import type { Capabilities } from '../../src/files/render.ts'
import type { Fault } from '../../src/files/review/fault.ts'
import { localChanges, namedChanges } from '../../src/files/review/local-changes.ts'
import type { ClientryError } from '../../src/sdk/error.ts'
import { samples } from '../contract/frame/sample.ts'
import {
  type AnyKind,
  isFramed,
  PROVIDER_SUBJECTS,
  SAMPLES,
  type Subject,
} from '../contract/subjects.ts'
import { planOf } from '../plan.ts'
import { createTally, patience, runs } from '../property.ts'
import { type Edit, type Refusal, tryEach } from './recorded-edits.ts'
import { openTenants, type Planned, read, type Tenants } from './tenants.ts'

/** A provider or a server, and records of clients there. */
export type RoundTripKind = AnyKind & { readonly records: readonly JsonObject[] }

export function testRoundTrip(
  kinds: readonly RoundTripKind[],
  [count, oneIn]: readonly [number, number],
): void {
  describe.each<RoundTripKind>([...kinds])('$name', (kind) => {
    let here: Subject
    let there: Subject
    let tenants: Tenants
    /** A server of its own is started once for all. */
    const isShared = kind.server !== undefined || kind.name.startsWith('rfc7592')

    beforeAll(async () => {
      here = await kind.start()
      there = isShared ? here : await kind.start()
      const providers = [
        ['here', here.provider],
        ['there', there.provider],
      ] as const
      tenants = await openTenants(new Map(providers))
    })
    afterAll(async () => {
      await tenants?.close()
      await here?.close()
      if (!isShared) await there?.close()
    })

    const exported = async () => {
      const [file] = (await tenants.exported('here')).filter(({ text }) =>
        text.includes(String(here.ref.id)),
      )
      if (file === undefined) throw new Error('The client was not exported.')
      return file
    }
    const fileOf = ({ path, text }: { readonly path: string; readonly text: string }) => {
      const [file] = read([{ path, text }])
      if (file === undefined) throw new Error('no file')
      return file
    }
    const nothing = { items: [], refused: [], faults: [], gone: [], kept: [] }
    /** The file with the lines that its plan says it lacks, and what else is at fault with it. */
    const withLines = async (edit: ClientFile) => {
      const { faults } = await tenants.plan([edit])
      const lines = faults.flatMap(missingLine)
      if (lines.length === 0) return { edit, faults }
      const providerSettings = lines.reduce<JsonObject>(
        (whole, one) => written(whole, one) as JsonObject,
        (edit.client.providerSettings ?? {}) as JsonObject,
      )
      const complete = { ...edit, client: { ...edit.client, providerSettings } }
      return { edit: complete, ...(await tenants.plan([complete])) }
    }
    /** A rule between two fields, or a field that follows from others and says otherwise. */
    const isContradiction = (fault: Fault) =>
      fault.code === 'rule_violated' || isOfAnother(here.provider.mapping, fault)
    /** A URI that clients have from before. */
    const isForNoNewClient = (fault: Fault) => {
      const { code, field = '' } = fault
      const [, name = ''] = /^client\.(\w+)/.exec(field) ?? []
      const isUri = ![undefined, 'none'].includes(FIELDS[name as FieldName]?.uri)
      return code === 'invalid_field' && isUri
    }

    /** What becomes of a file after an edit; or why it was refused. */
    const editOutcome = async ({ record, client, names }: Edit) => {
      await here.put(record)
      here.elsewhere?.put(names)
      const file = fileOf(await exported())
      const { edit, faults } = await withLines({ ...file, client: edited(file.client, client) })
      if (faults.length > 0) return faults
      const { failures, applied } = await tenants.apply([edit])
      if (failures.some(isRefusedBy(kind))) return 'refused by the server'
      expect(failures).toEqual([])
      expect(await tenants.plan([edit])).toMatchObject(nothing)
      return applied.length === 0 ? 'nothing to do' : 'applied'
    }
    /** The kind's own client is the first record. */
    const [, ...recorded] = kind.records
    const hasRecorded = isFramed(kind) && recorded.length > 0
    const tryRecorded: (...parts: [string, Parameters<typeof tryEach>[3]]) => Promise<void> =
      async (property, outcomeOf) => {
        if (isFramed(kind)) await tryEach(`${property} at ${kind.name}`, kind, recorded, outcomeOf)
      }

    /** Refused since another client has what no two can have, also for a while after its removal. */
    const isTaken = ({ error }: Failure) => {
      const { code, field = '' } = error as ClientryError
      const bound = Object.keys(there.provider.mapping.boundPaths ?? {})
      const paths = bound.map((path) => `client.providerSettings.${path}`)
      return code === 'provider_refused' && paths.includes(field)
    }

    it(
      'what is exported is what is there',
      async () => {
        for (const record of kind.records) {
          await here.put(record)
          expect(await tenants.plan([fileOf(await exported())])).toMatchObject(nothing)
        }
      },
      patience(600_000),
    )

    it(
      'describes the same client at another place',
      async ({ skip }) => {
        const tally = createTally(`clients made elsewhere of files of ${kind.name}`)
        for (const record of kind.records) {
          await here.put(record)
          const { path, text } = await exported()
          if (!isShared) {
            // What no two clients can have, a removed one may keep for a while.
            const bound = Object.keys(there.provider.mapping.boundPaths ?? {})
            await there.put(withoutMembers(kind.full, bound))
            await removeAll(tenants, 'there')
          }
          const name = `Elsewhere ${crypto.randomUUID()}`
          const moved = (file: ClientFile): ClientFile => {
            const { id, ...rest } = file
            const isMade = id !== undefined && id !== here.ref.id
            const client = { ...rest.client, name }
            return { ...rest, ...(isMade ? { id } : {}), provider: 'there', client }
          }
          const file = moved(fileOf({ path, text }))
          const { items, faults } = await tenants.plan([file])
          if (faults.length > 0) {
            expect(faults.filter((fault) => !isForNoNewClient(fault))).toEqual([])
            for (const { says } of faults) tally.add(`refused (${says})`)
            continue
          }
          tally.add('made')
          const { applied, failures } = await tenants.apply([file])
          if (failures.some(isRefusedBy(kind))) return skip('The server lets no one make a client.')
          if (failures.some(isTaken)) {
            tally.add('refused: a removed client has what no two can have')
            continue
          }
          expect(failures).toEqual([])
          const made = applied[0]?.client
          if (made === undefined) throw new Error('no client was made')
          const given = strangersOf(file, liveOf(made), await tenants.capabilities('there'))
          // What is written into the file of a new client.
          const left = items.flatMap((item) => (item.action === 'create' ? (item.left ?? []) : []))
          const after = moved(
            fileOf({ path, text: withId(text, made.id, { omitted: left, given }) }),
          )
          expect(await tenants.plan([after])).toMatchObject(nothing)
          // Nothing but what was named as left out is missing.
          const removed = Object.keys(file.client).filter(
            (one) => !Object.hasOwn(after.client, one),
          )
          expect(removed.filter((one) => one !== 'providerSettings')).toEqual([])
        }
        tally.print()
        expect(tally.count('made')).toBeGreaterThan(0)
      },
      patience(600_000),
    )

    it(
      'an edit, once it is applied, leaves nothing to plan',
      async () => {
        const tally = createTally(`edits of files at ${kind.name}`)
        await fc.assert(
          fc.asyncProperty(editsOf(kind, here.provider.mapping), async (sample) => {
            const outcome = await editOutcome(sample)
            if (typeof outcome === 'string') return tally.add(outcome)
            // Two lines of the file contradict each other: it is refused before anything is sent.
            expect(outcome.filter((fault) => !isContradiction(fault))).toEqual([])
            tally.add('refused: two lines contradict each other')
          }),
          { numRuns: runs(count, oneIn) },
        )
        tally.print()
      },
      patience(600_000),
    )

    it(
      'so does an edit of a recorded client that it can have',
      ({ skip }) => {
        skip(!hasRecorded, NONE_RECORDED)
        return tryRecorded('edits of files of recorded clients', editOutcome)
      },
      patience(600_000),
    )

    it(
      'drift shows what someone else has changed, and nothing else',
      async () => {
        const tally = createTally(`outside changes at ${kind.name}`)
        const { mapping } = here.provider
        const record = (now: JsonObject, client: JsonObject) => changed(mapping, now, client)
        await fc.assert(
          fc.asyncProperty(editsOf(kind, here.provider.mapping), async ({ record, client }) => {
            await outside(record, client)
          }),
          { numRuns: runs(count, oneIn) },
        )
        for (const [field, value] of Object.entries(SAMPLES[kind.name] ?? {})) {
          if (!isLens(mapping.fields[field as MappedField] as Row<unknown>)) continue
          if (record(kind.full, { [field]: value }) !== undefined) {
            await outside(kind.full, { [field]: value })
          }
          // What was empty when the file was written is noticed as well.
          const bare = record(kind.full, { [field]: null })
          if (bare !== undefined && record(bare, { [field]: value }) !== undefined)
            await outside(bare, { [field]: value })
        }
        const [setting, value] = kind.setting
        await outside(kind.full, { providerSettings: { [setting]: value } })
        // Nor is one that the client did not have at all.
        const { [setting]: _, ...without } = kind.full
        await outside(without, { providerSettings: { [setting]: value } })
        // Off is something else than not there at all, unless the provider takes one for the other.
        for (const name of flagsOf(kind, mapping)) {
          const { [name]: _, ...bare } = kind.full
          await outside(bare, { providerSettings: { [name]: false } })
        }
        tally.print()

        async function outside(record: JsonObject, change: JsonObject) {
          tally.add(await outsideChange(record, change))
        }
      },
      patience(600_000),
    )

    it(
      'so it does of a recorded client',
      ({ skip }) => {
        skip(!hasRecorded, NONE_RECORDED)
        return tryRecorded('outside changes of recorded clients', async ({ record, client }) => {
          const refusal = refusalOf(here.provider.mapping, record, withoutElsewhere(client))
          return refusal === undefined ? outsideChange(record, client) : [refusal]
        })
      },
      patience(600_000),
    )

    /** Compares what drift shows of an outside change with what it is. */
    async function outsideChange(record: JsonObject, change: JsonObject): Promise<string> {
      const { mapping } = here.provider
      const mine = async () =>
        (await tenants.live('here'))
          .filter(({ id }) => id === here.ref.id)
          .map(({ attributes }) => attributes)
      const client = withoutElsewhere(change)
      if (!(await isStored(record))) return 'refused by the server'
      const file = fileOf(await exported())
      const [before] = await mine()
      if (!(await isStored(planOf(mapping, here.stored(), client).next))) {
        return 'refused by the server'
      }
      const [after] = await mine()
      const facts = await tenants.capabilities('here')
      const expected = [
        ...namedDifferences(file.client, before ?? {}, after ?? {}, kind),
        ...comeSettings(file, after ?? {}, facts, mapping.normal({})),
      ]
      const shown = driftOf(await tenants.plan([file]))
      const inOrder = (paths: readonly string[]) =>
        [...new Set(paths.map(wholeIfEmpty(file.client)))].sort()
      expect(inOrder(shown)).toEqual(inOrder(expected))
      return 'seen'
    }
    /** A server has rules of its own, for anyone who changes a client. */
    async function isStored(record: JsonObject): Promise<boolean> {
      try {
        await here.put(record)
        return true
      } catch (error) {
        if (kind.server === undefined) throw error
        return false
      }
    }
  })
}

const NONE_RECORDED = 'No recorded client of this kind is drawn here.'

/** Without what is kept elsewhere, which the suites of the provider move. */
function withoutElsewhere(change: JsonObject): JsonObject {
  const { supportedIdp: _, secret: __, ...client } = change
  return client
}

/** Whether a field was refused because it follows from others. */
function isOfAnother({ fields }: Mapping, { code, field }: Fault): boolean {
  const row = fields[field?.split('.')[1] as MappedField]
  const follows = row !== undefined && 'follows' in row && row.follows !== undefined
  return code === 'unsupported_field' && follows
}

/** A value for each attribute that the provider lets change. */
function samplesOf({ name }: AnyKind, { fields }: Mapping): JsonObject {
  const { samples } = PROVIDER_SUBJECTS.find(({ type }) => name.startsWith(type)) ?? {}
  const all = Object.entries(SAMPLES[name] ?? samples ?? {})
  return Object.fromEntries(
    all.filter(([field]) => isLens(fields[field as MappedField] as Row<unknown>)),
  ) as JsonObject
}

/** Some raw settings that are true or false. */
function flagsOf({ full, objects = [] }: AnyKind, mapping: Mapping): readonly string[] {
  const isFlag = (name: string) => typeof opened(full, objects)[name] === 'boolean'
  return rawSettings(mapping).filter(isFlag).slice(0, 3)
}

/** States of a client and edits of it; where no frame says what may change, one or two attributes. */
function editsOf(kind: AnyKind, mapping: Mapping): fc.Arbitrary<Edit> {
  if (isFramed(kind)) return samples(kind, kind.frame)
  const fields = Object.entries(samplesOf(kind, mapping))
  return fc.subarray(fields, { minLength: 1, maxLength: 2 }).map((chosen) => ({
    record: kind.full,
    client: Object.fromEntries(chosen),
    names: [],
  }))
}

/** The line that a change brings along and that its file is to have, as the fault shows it. */
function missingLine({ field = '', says }: Fault): readonly JsonObject[] {
  const [, value] =
    / is not in the file, which excludes others; name it there: (.*)$/.exec(says) ?? []
  const [, path] = /^client\.providerSettings\.(.*)$/.exec(field) ?? []
  return value === undefined || path === undefined ? [] : [{ [path]: JSON.parse(value) as Json }]
}

/** A server has rules of its own that no dry run knows; what it refuses has not been applied. */
const isRefusedBy =
  ({ server }: AnyKind) =>
  ({ error }: Failure): boolean =>
    server !== undefined && (error as ClientryError).outcome === 'not_applied'

/** A record after a patch; `undefined` where its own rules refuse that. */
function changed(mapping: Mapping, record: JsonObject, client: JsonObject): JsonObject | undefined {
  const isRefused = refusalOf(mapping, record, client) !== undefined
  return isRefused ? undefined : planOf(mapping, record, client).next
}

/** Why the rules of a provider refuse a patch, if they do. */
function refusalOf(mapping: Mapping, record: JsonObject, client: JsonObject): Refusal | undefined {
  try {
    planOf(mapping, record, client)
  } catch (error) {
    if (isClientError(error)) return { code: error.code, says: error.message }
    throw error
  }
}

async function removeAll({ api, live }: Tenants, provider: string): Promise<void> {
  for (const { userPoolId, id } of await live(provider)) {
    const pool = userPoolId === undefined ? {} : { userPoolId }
    // A provider keeps clients of its own.
    await api.deleteClient({ provider, ...pool, id }, { ifMatch: '*' }).catch((error) => {
      if (error.code !== 'own_client') throw error
    })
  }
}

/** A file as someone writes a patch into it. */
function edited(managed: FieldPatches, patch: JsonObject): FieldPatches {
  const fields = Object.entries(patch).flatMap(([name, value]): [string, Json][] => {
    const now = (managed as JsonObject)[name]
    if (name === 'secret') return []
    if (FIELDS[name as FieldName].kind === 'list' && isRecord(value)) {
      const { add = [], remove = [] } = value as { add?: Json[]; remove?: Json[] }
      const list = Array.isArray(now) ? now : []
      const rest = list.filter((one) => !remove.some((other) => same(one, other)))
      return [[name, [...rest, ...add.filter((one) => !rest.includes(one))]]]
    }
    return [[name, written(now ?? null, value)]]
  })
  return { ...managed, ...Object.fromEntries(fields) }
}

/** As RFC 7396, but that what is cleared is named. */
function written(now: Json, value: Json): Json {
  if (!isRecord(value) || !isRecord(now)) return value
  const members = Object.entries(value).map(([name, one]) => [
    name,
    written(now[name] ?? null, one),
  ])
  return { ...now, ...Object.fromEntries(members) }
}

/** Paths of attributes that differ, of those that a file names or that were empty when it was written. */
function namedDifferences(
  file: FieldPatches,
  before: JsonObject,
  after: JsonObject,
  { objects = [] }: Pick<AnyKind, 'objects'>,
): string[] {
  const sideOf = (record: JsonObject, name: string) => {
    const value = record[name] ?? null
    return name === 'providerSettings' && isRecord(value) ? opened(value, objects) : value
  }
  const isMap = (name: string) => ['map', 'raw'].includes(FIELDS[name as FieldName].kind)
  return Object.keys(file)
    .flatMap((name) => {
      const [was, is] = [sideOf(before, name), sideOf(after, name)]
      const named = sideOf(file as JsonObject, name)
      if (!isMap(name) || !isRecord(is) || !isRecord(was)) return differ(name, was, is)
      const members = isRecord(named) ? Object.keys(named) : Object.keys(is)
      return members.flatMap((one) => {
        const part = isRecord(named) ? (named[one] ?? null) : null
        const [before, after] = [was[one] ?? null, is[one] ?? null]
        return differ(`${name}.${one}`, onlyNamed(part, before), onlyNamed(part, after))
      })
    })
    .sort()
}

/** Paths of members that a file excludes and that someone has set; `usual`: what the provider takes for none. */
function comeSettings(
  { client, exclusive = [] }: ClientFile,
  after: JsonObject,
  { settings = [], settingMaps = [], readOnlySettings = [], openedSettings = [] }: Capabilities,
  usual: JsonObject,
): string[] {
  return exclusive.flatMap((field) => {
    const isRaw = FIELDS[field].kind === 'raw'
    const sideOf = (value: Json | undefined) =>
      isRaw && isRecord(value) ? opened(value, openedSettings) : value
    const named = sideOf(client[field]) ?? (isRaw ? {} : null)
    const now = sideOf(after[field])
    // What was empty as a whole is named as empty.
    if (!isRecord(now) || !isRecord(named)) return []
    const isCome = ([name, value]: [string, Json]): boolean => {
      if (!isRaw) return !Object.hasOwn(named, name)
      if (!settings.includes(name)) return false
      const own = named[name]
      if (own === undefined) return isOn(value) && !same(value, usual[name] ?? null)
      // Of a mapping each member counts.
      if (!settingMaps.includes(name) || !isRecord(value) || !isRecord(own)) return false
      return Object.entries(value).some(
        ([inner, one]) =>
          !Object.hasOwn(own, inner) && isOn(one) && !readOnlySettings.includes(`${name}.${inner}`),
      )
    }
    return Object.entries(now)
      .filter(isCome)
      .map(([name]) => `${field}.${name}`)
  })
}

/** Whether a setting holds something. */
function isOn(value: Json): boolean {
  if (Array.isArray(value)) return value.length > 0
  if (isRecord(value)) return Object.values(value).some(isOn)
  return value !== null && value !== ''
}

/** A refused difference names a map that was empty, and a planned one the members that it has got. */
const wholeIfEmpty = (file: FieldPatches) => (path: string) => {
  const [name = ''] = path.split('.')
  const named = (file as JsonObject)[name] ?? {}
  return isRecord(named) && Object.keys(named).length === 0 ? name : path
}

/** What of a value a file names; of an object, members of which it has none are left alone. */
function onlyNamed(named: Json, value: Json): Json {
  if (!isRecord(named) || !isRecord(value) || Object.keys(named).length === 0) return value
  const members = Object.keys(named).map((name) => [
    name,
    onlyNamed(named[name] ?? null, value[name] ?? null),
  ])
  return Object.fromEntries(members)
}

function differ(path: string, was: Json, is: Json): string[] {
  const sorted = (value: Json) => (Array.isArray(value) ? [...value].map(String).sort() : value)
  return same(sorted(was) as Json, sorted(is) as Json) ? [] : [path]
}

/** What drift shows. */
function driftOf({ items, refused, kept }: Planned): string[] {
  const changes = [
    ...items.flatMap((item) =>
      item.action === 'update' ? namedChanges(item.changes, item.patch) : [],
    ),
    ...refused.flatMap(({ one }) =>
      one.kind === 'present'
        ? [...localChanges(one.live, one.patch), ...localChanges(one.live, one.strangers)]
        : [],
    ),
    ...kept.flatMap(({ one, patch }) => localChanges(one.live, patch)),
  ]
  return changes.map(({ field }) => field).sort()
}
