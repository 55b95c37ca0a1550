/** What there is to see at a glance, and what of it belongs together. */

import { useQuery } from '@tanstack/react-query'
import type { AbsentPart, Overview } from '../../sdk/index.ts'
import { api } from '../frame/session.ts'

/** How often it is looked at again while it is on the screen (milliseconds). */
const AGAIN_MS = 60_000

export const useOverview = () =>
  useQuery({
    queryKey: ['overview'],
    queryFn: async ({ signal }): Promise<Overview> => (await api.getOverview({ signal })).body,
    refetchInterval: AGAIN_MS,
  })

/** A place, or a provider, as it is named to people. */
export const placeName = (place: { readonly provider: string; readonly userPoolId?: string }) =>
  [place.provider, place.userPoolId].filter((one) => one !== undefined).join(' / ')

/** Absent parts that have the same reason, with the places where that is so. */
export interface AbsentGroup extends Pick<AbsentPart, 'part' | 'reason' | 'permission'> {
  readonly places: readonly string[]
}

export function absentGroups(absent: readonly AbsentPart[]): readonly AbsentGroup[] {
  const groups = new Map<string, AbsentGroup>()
  for (const one of absent) {
    const { part, reason, permission } = one
    const key = JSON.stringify([part, reason, permission])
    const places = [...(groups.get(key)?.places ?? []), placeName(one)]
    groups.set(key, { part, reason, permission, places })
  }
  return [...groups.values()]
}
