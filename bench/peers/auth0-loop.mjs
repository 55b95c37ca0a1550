/** The loop that people write with Auth0's SDK: one client after the other, or all at once. */

import { ManagementClient } from 'auth0'

const { domain, clientId, clientSecret, audience, callback, ids, atOnce } = JSON.parse(
  process.env.BENCH_TASK,
)
const management = new ManagementClient({ domain, clientId, clientSecret, audience })

async function change(id) {
  const answer = await management.clients.get(id)
  const { callbacks = [] } = answer.data ?? answer
  await management.clients.update(id, { callbacks: [...callbacks, callback] })
}

let failed = 0
const tried = (id) =>
  change(id).catch(() => {
    failed += 1
  })
if (atOnce) await Promise.all(ids.map(tried))
else for (const id of ids) await tried(id)
console.log(JSON.stringify({ failed }))
