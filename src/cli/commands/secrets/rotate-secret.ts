/** `clientry rotate-secret CLIENT`. */

import type { LiveSecret, Rotation, RotationPlan } from '../../../sdk/types.ts'
import { keepingSecret, noteSecretFile, withoutSecrets } from '../../change/secret-output.ts'
import { clientOf, spelledName } from '../../change/settings.ts'
import { secretFrom } from '../../change/wish.ts'
import { change } from '../../change/write.ts'
import type { Invocation, Run } from '../../command.ts'
import { UsageError } from '../../exit.ts'
import { showLive } from '../../show/live-secrets.ts'
import { nameOf } from '../../show/show.ts'
import { plain } from '../../terminal.ts'

export const run: Run = async (invocation) => {
  const { options, terminal } = invocation
  const isAtHand = ['show-secret', 'secret-to', 'secret-from', 'dry-run'] as const
  if (isAtHand.every((name) => options[name] === undefined)) {
    throw new UsageError(
      'The new secret is shown only once. Choose where it goes with --secret-to FILE or --show-secret, or bring your own with --secret-from FILE.',
    )
  }
  const client = clientOf(invocation)
  const request = await requestOf(invocation)
  const { rotateSecret } = await invocation.connect()
  return keepingSecret(options, (keep) =>
    change<RotationPlan, Rotation>(invocation, {
      question: request.cutOver
        ? `Replace the secret of ${spelledName(client)} and stop every application that still uses it?`
        : `Add a secret to ${spelledName(client)}?`,
      plan: (conditions) => rotateSecret(client, request, conditions),
      show: ({ client: preview, previous }, say) => {
        say(terminal.style('strong', nameOf(preview)))
        say(`  ${request.cutOver ? REPLACES : added(previous)}`)
        showLive(terminal, previous, say)
        return true
      },
      carryOut: async (conditions) => {
        const done = await rotateSecret(client, request, conditions)
        if (done.body.secret.value !== null) keep(done.body.secret.value)
        return done
      },
      printResult: ({ body }) => {
        terminal.note(`${nameOf(body.client)}: has a new secret`)
        showLive(terminal, body.previous, terminal.note)
        noteSecretFile(terminal, options, body.secret.value)
        if (body.secret.value === null) return terminal.note(GONE)
        if (options['show-secret'] === true) terminal.print(plain(body.secret.value))
      },
      json: (body) => {
        const visible = withoutSecrets(body, options)
        if (!('secret' in visible) || options['show-secret'] === true) return visible
        return { ...visible, secret: { ...visible.secret, value: null } }
      },
    }),
  )
}

const REPLACES = 'replaces the secret at once and stops every application that still uses it'
/**
 * A repetition with the same key shows the value for one hour, and never after that secret has
 * ended.
 */
const GONE = 'Its value can no longer be shown. Rotate again to get a new secret.'

/** What happens to the secrets that are live now. */
function added(previous: readonly LiveSecret[]): string {
  const [current, ...more] = previous
  if (current === undefined) return 'adds a secret; there is none now'
  if (more.length > 0) return 'adds one more secret to:'
  const { retiresAt } = current
  return `adds a second secret; the current one ${
    retiresAt === undefined
      ? 'stays live until clientry retire-secret ends it'
      : `ends ${plain(retiresAt)}`
  }:`
}

async function requestOf(invocation: Invocation) {
  const { options } = invocation
  const { 'cut-over': cutOver, 'retire-after': after } = options
  if (after !== undefined && !/^\d{1,9}$/.test(after)) {
    throw new UsageError('--retire-after must be a number of seconds.')
  }
  const secret = await secretFrom(invocation)
  return {
    ...(secret === undefined ? {} : { secret }),
    ...(cutOver === true ? { cutOver } : {}),
    ...(after === undefined ? {} : { retireAfterSeconds: Number(after) }),
  }
}
