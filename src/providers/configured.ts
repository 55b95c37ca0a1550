/** The providers of a configuration: what is written, what it means, and what is made of it. */

import * as z from 'zod/mini'
import { ClientError } from '../core/errors.ts'
import type { Mapping } from '../core/mapping/mapping.ts'
import { isLens } from '../core/mapping/row.ts'
import type { MemberRules } from '../core/secrecy/place.ts'
import { UNKNOWN_AUTHORIZATION } from './authorization/authorization.ts'
import type {
  IssuerUrls,
  Part,
  ProviderDefinition,
  ProviderSurroundings,
  Reading,
  SettingShape,
} from './definition.ts'
import type { Budget } from './pace/pace-budget.ts'
import type { Provider } from './provider.ts'
import * as registry from './registry.ts'
import {
  members,
  moves,
  plainSchemes,
  rulesOf,
  team,
  type WrittenMembers,
} from './setting-schemas.ts'

/** What a configuration calls a kind of provider. */
export type ProviderType = keyof typeof registry

/** In the order in which they are listed for people. */
export const PROVIDER_TYPES = Object.keys(registry).sort() as readonly ProviderType[]

/** What every provider has beside its own settings. */
interface CommonSettings {
  /** What is hidden and what is not, where it is judged wrongly by name or shape. */
  readonly members?: MemberRules | undefined
  /** Private-use schemes without a dot that redirect URIs of native clients may have. */
  readonly plainSchemes?: readonly string[] | undefined
  /** What moving a redirect URI waits for, where the server does otherwise than is known. */
  readonly moves?: MoveTimes | undefined
  /** Whether the metadata of a client may name its team, as who can edit it at the provider likes. */
  readonly team?: { readonly trust: 'provider' } | undefined
}

/** Times in seconds; absent: those of the provider. */
interface MoveTimes {
  readonly waitSeconds?: number | undefined
  readonly codeSeconds?: number | undefined
}

/** What the settings of one provider mean, by its type. */
export type ProviderSettings = {
  readonly [T in ProviderType]: { readonly type: T } & CommonSettings &
    ReturnType<(typeof registry)[T]['settingsOf']>
}[ProviderType]

/** The settings of one provider as they are written; those of its own are left to its definition. */
export type WrittenProvider = {
  readonly type: ProviderType
  readonly members?: WrittenMembers | undefined
  readonly plainSchemes?: readonly string[] | undefined
  readonly moves?: MoveTimes | undefined
  readonly team?: { readonly trust: 'provider' } | undefined
}

type Definition = ProviderDefinition<string, SettingShape, ProviderSettings>

/** By type: settings go to no other definition than that of their type. */
const DEFINITIONS = { ...registry } as unknown as Readonly<Record<ProviderType, Definition>>

/** The shape of one provider's settings, whichever it is. */
export const providerSchema = z.discriminatedUnion(
  'type',
  PROVIDER_TYPES.map((type) =>
    z.strictObject({
      ...DEFINITIONS[type].schema,
      type: z.literal(type),
      members,
      plainSchemes,
      moves,
      team,
    }),
  ) as unknown as [z.ZodMiniObject],
) as unknown as z.ZodMiniType<WrittenProvider>

/** What written settings mean. */
export function settingsOf(
  { type, members, plainSchemes, moves, team, ...written }: WrittenProvider,
  reading: Reading,
): ProviderSettings {
  const own = DEFINITIONS[type].settingsOf(written, reading)
  return {
    ...own,
    type,
    ...(members === undefined ? {} : { members: rulesOf(members) }),
    ...(plainSchemes === undefined ? {} : { plainSchemes }),
    ...(moves === undefined ? {} : { moves }),
    ...(team === undefined ? {} : { team }),
  } as ProviderSettings
}

/** What of a provider is behind an issuer of access tokens, as far as its addresses say. */
export const partsBehind = (settings: ProviderSettings, issuer: IssuerUrls): readonly Part[] =>
  DEFINITIONS[settings.type].partsBehind(settings, issuer)

/** Whether a client there that lists no scopes may have any. */
export const anyWhereNone = ({ type }: ProviderSettings): boolean => DEFINITIONS[type].anyWhereNone

/** Where a provider, or a user pool of it, is reached; absent: nowhere outside of this program. */
export const addressOf = (settings: ProviderSettings, part: Part): string | undefined =>
  DEFINITIONS[settings.type].addressOf(settings, part)

/** Whether a scope of a client there may stand for others. */
export const scopePatterns = ({ type }: ProviderSettings): boolean =>
  DEFINITIONS[type].scopePatterns

/** The mapping of a type of provider, for documentation. */
export const mappingOf = async (type: ProviderType): Promise<Mapping> =>
  (await DEFINITIONS[type].load()).mapping

/** Loads the code of the providers of a configuration. */
export async function loadProviders(
  settings: Readonly<Record<string, ProviderSettings>>,
): Promise<void> {
  await Promise.all(Object.values(settings).map(({ type }) => DEFINITIONS[type].load()))
}

/** Builds the providers of a configuration, by the names that callers use. */
export async function createProviders(
  settings: Readonly<Record<string, ProviderSettings>>,
  surroundings: ProviderSurroundings,
): Promise<ReadonlyMap<string, Provider>> {
  await loadProviders(settings)
  const built = new Map<string, Provider>()
  for (const [id, one] of Object.entries(settings)) {
    const { create } = await DEFINITIONS[one.type].load()
    const budget = surroundings.budget && budgetOf(surroundings.budget, id)
    const made = create(one, { ...surroundings, budget }, id)
    const schemed = withSchemes(made, one.plainSchemes)
    const provider = withTeam(withMoves(schemed, one.moves), one.team !== undefined, id)
    if (one.members === undefined) {
      built.set(id, provider)
      continue
    }
    const { withMembers } = await import('./member-classes.ts')
    built.set(id, withMembers(provider, one.members, id))
  }
  return built
}

/** The part of a budget that one provider has: names of buckets are its own. */
const budgetOf = ({ lease }: Budget, provider: string): Budget => ({
  lease: (name, ...values) => lease(JSON.stringify([provider, name]), ...values),
})

/** The provider with private-use schemes without a dot. */
function withSchemes(provider: Provider, plainSchemes: readonly string[] = []): Provider {
  if (plainSchemes.length === 0) return provider
  const { mapping } = provider
  return { ...provider, mapping: { ...mapping, uris: { ...mapping.uris, plainSchemes } } }
}

/**
 * The provider whose clients may name their teams in their metadata.
 * @throws ClientError `invalid_request` where they have none
 */
function withTeam(provider: Provider, isTrusted: boolean, id: string): Provider {
  if (!isTrusted) return provider
  const { mapping } = provider
  if (isLens(mapping.fields.clientMetadata)) {
    return { ...provider, mapping: { ...mapping, namesTeam: true } }
  }
  const field = `providers.${id}.team`
  throw new ClientError(
    'invalid_request',
    `${field} cannot be there, since clients have no metadata at ${provider.type}; assign teams by PUT /clients/{clientId}/team.`,
    { field },
  )
}

/** The provider with other times of its authorization endpoint. */
function withMoves(provider: Provider, { waitSeconds, codeSeconds }: MoveTimes = {}): Provider {
  const { codeLifetime, ...authorization } = provider.authorization ?? UNKNOWN_AUTHORIZATION
  const shown = codeLifetime === undefined ? {} : { codeLifetime }
  return {
    ...provider,
    authorization: {
      ...authorization,
      ...(waitSeconds === undefined ? {} : { waitSeconds }),
      ...(codeSeconds === undefined ? shown : { codeSeconds }),
    },
  }
}
