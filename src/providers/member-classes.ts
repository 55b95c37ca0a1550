/**
 * Members that this version does not know, as the configuration classes them: a provider adds members without asking
 * us, and may refuse to be sent one of them.
 */

import { ClientError } from '../core/errors.ts'
import { withoutPaths } from '../core/json/paths.ts'
import { fieldOfPath, type Mapping, withExtraSettings } from '../core/mapping/mapping.ts'
import type { Native } from '../core/mapping/row.ts'
import { isUnknown } from '../core/mapping/uses.ts'
import type { MemberRules } from '../core/secrecy/place.ts'
import { isSecretName } from '../core/secrecy/secret-looks.ts'
import type { Provider } from './provider.ts'

/**
 * A provider with the rules of its configuration. What is read-only or moves by itself is shown and never sent.
 * @throws ClientError `invalid_request` for a member that is known to be something else
 */
export function withMembers(provider: Provider, members: MemberRules, id: string): Provider {
  const { classes = {} } = members
  for (const name of Object.keys(classes)) checkUnknown(provider.mapping, members, name, id)
  const membersOf = (...kinds: readonly string[]) =>
    Object.keys(classes).filter((name) => kinds.includes(classes[name] ?? ''))
  const mapping = withExtraSettings(
    {
      ...provider.mapping,
      members,
      readOnlyKeys: [...provider.mapping.readOnlyKeys, ...membersOf('read-only')],
      volatileKeys: [...provider.mapping.volatileKeys, ...membersOf('volatile')],
    },
    membersOf('setting'),
  )
  const unsent = membersOf('read-only', 'volatile')
  if (unsent.length === 0) return { ...provider, mapping }
  const writable = (native: Native) => withoutPaths(native, unsent)
  const { creation } = provider
  return {
    ...provider,
    mapping,
    steps: (ref, base, next) => provider.steps(ref, writable(base), writable(next)),
    ...(creation === undefined
      ? {}
      : {
          creation: {
            ...creation,
            sent: (next: Native) => creation.sent(writable(next)),
            step: (place, next) => creation.step(place, writable(next)),
          },
        }),
  }
}

function checkUnknown(mapping: Mapping, members: MemberRules, name: string, id: string): void {
  const isListed = (paths: readonly string[]) =>
    paths.some((path) => path === name || path.startsWith(`${name}.`))
  const secret = isListed(mapping.secretPaths) || isListed(members.secret) || isSecretName(name)
  const why = name.includes('.')
    ? 'is in another member'
    : secret
      ? 'is a secret'
      : fieldOfPath(mapping, name) !== undefined
        ? `is what client.${fieldOfPath(mapping, name)} stands for`
        : !isUnknown(mapping, name)
          ? 'is known to this version'
          : undefined
  if (why === undefined) return
  const path = `providers.${id}.members.${name}`
  throw new ClientError('invalid_request', `${path} ${why}, so it cannot be classed; remove it.`, {
    field: path,
  })
}
